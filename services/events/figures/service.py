"""Reading and setting figures; none is ever overwritten.

A figure is in force from a year on, until a later one of the same rule takes its place: what was
asked of a year that is over stays what it was.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from shared.database import UnitOfWork

_IN_FORCE = text("""
    SELECT DISTINCT ON (rule) rule, from_year, figures, set_by, set_at,
        (SELECT max(number) FROM rule_figures r WHERE r.rule = f.rule) AS version
    FROM rule_figures f WHERE from_year <= :year
    ORDER BY rule, from_year DESC, number DESC
""")
# The first of a rule's figures is always there: whoever holds it is alone.
_LOCK = text("SELECT FROM rule_figures WHERE rule = :rule AND number = 1 FOR UPDATE")
_VERSION = text("SELECT max(number) FROM rule_figures WHERE rule = :rule")
_ADD = text("""
    INSERT INTO rule_figures (rule, number, from_year, figures, set_by, set_at)
    VALUES (:rule, :number, :from_year, CAST(:figures AS jsonb), :by, :now)
""")


@dataclass(frozen=True, slots=True)
class Asked:
    """What one rule asks.

    Attributes:
        from_year: since when.
        set_by: None for figures as delivered.
        version: how often this rule's figures were set, those of later years included.
    """

    from_year: int
    figures: Mapping[str, Any]
    set_by: UUID | None
    set_at: datetime
    version: int


def in_force(uow: UnitOfWork, year: int) -> dict[str, Asked]:
    """Return what each rule asks of a year, by its id."""
    rows = uow.session.execute(_IN_FORCE, {"year": year})
    return {
        row.rule: Asked(row.from_year, row.figures, row.set_by, row.set_at, row.version)
        for row in rows
    }


def version_to_change(uow: UnitOfWork, rule: str) -> int:
    """Return how often a rule's figures were set; nobody else sets them until the end."""
    uow.session.execute(_LOCK, {"rule": rule})
    return uow.session.scalar(_VERSION, {"rule": rule}) or 0


def put(uow: UnitOfWork, rule: str, from_year: int, figures: Mapping[str, Any], by: UUID) -> None:
    """Set what a rule asks from a year on."""
    values = {
        "rule": rule,
        "number": version_to_change(uow, rule) + 1,
        "from_year": from_year,
        "figures": orjson.dumps(figures).decode(),
        "by": by,
        "now": uow.clock.now(),
    }
    uow.session.execute(_ADD, values)
