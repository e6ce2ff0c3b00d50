"""Group commit: check-ins that arrive together are written by one statement and one commit.

Each request hands its check-in to the process's writer thread and waits. While one batch is on
its way to the disk the next gathers, so the batch grows with the load and a lone check-in waits
for nobody. See docs/adr/0004-group-commit.md for what it saves.
"""

import logging
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, Final
from uuid import UUID

import orjson
import psycopg

from services.events.catalogue.snapshot import SessionSnapshot
from services.events.check_ins.message import attendance
from shared.contracts import attendance as contract
from shared.crash import crash_point
from shared.database import Database
from shared.errors import Unavailable
from shared.ids import new_id
from shared.text import Text

_log = logging.getLogger(__name__)

_BATCH: Final = 256
_PATIENCE_SECONDS: Final = 10.0

# A session whose version moved on since it was read inserts nothing and says so. The lock, which
# the foreign key takes anyway, makes a check-in wait for a change of its event that is on its way,
# and then look at the version again. `told` is the outbox: a check-in and its news stand or fall
# together, in one round trip.
_WRITE: Final = f"""
    WITH input AS (
        SELECT * FROM unnest(
            %s::uuid[], %s::uuid[], %s::uuid[], %s::integer[], %s::uuid[], %s::text[], %s::text[],
            %s::uuid[], %s::bytea[], %s::uuid[], %s::timestamptz[], %s::text[], %s::uuid[],
            %s::uuid[], %s::text[]
        ) AS i (
            id, event_id, session_id, session_version, member_id, role, method,
            client_ref, request_hash, claim_nonce, checked_in_at, reason, recorded_by,
            message_id, message
        )
    ), current AS (
        SELECT input.* FROM input
        JOIN event_sessions s ON s.id = input.session_id AND s.version = input.session_version
        FOR KEY SHARE OF s
    ), inserted AS (
        INSERT INTO check_ins (
            id, event_id, session_id, member_id, role, method, client_ref, request_hash,
            claim_nonce, checked_in_at, reason, recorded_by
        )
        SELECT id, event_id, session_id, member_id, role, method, client_ref, request_hash,
            claim_nonce, checked_in_at, reason, recorded_by
        FROM current ON CONFLICT DO NOTHING RETURNING id
    ), told AS (
        INSERT INTO outbox (id, stream, type, key, data)
        SELECT message_id, '{contract.STREAM}', '{contract.RECORDED_V1}', member_id::text,
            message::jsonb
        FROM current JOIN inserted USING (id)
    )
    SELECT input.id, inserted.id IS NOT NULL, current.id IS NOT NULL
    FROM input LEFT JOIN current USING (id) LEFT JOIN inserted USING (id)
"""  # noqa: S608 - the names are the contract's constants


class Outcome(Enum):
    """What became of a check-in that was handed to the writer."""

    WRITTEN = "written"
    # Another row stands in its way: its own earlier attempt, or an earlier check-in.
    STANDS = "stands"
    # The session changed since it was read: read it and decide again.
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class NewCheckIn:
    """A check-in that policy has accepted, on one version of its session."""

    id: UUID
    session: SessionSnapshot
    member_id: UUID
    role: str
    method: str
    client_ref: UUID
    request_hash: bytes
    checked_in_at: datetime
    claim_nonce: UUID | None = None
    reason: str | None = None
    recorded_by: UUID | None = None

    def row(self) -> tuple[Any, ...]:
        session = self.session
        message = attendance(session, self.id, self.member_id, self.role, self.checked_in_at)
        return (
            self.id, session.event_id, session.session_id, session.version, self.member_id,
            self.role, self.method, self.client_ref, self.request_hash, self.claim_nonce,
            self.checked_in_at, self.reason, self.recorded_by, new_id(),
            orjson.dumps(message).decode(),
        )  # fmt: skip


_Waiting = tuple[NewCheckIn, "Future[Outcome]"]


class Writer:
    """Writes check-ins; one a process, safe to call from every request thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queue: SimpleQueue[_Waiting] = SimpleQueue()
        self._connection: psycopg.Connection[Any] | None = None
        self._thread: Thread | None = None
        self._starting = Lock()

    def write(self, check_in: NewCheckIn) -> Outcome:
        """Write a check-in and its news; return once they are on disk.

        Raises:
            Unavailable: the database does not answer. The check-in may or may not have been
                written; the same client_ref sent again tells.
        """
        self._ensure_running()
        future: Future[Outcome] = Future()
        self._queue.put((check_in, future))
        try:
            return future.result(_PATIENCE_SECONDS)
        except (psycopg.OperationalError, TimeoutError) as error:
            raise _unavailable() from error

    def _ensure_running(self) -> None:
        # Started by the first request, not with the application: threads do not survive a fork.
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = Thread(target=self._run, name="check-in-writer", daemon=True)
                    self._thread.start()

    def _run(self) -> None:
        while True:
            batch = [self._queue.get()]
            try:
                while len(batch) < _BATCH:
                    batch.append(self._queue.get_nowait())
            except Empty:
                pass
            self._settle(batch)

    def _settle(self, batch: Sequence[_Waiting]) -> None:
        """Give every waiting request its outcome or its error; never raise."""
        check_ins = [check_in for check_in, _ in batch]
        try:
            try:
                outcomes = self._execute(check_ins)
            except psycopg.OperationalError:
                # The connection may have died of a restart. Whether the batch was written is not
                # known, and need not be: written again, it finds itself standing there.
                self._drop_connection()
                outcomes = self._execute(check_ins)
        except psycopg.OperationalError as error:
            _log.warning("check-ins wait for the database: %s", error)
            self._drop_connection()
            for _, future in batch:
                future.set_exception(error)
        except Exception as error:
            if len(batch) == 1:
                _log.exception("a check-in could not be written")
                batch[0][1].set_exception(error)
                return
            # One that cannot be written must not take the others with it.
            for waiting in batch:
                self._settle([waiting])
        else:
            for check_in, future in batch:
                future.set_result(outcomes[check_in.id])

    def _execute(self, check_ins: Sequence[NewCheckIn]) -> dict[UUID, Outcome]:
        if self._connection is None or self._connection.closed:
            self._connection = self._database.raw_connection(autocommit=True)
        columns = [list(column) for column in zip(*(c.row() for c in check_ins), strict=True)]
        crash_point("check_in_before_write")
        rows = self._connection.execute(_WRITE, columns, prepare=True, binary=True).fetchall()
        crash_point("check_in_after_write")
        return {
            check_in_id: (
                Outcome.WRITTEN if written else Outcome.STANDS if current else Outcome.STALE
            )
            for check_in_id, written, current in rows
        }

    def _drop_connection(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _unavailable() -> Unavailable:
    return Unavailable(
        "temporarily_unavailable",
        Text(
            zh="暂时无法写入签到，已为您保留，请几秒后重试。",
            en="The check-in cannot be written just now; send the same request again shortly.",
        ),
        headers={"Retry-After": "2"},
    )
