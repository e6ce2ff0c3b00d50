"""Where members belong, asked of the copy of the roster."""

from sqlalchemy import ColumnElement, or_

from services.events.roster_copy.models import MemberCopy


def belongs_to(path: str) -> ColumnElement[bool]:
    """Return the SQL of who belongs to an organisation: below it, or in it across branches."""
    return or_(
        MemberCopy.path.startswith(path, autoescape=True),
        MemberCopy.group_path == path,
        MemberCopy.cross_paths.contains([path]),
    )
