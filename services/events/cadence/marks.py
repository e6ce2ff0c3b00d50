"""Done or not, as somebody noted it: of what leaves no event behind, and nothing of its contents."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from services.events.cadence import refusals
from services.events.cadence.permissions import CADENCE_KEEP
from services.events.cadence.rules import RULES
from services.events.roster_copy.models import OrganisationCopy
from shared.auth import Principal
from shared.clock import local_day
from shared.database import UnitOfWork

MARKED: Final = ("marks", "training")

_OF_YEAR: Final = text("""
    SELECT rule, done, set_at, version FROM cadence_marks
    WHERE organisation_id = :organisation AND year = :year
""")
_VERSION: Final = text("""
    SELECT version FROM cadence_marks
    WHERE organisation_id = :organisation AND rule = :rule AND year = :year
""")
_PUT: Final = text("""
    INSERT INTO cadence_marks AS known (
        organisation_id, rule, year, done, set_by, set_at, version
    )
    VALUES (:organisation, :rule, :year, :done, :by, :now, 1)
    ON CONFLICT (organisation_id, rule, year) DO UPDATE SET
        done = excluded.done, set_by = excluded.set_by, set_at = excluded.set_at,
        version = known.version + 1
    RETURNING done, set_at, version
""")


def of_year(uow: UnitOfWork, organisation_id: UUID, year: int) -> dict[str, dict[str, Any]]:
    """Return an organisation's marks by rule."""
    values = {"organisation": organisation_id, "year": year}
    return {
        row.rule: {"done": row.done, "set_at": row.set_at, "version": row.version}
        for row in uow.session.execute(_OF_YEAR, values)
    }


def version_of(
    uow: UnitOfWork, principal: Principal, organisation: OrganisationCopy, rule: str, year: int
) -> int:
    """Return how often a mark was set, for somebody who may set it; the organisation is locked.

    Raises:
        NotFound: `rule_unknown`.
        Forbidden: `out_of_reach`.
        Unprocessable: `rule_not_marked`, `rule_of_others`, `year_ahead`.
    """
    principal.require(CADENCE_KEEP, organisation.path)
    found = RULES.get(rule)
    if found is None:
        raise refusals.rule_unknown()
    if found.seen_by not in MARKED:
        raise refusals.rule_not_marked()
    if organisation.kind != found.subject:
        raise refusals.rule_of_others(found.subject)
    if year > local_day(uow.clock.now()).year:
        raise refusals.year_ahead()
    values = {"organisation": organisation.id, "rule": rule, "year": year}
    return uow.session.scalar(_VERSION, values) or 0


def put(
    uow: UnitOfWork,
    principal: Principal,
    organisation: OrganisationCopy,
    rule: str,
    *,
    year: int,
    done: bool,
) -> dict[str, Any]:
    """Note that it is done, or that it is not; the caller asked for `version_of`."""
    values = {
        "organisation": organisation.id,
        "rule": rule,
        "year": year,
        "done": done,
        "by": principal.member_id,
        "now": uow.clock.now(),
    }
    return dict(uow.session.execute(_PUT, values).one()._mapping)  # noqa: SLF001 - its public name
