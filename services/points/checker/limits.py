"""Caps hold: sums of what stands, against the highest limit that any approved rules set.

Independent of scoring, and weaker: where limits changed within a year the highest counts.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

from services.points.checker.proof import Proof
from services.points.scoring import Timeline
from services.points.scoring.kinds import is_gain
from shared.clock import local_day, periods_of

_UNLIMITED = 1 << 40


class _Entry(Protocol):
    @property
    def points(self) -> int: ...
    @property
    def category(self) -> str: ...
    @property
    def occurred_at(self) -> Any: ...


class Limits:
    def __init__(self, timeline: Timeline) -> None:
        sets = timeline.rule_sets
        self._rules: dict[tuple[str, str], int] = {}
        self._gains: set[str] = set()
        for rule in (rule for rule_set in sets for rule in rule_set.rules):
            if is_gain(rule):
                self._gains.add(rule.code)
            caps = {cap.per: cap.points for cap in rule.caps}
            for per in ("year", "quarter", "month"):
                place = (rule.code, per)
                self._rules[place] = max(self._rules.get(place, 0), caps.get(per, _UNLIMITED))
        names = {name for rule_set in sets for name in rule_set.category_caps}
        self._categories = {
            name: max(s.category_caps.get(name, _UNLIMITED) for s in sets if not s.unit)
            for name in names
        }
        gains = [s.monthly_gain for s in sets if not s.unit]
        self._monthly = max((_UNLIMITED if g is None else g for g in gains), default=_UNLIMITED)

    def check(
        self,
        key: tuple[UUID, int],
        standing: Mapping[tuple[UUID, str], _Entry],
        proof: Proof,
    ) -> None:
        """Report every limit that the standing entries of a member's year go beyond."""
        used: Counter[tuple[str, str]] = Counter()
        most: dict[tuple[str, str], int] = {}
        for (_, code), entry in standing.items():
            year, quarter, month = periods_of(local_day(entry.occurred_at))
            for per, period in (("year", year), ("quarter", quarter), ("month", month)):
                most[code, period] = self._rules.get((code, per), _UNLIMITED)
                used[code, period] += abs(entry.points)
            if code in self._gains and entry.points > 0:
                most[entry.category, year] = self._categories.get(entry.category, _UNLIMITED)
                used[entry.category, year] += entry.points
                most["monthly gain", month] = self._monthly
                used["monthly gain", month] += entry.points
        for place, points in used.items():
            if points > most[place]:
                proof.report("caps hold", (*key, *place), f"at most {most[place]}", points)
