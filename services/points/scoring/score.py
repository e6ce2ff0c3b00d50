"""The fold that turns a member's year of facts into ledger entries.

Order: facts are taken by (occurred_at, id), the rules of one fact by code. Each grant is the worth
of the fact under the rule, cut by the smallest of what remains of

- the rule's own caps (event, day, month, quarter, year),
- the category's cap a year,
- the month's gain: all positive points of the month together,

and never less than nothing. A deduction has caps of its own rule only, takes nothing from the
category's or the month's room and gives none back, and stops at the floor. All periods are
calendar periods in Asia/Shanghai; nothing reaches across a year, so a member's year is scored by
itself. Source: the preset's caps and the statement rules in the domain glossary.
"""

from collections.abc import Iterable

from services.points.scoring.kinds import worth_of
from services.points.scoring.model import Entry, Fact, Rule, RuleSet, State, Timeline
from shared.clock import Periods, local_day, periods_of


def score(
    facts: Iterable[Fact], timeline: Timeline, state: State | None = None
) -> tuple[list[Entry], State]:
    """Score facts of one member and one calendar year, in whatever order they are given.

    Args:
        facts: all of the year's, or those that sort after every fact `state` has seen.
        timeline: the rule sets; the one in force when a fact happened decides.
        state: where an earlier call stopped; it is not changed.

    Returns:
        The entries in scoring order, and the state to go on from.
    """
    after = State(state.total, dict(state.used)) if state else State()
    entries: list[Entry] = []
    for fact in sorted(facts, key=lambda f: (f.occurred_at, f.id)):
        rule_set, rules = timeline.rules_for(fact)
        if rule_set is None or not rules:
            continue
        day = local_day(fact.occurred_at)
        periods = periods_of(day)
        entries += [_grant(fact, rule, rule_set, periods, day.isoformat(), after) for rule in rules]
    return entries, after


def _grant(
    fact: Fact, rule: Rule, rule_set: RuleSet, periods: Periods, day: str, state: State
) -> Entry:
    used = state.used
    worth = worth_of(rule, fact, used, periods.year)
    limits = _limits(fact, rule, periods, day)
    room, limit = abs(worth), ""
    for name, key, size in limits:
        if size - used.get(key, 0) < room:
            room, limit = max(0, size - used.get(key, 0)), name
    if worth >= 0:
        room, limit = _cut_gain(rule, rule_set, periods, state, room, limit)
        points = room
        used[_gain(periods)] = used.get(_gain(periods), 0) + points
        used[_category(rule, periods)] = used.get(_category(rule, periods), 0) + points
    else:
        above_floor = max(0, state.total - rule_set.floor)
        if above_floor < room:
            room, limit = above_floor, "floor"
        points = -room
    for _, key, _size in limits:
        used[key] = used.get(key, 0) + abs(points)
    for period in periods:
        used[period] = used.get(period, 0) + points
    state.total += points
    yearly = next((c.points for c in rule.caps if c.per == "year"), None)
    return Entry(
        fact_id=fact.id,
        occurred_at=fact.occurred_at,
        rule_code=rule.code,
        category=rule.category,
        rule_set_id=rule_set.id,
        points=points,
        worth=worth,
        limit=limit,
        used=used.get(f"{rule.code}|{periods.year}", 0),
        cap=yearly,
    )


def _limits(fact: Fact, rule: Rule, periods: Periods, day: str) -> list[tuple[str, str, int]]:
    """Return the rule's own caps as (name, key in the state, size).

    The year's use is always counted, capped or not: the member is shown it.
    """
    keys = {
        "event": f"{rule.code}|{fact.group or fact.id}",
        "day": f"{rule.code}|{day}",
        "month": f"{rule.code}|{periods.month}",
        "quarter": f"{rule.code}|{periods.quarter}",
        "year": f"{rule.code}|{periods.year}",
    }
    found = [(cap.per, keys[cap.per], cap.points) for cap in rule.caps]
    if not any(cap.per == "year" for cap in rule.caps):
        found.append(("year", keys["year"], _UNLIMITED))
    return found


_UNLIMITED = 1 << 40


def _cut_gain(
    rule: Rule, rule_set: RuleSet, periods: Periods, state: State, room: int, limit: str
) -> tuple[int, str]:
    """Cut a grant by what its category's year and the month have left."""
    of_category = rule_set.category_caps.get(rule.category, _UNLIMITED)
    of_category -= state.used.get(_category(rule, periods), 0)
    if of_category < room:
        room, limit = max(0, of_category), "category"
    if rule_set.monthly_gain is not None:
        of_month = rule_set.monthly_gain - state.used.get(_gain(periods), 0)
        if of_month < room:
            room, limit = max(0, of_month), "monthly_gain"
    return room, limit


def _gain(periods: Periods) -> str:
    return f"gain|{periods.month}"


def _category(rule: Rule, periods: Periods) -> str:
    return f"category:{rule.category}|{periods.year}"
