"""Who belongs to an organisation, as SQL."""

from sqlalchemy import ColumnElement, or_

from services.events.roster_copy.models import MemberCopy


def belongs_below(path: str) -> ColumnElement[bool]:
    """Return the condition that a member belongs to the organisation at a path, or below it."""
    return or_(
        MemberCopy.path.startswith(path, autoescape=True),
        MemberCopy.group_path == path,
        MemberCopy.cross_paths.contains([path]),
    )
