"""Group commit: check-ins that arrive together are written by one statement and one commit.

Each request hands its check-in to the process's writer thread and waits. While one batch is on
its way to the disk the next gathers, so the batch grows with the load and a lone check-in waits
for nobody. See docs/adr/0004-group-commit.md for what it saves.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from types import MappingProxyType
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

# The columns a check-in hands over, and PostgreSQL's type of each.
_COLUMNS: Final = MappingProxyType(
    {
        "id": "uuid", "event_id": "uuid", "session_id": "uuid", "session_version": "integer",
        "member_id": "uuid", "role": "text", "method": "text", "client_ref": "uuid",
        "request_hash": "bytea", "claim_nonce": "uuid", "checked_in_at": "timestamptz",
        "received_at": "timestamptz", "state": "text", "revision": "integer", "flags": "text",
        "device": "bytea", "code_age": "integer", "inside": "boolean",
        "reason": "text", "recorded_by": "uuid", "message_id": "uuid", "message": "text",
    }
)  # fmt: skip
_STORED: Final = """id, event_id, session_id, member_id, role, method, client_ref, request_hash,
    claim_nonce, checked_in_at, received_at, state, revision, flags, device, code_age, inside,
    reason, recorded_by"""
# Arrays of arrays must be rectangular, so a row's flags travel as one text.
_READ: Final = _STORED.replace("flags", "string_to_array(flags, ',')")

# `current`: a session that has changed since it was read takes nothing and says so. Whoever
# changes one holds it FOR UPDATE: this statement then waits, and sees the version of afterwards.
# `told` is the outbox: a check-in and its news stand or fall together, in one round trip.
# Rows go in by member, so that two processes never wait for each other crosswise.
# Parameters are binary (%b): psycopg would escape texts a character at a time, 40 µs a check-in.
_WRITE: Final = f"""
    WITH input AS (
        SELECT * FROM unnest({", ".join(f"%b::{kind}[]" for kind in _COLUMNS.values())})
        AS i ({", ".join(_COLUMNS)})
    ), locked AS (
        SELECT id, version FROM event_sessions
        WHERE id IN (SELECT session_id FROM input) ORDER BY id FOR KEY SHARE
    ), current AS (
        SELECT input.* FROM input
        JOIN locked ON locked.id = session_id AND locked.version = session_version
    ), inserted AS (
        INSERT INTO check_ins ({_STORED})
        SELECT {_READ} FROM current ORDER BY member_id, id
        ON CONFLICT DO NOTHING RETURNING id
    ), told AS (
        INSERT INTO outbox (id, stream, type, key, data)
        SELECT message_id, '{contract.STREAM}', '{contract.RECORDED_V1}', member_id::text,
            message::jsonb
        FROM current JOIN inserted USING (id) WHERE message IS NOT NULL
    )
    SELECT input.id, inserted.id IS NOT NULL, current.id IS NOT NULL
    FROM input LEFT JOIN current USING (id) LEFT JOIN inserted USING (id)
"""  # noqa: S608 - the names are constants of this file and of the contract


class Outcome(Enum):
    """What became of a check-in that was handed to the writer."""

    WRITTEN = "written"
    # Another row stands in its way: its own earlier attempt, or an earlier check-in.
    STANDS = "stands"
    # The session changed since it was read: read it and decide again.
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class NewCheckIn:
    """A check-in that policy has accepted, on one version of its session.

    Attributes:
        received_at: when it was told, where that was later than it happened.
        flags: why somebody has to look at it first; it counts once confirmed.
        device: what tells the sender's installation from others.
        code_age: how many seconds the screen had shown the code.
        inside: whether the phone was where the event is; None if nobody asked.
    """

    id: UUID
    session: SessionSnapshot
    member_id: UUID
    role: str
    method: str
    client_ref: UUID
    request_hash: bytes
    checked_in_at: datetime
    claim_nonce: UUID | None = None
    received_at: datetime | None = None
    flags: tuple[str, ...] = ()
    device: bytes | None = None
    code_age: int | None = None
    inside: bool | None = None
    reason: str | None = None
    recorded_by: UUID | None = None

    @property
    def state(self) -> str:
        return "pending" if self.flags else "present"

    def row(self) -> tuple[Any, ...]:
        session = self.session
        message = None if self.flags else orjson.dumps(self._message()).decode()
        return (
            self.id, session.event_id, session.session_id, session.version, self.member_id,
            self.role, self.method, self.client_ref, self.request_hash, self.claim_nonce,
            self.checked_in_at, self.received_at, self.state, 1 if message else 0,
            ",".join(self.flags), self.device, self.code_age, self.inside,
            self.reason, self.recorded_by, new_id(), message,
        )  # fmt: skip

    def _message(self) -> dict[str, Any]:
        return attendance(self.session, self.id, self.member_id, self.role, self.checked_in_at)


def insert(
    connection: psycopg.Connection[Any], check_ins: Sequence[NewCheckIn]
) -> dict[UUID, Outcome]:
    """Write check-ins and their news by one statement, in the connection's transaction."""
    columns = [list(column) for column in zip(*(c.row() for c in check_ins), strict=True)]
    rows = connection.execute(_WRITE, columns, prepare=True, binary=True).fetchall()
    return {
        check_in_id: (Outcome.WRITTEN if written else Outcome.STANDS if current else Outcome.STALE)
        for check_in_id, written, current in rows
    }


class _Waiting:
    """A check-in whose request waits; a bare lock costs a tenth of what a future would."""

    __slots__ = ("check_in", "done", "result")

    def __init__(self, check_in: NewCheckIn) -> None:
        self.check_in = check_in
        self.result: Outcome | Exception | None = None
        self.done = Lock()
        self.done.acquire()

    def settle(self, result: Outcome | Exception) -> None:
        self.result = result
        self.done.release()


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
        waiting = _Waiting(check_in)
        self._queue.put(waiting)
        waiting.done.acquire(timeout=_PATIENCE_SECONDS)
        result = waiting.result
        if isinstance(result, Outcome):
            return result
        if result is None or isinstance(result, psycopg.OperationalError):
            raise _unavailable() from result
        raise result

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
        check_ins = [waiting.check_in for waiting in batch]
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
            for waiting in batch:
                waiting.settle(error)
        except Exception as error:
            if len(batch) == 1:
                _log.exception("a check-in could not be written")
                batch[0].settle(error)
                return
            # One that cannot be written must not take the others with it.
            for waiting in batch:
                self._settle([waiting])
        else:
            for waiting in batch:
                waiting.settle(outcomes[waiting.check_in.id])

    def _execute(self, check_ins: Sequence[NewCheckIn]) -> dict[UUID, Outcome]:
        if self._connection is None or self._connection.closed:
            self._connection = self._database.raw_connection(autocommit=True)
        crash_point("check_in_before_write")
        outcomes = insert(self._connection, check_ins)
        crash_point("check_in_after_write")
        return outcomes

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
