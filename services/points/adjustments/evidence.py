"""Evidence that is a file: one that whoever brings it forward has uploaded."""

from uuid import UUID

from services.points.claims.models import Attachment
from shared.database import UnitOfWork
from shared.errors import NotFound
from shared.text import Text


def check_attachment(uow: UnitOfWork, owner: UUID, attachment_id: UUID | None) -> None:
    """Refuse a file that is not there, or that somebody else uploaded.

    Raises:
        NotFound: `attachment_unknown`.
    """
    if attachment_id is None:
        return
    row = uow.session.get(Attachment, (owner, attachment_id))
    if row is None or row.deleted_at is not None:
        raise NotFound(
            "attachment_unknown",
            Text(
                "您没有上传过这个附件，或附件已删除，请重新上传。",
                "You have uploaded no such attachment, or it is gone; upload it again.",
            ),
        )
