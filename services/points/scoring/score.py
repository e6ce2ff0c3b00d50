"""The fold that turns a member's year of facts into ledger entries.

Order: facts are taken by (occurred_at, id), the rules of one fact by code. Each grant is the worth
of the fact under the rule, cut by the smallest of what remains of

- the rule's own caps (event, day, month, quarter, year),
- the category's cap a year,
- the month's gain: all positive points of the month together,

and never less than nothing. What is no gain (base points, a correction that two people decided)
is bounded by its own rule's caps alone. A deduction has caps of its own rule only, takes nothing from the
category's or the month's room and gives none back, and stops at the floor. All periods are
calendar periods in Asia/Shanghai; nothing reaches across a year, so a member's year is scored by
itself. Source: the preset's caps and the statement rules in the domain glossary.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final

from services.points.scoring.kinds import is_gain, worth_of
from services.points.scoring.model import Entry, Fact, Rule, RuleSet, State
from services.points.scoring.timeline import Timeline
from shared.clock import Periods, local_day, periods_of

_UNLIMITED: Final = 1 << 40


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
    after = state.copy() if state else State()
    entries: list[Entry] = []
    for fact in sorted(facts, key=lambda f: (f.occurred_at, f.id)):
        rule_set, rules = timeline.rules_for(fact)
        if rule_set is None or not rules:
            continue
        place = _Place(fact, local_day(fact.occurred_at), after)
        entries += [_grant(fact, rule, rule_set, place) for rule in rules]
    return entries, after


class _Place:
    """A fact's place in time: its periods, and what their limits have let through so far."""

    def __init__(self, fact: Fact, day: date, state: State) -> None:
        self.periods: Periods = periods_of(day)
        self._names = {
            "year": self.periods.year,
            "quarter": self.periods.quarter,
            "month": self.periods.month,
            "day": day.isoformat(),
            "event": "event",
        }
        self._event = fact.group or str(fact.id)
        self._used = state.used
        for period in state.used.keys() - self._names.values():
            del state.used[period]
        self.year, self.quarter, self.month = (
            state.used.setdefault(period, {}) for period in self.periods
        )

    def limit(self, rule: Rule, per: str) -> tuple[dict[str, int], str]:
        """Return the use, and the key in it, that a cap of a rule counts in."""
        use = self._used.setdefault(self._names[per], {})
        return use, f"{rule.code}|{self._event}" if per == "event" else rule.code


def _grant(fact: Fact, rule: Rule, rule_set: RuleSet, place: _Place) -> Entry:
    worth = worth_of(rule, fact, rule_set, place.year)
    room, limit = abs(worth), ""
    # The year's use is always counted, capped or not: the member is shown it.
    counted = {"year": (place.year, rule.code)}
    for cap in rule.caps:
        use, key = counted[cap.per] = place.limit(rule, cap.per)
        room, limit = _cut(room, limit, cap.points - use.get(key, 0), cap.per)
    if worth < 0:
        above_floor = place.year.get("points", 0) - rule_set.floor
        room, limit = _cut(room, limit, above_floor, "floor")
        points = -room
    elif is_gain(rule):
        category = f"category:{rule.category}"
        of_category = rule_set.category_caps.get(rule.category, _UNLIMITED)
        room, limit = _cut(room, limit, of_category - place.year.get(category, 0), "category")
        of_month = _UNLIMITED if rule_set.monthly_gain is None else rule_set.monthly_gain
        room, limit = _cut(room, limit, of_month - place.month.get("gain", 0), "monthly_gain")
        points = room
        _add(place.year, category, points)
        _add(place.month, "gain", points)
    else:
        points = room
    for use, key in counted.values():
        _add(use, key, room)
    for use in (place.year, place.quarter, place.month):
        _add(use, "points", points)
    return Entry(
        fact_id=fact.id,
        occurred_at=fact.occurred_at,
        periods=place.periods,
        rule_code=rule.code,
        category=rule.category,
        rule_set_id=rule_set.origins.get(rule.code, rule_set.id),
        points=points,
        worth=worth,
        limit=limit,
        used=place.year.get(rule.code, 0),
        cap=next((cap.points for cap in rule.caps if cap.per == "year"), None),
    )


def _cut(room: int, limit: str, left: int, name: str) -> tuple[int, str]:
    """Return the smaller of the room so far and what a limit has left, and which of them it was."""
    return (max(0, left), name) if left < room else (room, limit)


def _add(use: dict[str, int], key: str, points: int) -> None:
    if points:
        use[key] = use.get(key, 0) + points
