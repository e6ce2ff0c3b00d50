"""Deletes attachments whose time is over; their rows stay, and say when."""

import logging
from typing import Final
from uuid import UUID

from sqlalchemy import text

from services.points.claims.attachments import policy
from services.points.claims.attachments.uses import USES
from shared.database import Database
from shared.storage import Storage, StorageError

_log = logging.getLogger(__name__)

_BATCH: Final = 100

_DUE: Final = f"""
    SELECT a.id FROM attachments a
    WHERE a.deleted_at IS NULL AND a.uploaded_at <= :uploaded_by AND NOT EXISTS (
        SELECT FROM ({USES}) AS used
        WHERE used.owner = a.member_id AND used.attachment_id = a.id
            AND (used.over_at IS NULL OR used.over_at > :over_by)
    )
"""  # noqa: S608 - put together from constants
# What somebody is just naming in a claim or a case is held by them, and passed over.
_HOLD = text(f"{_DUE} AND a.id > :after ORDER BY a.id LIMIT :batch FOR UPDATE OF a SKIP LOCKED")
# Asked once more when they are held: one may have been named since the first question began.
_STILL_DUE = text(f"{_DUE} AND a.id = ANY(:held)")
_DELETED = text("UPDATE attachments SET deleted_at = :now WHERE id = ANY(:deleted)")


class AttachmentSweeper:
    """Deletes in small transactions of its own, passing over what cannot be deleted."""

    def __init__(self, database: Database, storage: Storage) -> None:
        self._database = database
        self._storage = storage

    def sweep(self) -> int:
        """Delete all that is due; return how many. What cannot be deleted stays due."""
        deleted, after = 0, UUID(int=0)
        while True:
            last, count = self._sweep_batch(after)
            if last is None:
                return deleted
            deleted, after = deleted + count, last

    def _sweep_batch(self, after: UUID) -> tuple[UUID | None, int]:
        with self._database.unit_of_work() as uow:
            now = uow.clock.now()
            cutoffs = policy.cutoffs(now)._asdict()
            page = {"after": after, "batch": _BATCH}
            held = list(uow.session.scalars(_HOLD, cutoffs | page))
            if not held:
                return None, 0
            due = list(uow.session.scalars(_STILL_DUE, cutoffs | {"held": held}))
            deleted = [attachment for attachment in due if self._delete(attachment)]
            uow.session.execute(_DELETED, {"now": now, "deleted": deleted})
            uow.commit()
        return held[-1], len(deleted)

    def _delete(self, attachment: UUID) -> bool:
        try:
            self._storage.delete(attachment)
        except StorageError as error:
            _log.warning("attachment %s could not be deleted: %s", attachment, error)
            return False
        return True
