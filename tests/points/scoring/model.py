"""An independent, slow model of scoring: no state, everything summed anew for every grant.

Written from the domain's rules rather than from the code: for each grant it looks back over all
entries so far and asks each limit how much of it is left.
"""

from collections.abc import Sequence
from datetime import timedelta, timezone
from typing import Any
from uuid import UUID

from services.points.scoring import Fact, Rule, RuleSet

# Asia/Shanghai has had no summer time since 1991.
EAST8 = timezone(timedelta(hours=8))

Entry = dict[str, Any]
Prediction = list[tuple[UUID, str, UUID, int, int]]


def predict(facts: Sequence[Fact], rule_sets: Sequence[RuleSet]) -> Prediction:
    """Return (fact, rule, rule set, worth, points) of every entry, in order."""
    entries: list[Entry] = []
    for fact in sorted(facts, key=lambda f: (f.occurred_at, f.id.int)):
        in_force = [s for s in rule_sets if s.effective_at <= fact.occurred_at]
        if not in_force:
            continue
        rule_set = max(in_force, key=lambda s: s.effective_at)
        for rule in sorted(rule_set.rules, key=lambda r: r.code):
            if counts(rule, fact):
                entries.append(grant(fact, rule, rule_set, entries))
    return [(e["fact"].id, e["code"], e["set"], e["worth"], e["points"]) for e in entries]


def counts(rule: Rule, fact: Fact) -> bool:
    long_enough = fact.minutes is None or fact.minutes >= rule.minimum_minutes
    named = bool(rule.kinds & {fact.kind, *fact.tags})
    return fact.source in rule.trigger and fact.role == rule.role and named and long_enough


def grant(fact: Fact, rule: Rule, rule_set: RuleSet, entries: list[Entry]) -> Entry:
    worth = value(fact, rule, entries)
    same_rule = [e for e in entries if e["code"] == rule.code]
    left = [abs(worth)]
    left += [
        cap.points - sum(abs(e["points"]) for e in same_rule if shares(cap.per, e, fact))
        for cap in rule.caps
    ]
    if worth >= 0:
        positive = [e for e in entries if e["worth"] >= 0]
        if rule.category in rule_set.category_caps:
            used = sum(e["points"] for e in positive if e["category"] == rule.category)
            left.append(rule_set.category_caps[rule.category] - used)
        if rule_set.monthly_gain is not None:
            used = sum(e["points"] for e in positive if shares("month", e, fact))
            left.append(rule_set.monthly_gain - used)
        points = max(0, min(left))
    else:
        left.append(sum(e["points"] for e in entries) - rule_set.floor)
        points = -max(0, min(left))
    return {
        "fact": fact, "code": rule.code, "category": rule.category, "set": rule_set.id,
        "worth": worth, "points": points, "value": rule.value,
    }  # fmt: skip


def shares(per: str, entry: Entry, fact: Fact) -> bool:
    """Tell whether an earlier entry used up the same period's room."""
    one, two = entry["fact"], fact
    a, b = one.occurred_at.astimezone(EAST8), two.occurred_at.astimezone(EAST8)
    if per == "event":
        return (one.group or one.id) == (two.group or two.id)
    if per == "day":
        return a.date() == b.date()
    if per == "month":
        return (a.year, a.month) == (b.year, b.month)
    if per == "quarter":
        return (a.year, (a.month - 1) // 3) == (b.year, (b.month - 1) // 3)
    return a.year == b.year


def value(fact: Fact, rule: Rule, entries: list[Entry]) -> int:
    parameters = rule.value
    if parameters["kind"] == "fixed":
        return int(parameters["points"])
    if parameters["kind"] == "per_hour":
        hours = (fact.minutes or 0) // 60
        return int(min(hours * parameters["points"], parameters["at_most"]))
    own = int(parameters["levels"].get(fact.level, 0))
    if parameters["kind"] == "by_level":
        return own
    best = max(
        (
            int(e["value"]["levels"].get(e["fact"].level, 0))
            for e in entries
            if e["code"] == rule.code and e["value"]["kind"] == "highest_of_year"
        ),
        default=0,
    )
    return max(0, own - best)
