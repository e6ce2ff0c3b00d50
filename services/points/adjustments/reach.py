"""Whose cases somebody may see: the own, and those within the part of the tree of a role."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, false, literal, or_, select, true, union
from sqlalchemy.orm import InstrumentedAttribute

from services.points.roster import organisations
from services.points.roster.models import Member, Organisation


def within(paths: Iterable[str]) -> ColumnElement[bool]:
    """Return the condition that `Organisation` lies at or below one of the paths."""
    return or_(false(), *(Organisation.path.startswith(p, autoescape=True) for p in paths))


def own_or_within(
    whose: InstrumentedAttribute[UUID], asker: UUID, paths: Sequence[str]
) -> ColumnElement[bool]:
    """Return the condition that a case is the asker's own, or of a member below one of the paths.

    Its members are found first: asked of each case, one after the other, a unit's few would take as
    long as all of the city's.
    """
    if organisations.are_all(paths):
        return true()
    reached = (
        select(Member.id)
        .join(Organisation, Organisation.id == Member.organisation_id)
        .where(within(paths))
    )
    return whose.in_(union(select(literal(asker, Uuid)), reached))
