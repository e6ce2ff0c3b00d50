"""The kinds of value a rule can have; each module of this folder is one.

A kind is a module with the members of `Kind`. Add a file and it is known: to scoring, to the
schemas of rules, to the words that explain them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Final, Protocol, cast

from marshmallow import Schema, validate

from services.points.scoring.model import Fact, Rule, RuleSet
from shared.text import Text

Parameters = Mapping[str, Any]

LARGEST: Final = 100_000
"""Tenths. A year of such grants still fits into the ledger's integers."""

WORTH: Final = validate.Range(-LARGEST, LARGEST, error="At most 10000 points either way.")
SIZE: Final = validate.Range(0, LARGEST, error="From 0 to 10000 points.")
DONE_BY_PEOPLE: Final = ("check_in", "claim", "import", "manual")
"""The triggers of what members do; only the system opens years."""


@dataclass(slots=True)
class Around:
    """What a kind may look at beside the fact.

    `used[note]` is the kind's own note in the member's year, for those that keep one.
    """

    rule_set: RuleSet
    used: dict[str, int]
    note: str


class Kind(Protocol):
    """One kind of value.

    Attributes:
        NAME: as rules name it.
        TITLE: as people call it.
        PARAMETERS: the schema of its parameters; the console draws its form from it. Each has a
            `title`, and names in `x-words` the list its words are of.
        TRIGGERS: what may set off a rule that has such a value.
        IS_GAIN: whether what it gives counts against the category's cap and the month's gain.
    """

    NAME: str
    TITLE: Text
    PARAMETERS: type[Schema]
    TRIGGERS: tuple[str, ...]
    IS_GAIN: bool

    def evaluate(self, parameters: Parameters, fact: Fact, around: Around) -> int:
        """Return what the fact is worth before any limit, in tenths."""
        ...

    def explain(self, parameters: Parameters) -> Text:
        """Say what the rule gives, e.g. "2 each time"."""
        ...

    def working(self, parameters: Parameters, fact: Fact) -> Text | None:
        """Say what of a fact its worth came from, where the rule alone does not tell."""
        ...


KINDS: dict[str, Kind] = {
    kind.NAME: kind
    for kind in (
        cast("Kind", import_module(f"{__name__}.{module.name}"))
        for module in iter_modules(__path__)
    )
}


def worth_of(rule: Rule, fact: Fact, rule_set: RuleSet, used: dict[str, int]) -> int:
    """Return what a fact is worth under a rule before any limit, in tenths.

    `used` is what the year's limits have let through; a kind may keep a note of its own there.
    """
    kind = KINDS[rule.value["kind"]]
    return kind.evaluate(rule.value, fact, Around(rule_set, used, f"{rule.code}:note"))


def is_gain(rule: Rule) -> bool:
    """Tell whether what a rule gives counts against the category's cap and the month's gain."""
    return KINDS[rule.value["kind"]].IS_GAIN


def deducts(value: Mapping[str, Any]) -> bool:
    """Tell whether a rule's value can take points away."""
    numbers = (*value.values(), *value.get("levels", {}).values())
    return any(isinstance(number, int) and number < 0 for number in numbers)
