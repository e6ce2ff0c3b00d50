"""The approved rule sets in time: which rules were in force when a fact happened, and where."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime

from services.points.scoring.bounds import overlay
from services.points.scoring.model import Fact, Rule, RuleSet


class Timeline:
    """The approved rule sets by the moment they take effect.

    Of two that take effect at one moment the later given counts: sets are given in the order of
    their approval. A unit's set is laid over the city's that is in force.
    """

    def __init__(self, rule_sets: Sequence[RuleSet]) -> None:
        self.rule_sets = tuple(sorted(rule_sets, key=lambda s: s.effective_at))
        city = [s for s in self.rule_sets if not s.unit]
        self._city = _Track(city)
        self.units = frozenset(s.unit for s in self.rule_sets) - {""}
        self._units = {
            unit: _Track(_laid_over(city, [s for s in self.rule_sets if s.unit == unit]))
            for unit in self.units
        }

    def at(self, moment: datetime, unit: str = "") -> RuleSet | None:
        """Return the set in force at a moment, as it is in a unit; None before the first."""
        return self._units.get(unit, self._city).at(moment)

    def rules_for(self, fact: Fact) -> tuple[RuleSet | None, Sequence[Rule]]:
        """Return the set in force when and where the fact happened, and its rules that match."""
        track = self._units.get(fact.unit, self._city) if fact.unit else self._city
        return track.rules_for(fact)


class _Track:
    """Sets that follow each other."""

    def __init__(self, rule_sets: Sequence[RuleSet]) -> None:
        self._sets = rule_sets
        self._starts = [s.effective_at for s in rule_sets]
        # Rules by (kind or tag, role): a fact meets a handful, not all of them.
        self._index = [_index(s) for s in rule_sets]

    def at(self, moment: datetime) -> RuleSet | None:
        place = bisect_right(self._starts, moment)
        return self._sets[place - 1] if place else None

    def rules_for(self, fact: Fact) -> tuple[RuleSet | None, Sequence[Rule]]:
        place = bisect_right(self._starts, fact.occurred_at)
        if not place:
            return None, ()
        index = self._index[place - 1]
        found = {
            rule.code: rule
            for kind in (fact.kind, *fact.tags)
            for rule in index.get((kind, fact.role), ())
            if rule.matches(fact)
        }
        return self._sets[place - 1], [found[code] for code in sorted(found)]


def _index(rule_set: RuleSet) -> dict[tuple[str, str], list[Rule]]:
    index: dict[tuple[str, str], list[Rule]] = {}
    for rule in rule_set.rules:
        for kind in rule.kinds:
            index.setdefault((kind, rule.role), []).append(rule)
    return index


def _laid_over(city: Sequence[RuleSet], unit: Sequence[RuleSet]) -> list[RuleSet]:
    """Return what is in force in a unit from each moment at which either changes."""
    laid = []
    for moment in sorted({s.effective_at for s in (*city, *unit)}):
        below = [s for s in city if s.effective_at <= moment]
        above = [s for s in unit if s.effective_at <= moment]
        if below and above:
            laid.append(overlay(below[-1], above[-1], moment))
        elif below:
            laid.append(below[-1])
    return laid
