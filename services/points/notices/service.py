"""Telling members, and their reading of it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from shared.database import UnitOfWork
from shared.errors import NotFound
from shared.ids import new_id
from shared.text import Text

_TELL = text("""
    INSERT INTO notices (member_id, id, kind, subject_id, text_zh, text_en, created_at)
    VALUES (:member_id, :id, :kind, :subject_id, :zh, :en, :now) ON CONFLICT DO NOTHING
""")
_PAGE = text("""
    SELECT id, kind, subject_id, text_zh, text_en, created_at, read_at FROM notices
    WHERE member_id = :member AND (CAST(:before AS uuid) IS NULL OR id < :before)
    ORDER BY id DESC LIMIT :limit
""")
_READ = text("""
    UPDATE notices SET read_at = coalesce(read_at, :now) WHERE member_id = :member AND id = :id
    RETURNING id, kind, subject_id, text_zh, text_en, created_at, read_at
""")


def notify(
    uow: UnitOfWork, members: Iterable[UUID], kind: str, subject_id: UUID, sentence: Text
) -> None:
    """Tell members something about a subject, in the caller's transaction.

    The same kind about the same subject is told to a member once, however often it is asked for:
    put what may happen again into `kind`, e.g. ``claim.returned.2``.
    """
    rows = [
        {
            "member_id": member,
            "id": new_id(),
            "kind": kind,
            "subject_id": subject_id,
            "zh": sentence.zh,
            "en": sentence.en,
            "now": uow.clock.now(),
        }
        for member in members
    ]
    if rows:
        uow.session.execute(_TELL, rows)


def page(uow: UnitOfWork, member: UUID, before: UUID | None, limit: int) -> list[Row[Any]]:
    """Return a member's notices, newest first."""
    values = {"member": member, "before": before, "limit": limit}
    return list(uow.session.execute(_PAGE, values))


def mark_read(uow: UnitOfWork, member: UUID, notice_id: UUID) -> Row[Any]:
    """Note that a member has read a notice; the first time counts.

    Raises:
        NotFound: `notice_unknown`.
    """
    values = {"member": member, "id": notice_id, "now": uow.clock.now()}
    row = uow.session.execute(_READ, values).one_or_none()
    if row is None:
        raise NotFound(
            "notice_unknown",
            Text("没有这条通知，请刷新列表。", "There is no such notice; read the list again."),
        )
    return row
