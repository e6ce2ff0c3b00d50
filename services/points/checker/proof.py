"""What a check found."""

from dataclasses import dataclass, field
from typing import Any, Final

_SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is not as it must be: which rule, where, and what was found there."""

    rule: str
    where: str
    expected: object
    found: object

    def to_json(self) -> dict[str, object]:
        return {
            "rule": self.rule,
            "where": self.where,
            "expected": self.expected,
            "found": self.found,
        }


@dataclass(slots=True)
class Proof:
    """What was checked, and what was wrong; at most a hundred violations are kept in words.

    `seals` are the newest seal of each sealed table, its number and digest: kept outside the
    database as well, they show that nobody has rewritten the whole chain.
    """

    members: int = 0
    facts: int = 0
    entries: int = 0
    points: int = 0
    boards: int = 0
    broken: int = 0
    violations: list[Violation] = field(default_factory=list)
    seals: dict[str, dict[str, Any]] = field(default_factory=dict)

    def report(self, rule: str, where: object, expected: object, found: object) -> None:
        if expected == found:
            return
        self.broken += 1
        if len(self.violations) < _SHOWN:
            self.violations.append(Violation(rule, str(where), expected, found))

    def never(self, rule: str, where: object) -> None:
        """Report something that must not be there at all."""
        self.report(rule, where, "never", "there")

    def to_json(self) -> dict[str, object]:
        return {
            "ok": self.broken == 0,
            "members": self.members,
            "facts": self.facts,
            "entries": self.entries,
            "points": self.points / 10,
            "boards": self.boards,
            "broken": self.broken,
            "violations": [violation.to_json() for violation in self.violations],
            "seals": self.seals,
        }
