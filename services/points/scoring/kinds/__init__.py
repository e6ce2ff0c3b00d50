"""The kinds of value a rule can have; each module of this folder is one.

A kind is a module with ``NAME``, ``PARAMETERS`` (a marshmallow schema class) and
``evaluate(parameters, fact, used, key) -> int`` (tenths). Add a file and it is known.
"""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Protocol, cast

from marshmallow import Schema

from services.points.scoring.model import Fact, Rule


class Kind(Protocol):
    NAME: str
    PARAMETERS: type[Schema]

    def evaluate(
        self, parameters: Mapping[str, Any], fact: Fact, used: dict[str, int], key: str
    ) -> int:
        """Return what the fact is worth, in tenths.

        `used[key]` is the kind's own note in the member's year, for those that keep one.
        """
        ...


KINDS: dict[str, Kind] = {
    kind.NAME: kind
    for kind in (
        cast("Kind", import_module(f"{__name__}.{module.name}"))
        for module in iter_modules(__path__)
    )
}


def worth_of(rule: Rule, fact: Fact, used: dict[str, int]) -> int:
    """Return what a fact is worth under a rule before any limit, in tenths.

    `used` is what the year's limits have let through; a kind may keep a note of its own there.
    """
    kind = KINDS[rule.value["kind"]]
    return kind.evaluate(rule.value, fact, used, f"{rule.code}:note")
