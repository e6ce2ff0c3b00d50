"""Where members belong, asked of the copy of the roster."""

from sqlalchemy import ColumnElement, or_

from services.events.roster_copy.models import MemberCopy
from shared.auth import Grant, Principal


def belongs_to(path: str) -> ColumnElement[bool]:
    """Return the SQL of who belongs to an organisation: below it, or in it across branches."""
    return or_(
        MemberCopy.path.startswith(path, autoescape=True),
        MemberCopy.group_path == path,
        MemberCopy.cross_paths.contains([path]),
    )


def as_principal(member: MemberCopy) -> Principal:
    """Return a member as the own token would name him, without any office."""
    paths = [member.path, *([member.group_path] if member.group_path else []), *member.cross_paths]
    grants = tuple(Grant("member", path) for path in paths)
    return Principal(member.id, member.name, member.path, grants)
