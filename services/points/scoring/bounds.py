"""What a unit may set for itself: add rules or lower the city's, never exceed them. Pure.

A unit's set holds only what differs. It is laid over whatever city set is in force, and what
exceeds that one is cut down to it, also where the city lowered its own after the unit had set.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from services.points.scoring.model import Cap, Rule, RuleSet

_SAME = ("category", "trigger", "kinds", "role")


def overlay(city: RuleSet, unit: RuleSet, moment: datetime) -> RuleSet:
    """Return the city's set as it is in a unit, from a moment on."""
    own = {rule.code: rule for rule in unit.rules}
    lowered = {
        rule.code: lower(rule, own[rule.code])
        for rule in city.rules
        if rule.code in own and _alike(rule, own[rule.code])
    }
    codes = {rule.code for rule in city.rules}
    added = [rule for rule in unit.rules if rule.code not in codes and is_own_code(rule.code)]
    gains = [gain for gain in (city.monthly_gain, unit.monthly_gain) if gain is not None]
    return RuleSet(
        id=city.id,
        effective_at=moment,
        rules=(*(lowered.get(rule.code, rule) for rule in city.rules), *added),
        category_caps=_least(city.category_caps, unit.category_caps),
        monthly_gain=min(gains, default=None),
        floor=city.floor,
        unit=unit.unit,
        origins=dict.fromkeys((*lowered, *(rule.code for rule in added)), unit.id),
    )


def _least(city: Mapping[str, int], unit: Mapping[str, int]) -> dict[str, int]:
    """Return the lower of two caps, and those that only one of them sets."""
    return {**unit, **{name: min(cap, unit.get(name, cap)) for name, cap in city.items()}}


def is_own_code(code: str) -> bool:
    """Tell whether a code is of those that units give to rules they add."""
    return code.startswith("U")


def lower(city: Rule, unit: Rule) -> Rule:
    """Return the city's rule with the unit's values where these are smaller."""
    caps = {cap.per: cap.points for cap in unit.caps}
    for cap in city.caps:
        caps[cap.per] = min(cap.points, caps.get(cap.per, cap.points))
    return replace(
        city,
        value=_smaller(city.value, unit.value),
        caps=tuple(Cap(per, points) for per, points in caps.items()),
        minimum_minutes=max(city.minimum_minutes, unit.minimum_minutes),
        name_zh=unit.name_zh,
        name_en=unit.name_en,
    )


def exceeding(city: Rule, unit: Rule) -> list[str]:
    """Return the fields in which a unit's rule is more than a lowered form of the city's."""
    fields = [name for name in _SAME if getattr(city, name) != getattr(unit, name)]
    if not fields:
        lowered = lower(city, unit)
        theirs = {cap.per: cap.points for cap in unit.caps}
        if lowered.value != unit.value:
            fields.append("value")
        if {cap.per: cap.points for cap in lowered.caps} != theirs:
            fields.append("caps")
        if lowered.minimum_minutes != unit.minimum_minutes:
            fields.append("minimum_minutes")
    return fields


def _alike(city: Rule, unit: Rule) -> bool:
    return all(getattr(city, name) == getattr(unit, name) for name in _SAME)


def _smaller(city: Any, unit: Any) -> Any:
    """Take each number that is smaller in size; what has another shape stays the city's."""
    if isinstance(city, Mapping) and isinstance(unit, Mapping):
        if city.get("kind") != unit.get("kind"):
            return city
        return {key: _smaller(city[key], unit.get(key, city[key])) for key in city}
    if isinstance(city, int) and isinstance(unit, int):
        return unit if city * unit >= 0 and abs(unit) < abs(city) else city
    if isinstance(city, list) and isinstance(unit, list):
        return [item for item in city if item in unit]
    return city
