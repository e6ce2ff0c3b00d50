"""An independent, slow model of scoring: no state, everything summed anew for every grant.

Written from the domain's rules rather than from the code: for each grant it looks back over all
entries so far and asks each limit how much of it is left.
"""

from collections.abc import Sequence
from dataclasses import replace
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
        city = newest(rule_sets, "", fact)
        if city is None:
            continue
        unit = newest(rule_sets, fact.unit, fact) if fact.unit else None
        rules = {rule.code: (rule, city.id) for rule in city.rules}
        if unit is not None:
            rules |= of_unit(city, unit)
            city = bounded(city, unit)
        city = replace(city, rules=tuple(rule for rule, _ in rules.values()))
        for _, (rule, origin) in sorted(rules.items()):
            if counts(rule, fact):
                entries.append(grant(fact, rule, city, entries) | {"set": origin})
    return [(e["fact"].id, e["code"], e["set"], e["worth"], e["points"]) for e in entries]


def newest(rule_sets: Sequence[RuleSet], unit: str, fact: Fact) -> RuleSet | None:
    found = [s for s in rule_sets if s.unit == unit and s.effective_at <= fact.occurred_at]
    return max(found, key=lambda s: s.effective_at, default=None)


def of_unit(city: RuleSet, unit: RuleSet) -> dict[str, tuple[Rule, UUID]]:
    """A unit may add rules whose code begins with U, and lower the city's."""
    citys = {rule.code: rule for rule in city.rules}
    found = {}
    for rule in unit.rules:
        if rule.code in citys:
            above = citys[rule.code]
            alike = (rule.category, rule.trigger, rule.kinds, rule.role) == (
                above.category, above.trigger, above.kinds, above.role,
            )  # fmt: skip
            if alike:
                caps = {cap.per: cap for cap in rule.caps}
                for cap in above.caps:
                    if cap.per not in caps or cap.points < caps[cap.per].points:
                        caps[cap.per] = cap
                longer = max(rule.minimum_minutes, above.minimum_minutes)
                lowered = replace(
                    above,
                    value=least(above.value, rule.value),
                    caps=tuple(caps.values()),
                    minimum_minutes=longer,
                )
                found[rule.code] = (lowered, unit.id)
        elif rule.code[0] == "U":
            found[rule.code] = (rule, unit.id)
    return found


def least(city: dict[str, Any], unit: dict[str, Any]) -> dict[str, Any]:
    if city["kind"] != unit["kind"]:
        return city
    if "levels" in city:
        levels = {k: min(v, unit["levels"].get(k, v)) for k, v in city["levels"].items()}
        return {"kind": city["kind"], "levels": levels}
    if city["kind"] == "make_up":
        both = [s for s in city["sessions"] if s in unit["sessions"]]
        return {"kind": "make_up", "sessions": both}
    lowered = dict(city)
    for name in set(city) - {"kind"}:
        same_sign = city[name] * unit[name] >= 0
        if same_sign and abs(unit[name]) < abs(city[name]):
            lowered[name] = unit[name]
    return lowered


def bounded(city: RuleSet, unit: RuleSet) -> RuleSet:
    caps = dict(city.category_caps)
    for category, cap in unit.category_caps.items():
        caps[category] = min(caps.get(category, cap), cap)
    gain = city.monthly_gain
    if unit.monthly_gain is not None:
        gain = unit.monthly_gain if gain is None else min(gain, unit.monthly_gain)
    return replace(city, category_caps=caps, monthly_gain=gain)


def counts(rule: Rule, fact: Fact) -> bool:
    long_enough = fact.minutes is None or fact.minutes >= rule.minimum_minutes
    named = bool(rule.kinds & {fact.kind, *fact.tags})
    return fact.source in rule.trigger and fact.role == rule.role and named and long_enough


def grant(fact: Fact, rule: Rule, rule_set: RuleSet, entries: list[Entry]) -> Entry:
    worth = value(fact, rule, rule_set, entries)
    gain = rule.value["kind"] not in ("base", "stated")
    same_rule = [e for e in entries if e["code"] == rule.code]
    left = [abs(worth)]
    left += [
        cap.points - sum(abs(e["points"]) for e in same_rule if shares(cap.per, e, fact))
        for cap in rule.caps
    ]
    if worth >= 0 and gain:
        positive = [e for e in entries if e["worth"] >= 0 and e["gain"]]
        if rule.category in rule_set.category_caps:
            used = sum(e["points"] for e in positive if e["category"] == rule.category)
            left.append(rule_set.category_caps[rule.category] - used)
        if rule_set.monthly_gain is not None:
            used = sum(e["points"] for e in positive if shares("month", e, fact))
            left.append(rule_set.monthly_gain - used)
        points = max(0, min(left))
    elif worth >= 0:
        points = max(0, min(left))
    else:
        left.append(sum(e["points"] for e in entries) - rule_set.floor)
        points = -max(0, min(left))
    return {
        "fact": fact, "code": rule.code, "category": rule.category, "gain": gain,
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


def value(fact: Fact, rule: Rule, rule_set: RuleSet, entries: list[Entry]) -> int:
    parameters = rule.value
    if parameters["kind"] in ("fixed", "base"):
        return int(parameters["points"])
    if parameters["kind"] == "stated":
        size = min(abs(fact.quantity or 0), parameters["at_most"])
        return size if (fact.quantity or 0) > 0 else -size
    if parameters["kind"] == "make_up":
        return made_up(fact, rule, rule_set)
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


def made_up(fact: Fact, rule: Rule, rule_set: RuleSet) -> int:
    if fact.level not in rule.value["sessions"]:
        return 0
    attending = Fact(fact.id, fact.member_id, fact.level, fact.occurred_at)
    for other in sorted(rule_set.rules, key=lambda r: r.code):
        if counts(replace(other, minimum_minutes=0), attending):
            return int(other.value["points"]) if other.value["kind"] == "fixed" else 0
    return 0
