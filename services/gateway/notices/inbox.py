"""A member's inbox."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from services.gateway.notices import refusals
from shared.database import UnitOfWork
from shared.text import Text

_SHOWN = "id, kind, subject_type, subject_id, zh, en, created_at, read"
_PAGE = text(f"""
    SELECT {_SHOWN} FROM notices
    WHERE member_id = :member AND (
        CAST(:before AS timestamptz) IS NULL OR (created_at, id) < (:before, CAST(:id AS uuid))
    )
    ORDER BY created_at DESC, id DESC LIMIT :limit
""")  # noqa: S608 - put together from constants
_EVERY = text(f"""
    SELECT {_SHOWN} FROM notices WHERE member_id = :member ORDER BY created_at DESC, id DESC
""")  # noqa: S608 - put together from constants
_UNREAD = text("SELECT count(*) FROM notices WHERE member_id = :member AND NOT read")
_READ = text(f"""
    UPDATE notices SET read = true WHERE member_id = :member AND id = :id RETURNING {_SHOWN}
""")  # noqa: S608 - put together from constants
_READ_ALL = text("UPDATE notices SET read = true WHERE member_id = :member AND NOT read")


def page(
    uow: UnitOfWork, member: UUID, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Row[Any]]:
    """Return a member's notices, newest first."""
    before, notice_id = after or (None, None)
    values = {"member": member, "before": before, "id": notice_id, "limit": limit}
    return uow.session.execute(_PAGE, values).all()


def every(uow: UnitOfWork, member: UUID) -> Sequence[Row[Any]]:
    """Return all that is kept of what a member was told, newest first."""
    return uow.session.execute(_EVERY, {"member": member}).all()


def shown(row: Row[Any], language: str) -> dict[str, Any]:
    """Return a notice as its member reads it."""
    sentence = Text(row.zh, row.en).in_language(language)
    return {**row._mapping, "text": sentence}  # noqa: SLF001 - SQLAlchemy's public name for it


def unread(uow: UnitOfWork, member: UUID) -> int:
    """Return how many of a member's notices are not read."""
    return uow.session.scalar(_UNREAD, {"member": member}) or 0


def mark_read(uow: UnitOfWork, member: UUID, notice_id: UUID) -> Row[Any]:
    """Note that a member has read a notice.

    Raises:
        NotFound: `notice_unknown`.
    """
    row = uow.session.execute(_READ, {"member": member, "id": notice_id}).one_or_none()
    if row is None:
        raise refusals.notice_unknown()
    return row


def mark_all_read(uow: UnitOfWork, member: UUID) -> None:
    """Note that a member has read all there is."""
    uow.session.execute(_READ_ALL, {"member": member})
