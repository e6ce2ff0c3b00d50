"""What the rules ask: shown to everybody, set by the city, from this year on and not before."""

from typing import Any

from services.events.cadence import refusals
from services.events.cadence.figures import SHAPES
from services.events.cadence.rules import RULES
from services.events.figures import service as figures
from shared.auth import Principal
from shared.clock import local_day
from shared.database import UnitOfWork


def rules(uow: UnitOfWork, year: int) -> list[dict[str, Any]]:
    """Return every rule with what it asks of a year, since when, and by whom."""
    asked = figures.in_force(uow, year)
    return [_shown(code, asked[code]) for code in RULES]


def version_to_change(uow: UnitOfWork, rule: str) -> int:
    """Return how often a rule's figures were set; nobody else sets them until the end.

    Raises:
        NotFound: `rule_unknown`.
    """
    if rule not in RULES:
        raise refusals.rule_unknown()
    return figures.version_to_change(uow, rule)


def put(
    uow: UnitOfWork, principal: Principal, rule: str, from_year: int, wanted: dict[str, Any]
) -> dict[str, Any]:
    """Set what a rule asks from a year on; return it.

    Raises:
        Unprocessable: `year_over`, `figures_invalid`, `figure_of_the_source`.
    """
    this_year = local_day(uow.clock.now()).year
    if from_year < this_year:
        raise refusals.year_over(this_year)
    if errors := SHAPES[rule].validate(wanted):
        raise refusals.figures_invalid(errors)
    stands = figures.in_force(uow, from_year)[rule].figures
    fixed = sorted(name for name in RULES[rule].fixed if wanted[name] != stands[name])
    if fixed:
        raise refusals.figure_of_the_source(fixed)
    figures.put(uow, rule, from_year, wanted, principal.member_id)
    return _shown(rule, figures.in_force(uow, from_year)[rule])


def _shown(code: str, asked: figures.Asked) -> dict[str, Any]:
    return {
        "rule": RULES[code],
        "figures": asked.figures,
        "from_year": asked.from_year,
        "set_by": asked.set_by,
        "set_at": asked.set_at,
        "version": asked.version,
    }
