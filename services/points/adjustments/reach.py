"""Whose cases somebody may see: the own, and those within the part of the tree of a role."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, false, or_

from services.points.roster.models import Organisation


def within(paths: Iterable[str]) -> ColumnElement[bool]:
    """Return the condition that `Organisation` lies at or below one of the paths."""
    return or_(false(), *(Organisation.path.startswith(p, autoescape=True) for p in paths))
