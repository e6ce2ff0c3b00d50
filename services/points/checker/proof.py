"""What a check found."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

_SHOWN: Final = 100


def _plain(value: object) -> object:
    """Return a value as people and JSON read it."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple):
        names = getattr(value, "_fields", None)
        parts = [_plain(part) for part in value]
        return dict(zip(names, parts, strict=True)) if names else parts
    return str(value) if isinstance(value, UUID | datetime) else value


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
            "expected": _plain(self.expected),
            "found": _plain(self.found),
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
        """Note what is not as expected; `where` is a key's parts, or a name."""
        if expected == found:
            return
        self.broken += 1
        if len(self.violations) < _SHOWN:
            place = " ".join(map(str, where)) if isinstance(where, tuple) else str(where)
            self.violations.append(Violation(rule, place, expected, found))

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
