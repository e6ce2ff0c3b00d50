"""Files that jobs of reports made: kept in parts for a week, fetched by who asked, then removed.

In parts, because the place for files takes a file as one piece of memory, and an export can be
larger than that.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, BinaryIO, Final
from uuid import UUID, uuid5

from sqlalchemy import Row, text

from shared.database import Database, UnitOfWork
from shared.errors import Gone, Unavailable
from shared.retention.rules import GiveUp
from shared.storage import Storage, StorageError
from shared.text import Text

_log = logging.getLogger(__name__)

_PART: Final = 8 * 1024 * 1024
KEPT: Final = timedelta(days=7)
_BATCH: Final = 20

_PUT = text("""
    INSERT INTO report_files AS known (job_id, filename, format, size, parts, expires_at)
    VALUES (:job, :filename, :format, :size, :parts, :expires_at)
    ON CONFLICT (job_id) DO UPDATE SET
        size = excluded.size, parts = greatest(known.parts, excluded.parts),
        expires_at = excluded.expires_at
""")
_GET = text("""
    SELECT job_id, filename, format, size, parts, expires_at, removed_at
    FROM report_files WHERE job_id = ANY(:jobs)
""")
_DUE = text("""
    SELECT job_id, parts FROM report_files WHERE removed_at IS NULL AND expires_at <= :now
    ORDER BY expires_at LIMIT :batch FOR UPDATE SKIP LOCKED
""")
_REMOVED = text("UPDATE report_files SET removed_at = :now WHERE job_id = ANY(:jobs)")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file to be sent, part by part."""

    filename: str
    format: str
    size: int
    parts: Iterator[bytes]


def keep(database: Database, storage: Storage, job_id: UUID, filename: str, file: BinaryIO) -> int:
    """Keep a file that was just written, from its beginning to where it stands; return its size.

    A job that is done once more puts its file in place of the first try's.

    Raises:
        StorageError: it could not be kept.
    """
    size = file.tell()
    parts = -(-size // _PART)
    with database.unit_of_work() as uow:
        values = {
            "job": job_id,
            "filename": filename,
            "format": filename.rpartition(".")[2],
            "size": size,
            "parts": parts,
            "expires_at": uow.clock.now() + KEPT,
        }
        uow.session.execute(_PUT, values)
        uow.commit()
    file.seek(0)
    for number in range(parts):
        storage.put(_part(job_id, number), file.read(_PART))
    return size


def find(uow: UnitOfWork, job_ids: Sequence[UUID]) -> dict[UUID, Row[Any]]:
    """Return what is known of the files of jobs, those of which are done, by the jobs' ids."""
    rows = uow.session.execute(_GET, {"jobs": list(job_ids)})
    return {row.job_id: row for row in rows}


def fetch(uow: UnitOfWork, storage: Storage, job_id: UUID) -> Kept:
    """Return a job's file.

    Raises:
        Gone: `report_file_expired`.
        Unavailable: `storage_away`.
    """
    row = find(uow, [job_id]).get(job_id)
    if row is None or row.removed_at is not None or row.expires_at <= uow.clock.now():
        raise _expired()
    try:
        # The first part now, while what is wrong can still be said.
        first = storage.get(_part(job_id, 0))
    except StorageError as error:
        raise Unavailable(
            "storage_away",
            Text(
                "文件暂时不能读取，请稍后重试。",
                "The file cannot be read for the moment; try again soon.",
            ),
            headers={"Retry-After": "30"},
        ) from error
    if first is None:
        raise _expired()
    return Kept(row.filename, row.format, row.size, _parts(storage, row, first))


def _parts(storage: Storage, row: Row[Any], first: bytes) -> Iterator[bytes]:
    yield first
    for number in range(1, -(-row.size // _PART)):
        part = storage.get(_part(row.job_id, number))
        if part is None:
            raise StorageError(f"part {number} of report {row.job_id} is not there")
        yield part


def remover(storage: Storage) -> GiveUp:
    """Return what removes some of the files whose time is over, and says how many."""

    def remove_expired_reports(uow: UnitOfWork, _before: datetime) -> int:
        # Each file's row says itself when it is over.
        now = uow.clock.now()
        due = uow.session.execute(_DUE, {"now": now, "batch": _BATCH}).all()
        removed = [row.job_id for row in due if _removed(storage, row)]
        uow.session.execute(_REMOVED, {"now": now, "jobs": removed})
        return len(removed)

    return remove_expired_reports


def _removed(storage: Storage, row: Row[Any]) -> bool:
    try:
        for number in range(row.parts):
            storage.delete(_part(row.job_id, number))
    except StorageError as error:
        _log.warning("report %s could not be removed: %s", row.job_id, error)
        return False
    return True


def _part(job_id: UUID, number: int) -> UUID:
    return uuid5(job_id, str(number))


def _expired() -> Gone:
    return Gone(
        "report_file_expired",
        Text(
            f"文件只保留 {KEPT.days} 天，已删除，请重新提交。",
            f"Files are kept for {KEPT.days} days and this one is over; ask for the report again.",
        ),
    )
