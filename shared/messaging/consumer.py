"""Reads a stream as one of a group, each message's effect committed exactly once.

Reading, in this order: remember the messages in the inbox, apply them, commit, acknowledge. A
crash anywhere before the commit leaves no trace; after it, the inbox knows the message when it
comes again.
"""

import logging
import socket
from collections.abc import Callable, Sequence
from os import getpid
from threading import Event
from time import monotonic
from typing import cast

import psycopg
from redis import Redis
from redis.exceptions import RedisError, ResponseError
from sqlalchemy import insert, text
from sqlalchemy.exc import OperationalError

from shared.crash import crash_point
from shared.database.engine import Database
from shared.database.unit_of_work import UnitOfWork
from shared.ids import new_id
from shared.messaging.envelope import FIELD, Envelope, decode, stream_key
from shared.messaging.tables import dead_letters

_log = logging.getLogger(__name__)

Handler = Callable[[UnitOfWork, Sequence[Envelope]], None]
Entry = tuple[bytes, dict[bytes, bytes]]

_BATCH = 500
_BLOCK_MS = 1000
_TRIES = 5
# Another reader of the group that has been silent for this long is taken to be dead.
_ABANDONED_MS = 60_000
_CLAIM_EVERY = 30.0

# A server is away or chose this transaction to give way. SQLAlchemy wraps only what it executes
# itself; handlers that speak to psycopg raise its own.
_TRANSIENT = (OperationalError, psycopg.OperationalError, RedisError)

_REMEMBER = text("""
    INSERT INTO inbox (consumer, message_id)
    SELECT :consumer, unnest(CAST(:ids AS uuid[])) ON CONFLICT DO NOTHING RETURNING message_id
""")


class Consumer:
    """One reader of a stream.

    Args:
        group: the readers' group; each group sees every message once.
        handler: applies a batch inside the transaction it is given; it never commits.
    """

    def __init__(
        self, database: Database, redis: Redis, stream: str, group: str, handler: Handler
    ) -> None:
        self._database = database
        self._redis = redis
        self._stream = stream
        self._key = stream_key(stream)
        self._group = group
        self._handler = handler
        self._name = f"{socket.gethostname()}-{getpid()}"
        self._consumer_id = f"{group}:{stream}"

    def run(self, stop: Event) -> None:
        """Consume until told to stop; while a server is away, wait and try again."""
        pause = 0.0
        ready = False
        claimed = 0.0
        while not stop.wait(pause):
            pause = 0.0
            try:
                if not ready:
                    self.join()
                    ready = True
                if monotonic() - claimed > _CLAIM_EVERY:
                    # After a start or a fault, whatever was read and not acknowledged is taken
                    # over at once; the inbox settles it should another reader still be at it.
                    self._process(self._abandoned(0 if claimed == 0.0 else _ABANDONED_MS))
                    claimed = monotonic()
                self._process(self._read(_BLOCK_MS))
            except _TRANSIENT as error:
                _log.warning("%s waits for its servers: %s", self._consumer_id, error)
                ready, claimed = False, 0.0
                pause = 0.5

    def join(self) -> None:
        """Create the group where it is missing, from the stream's beginning."""
        try:
            self._redis.xgroup_create(self._key, self._group, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    def consume_once(self) -> int:
        """Apply what waits now, without blocking; return how many entries there were."""
        self.join()
        self._process(self._abandoned(0))
        entries = self._read(None)
        self._process(entries)
        return len(entries)

    def _read(self, block_ms: int | None) -> list[Entry]:
        answer = cast(
            "list[tuple[bytes, list[Entry]]]",
            self._redis.xreadgroup(
                self._group, self._name, {self._key: ">"}, count=_BATCH, block=block_ms
            ),
        )
        return answer[0][1] if answer else []

    def _abandoned(self, idle_ms: int) -> list[Entry]:
        """Take over what some reader of the group read and has not acknowledged for so long."""
        claimed: list[Entry] = []
        cursor: bytes | str = "0-0"
        while True:
            cursor, entries, *_ = self._redis.xautoclaim(
                self._key, self._group, self._name, min_idle_time=idle_ms, start_id=cursor
            )
            claimed += entries
            if cursor in (b"0-0", "0-0"):
                return claimed

    def _process(self, entries: Sequence[Entry]) -> None:
        if not entries:
            return
        batch: list[tuple[bytes, Envelope]] = []
        for entry_id, fields in entries:
            message = fields.get(FIELD, b"")
            try:
                batch.append((entry_id, decode(message)))
            except (ValueError, KeyError, TypeError) as error:
                self._bury(message, error, attempts=1)
                self._acknowledge([entry_id])
        try:
            self._apply([envelope for _, envelope in batch])
        except _TRANSIENT:
            raise
        except Exception:
            # One bad message must not hold up the others: find it by taking them one by one.
            _log.exception("%s: a batch failed; taking its messages singly", self._consumer_id)
            for entry_id, envelope in batch:
                self._apply_or_bury(envelope)
                self._acknowledge([entry_id])
            return
        crash_point("consumer_before_acknowledge")
        self._acknowledge([entry_id for entry_id, _ in batch])

    def _apply(self, envelopes: Sequence[Envelope]) -> None:
        unique = {envelope.id: envelope for envelope in envelopes}
        with self._database.unit_of_work() as uow:
            new = uow.session.scalars(
                _REMEMBER, {"consumer": self._consumer_id, "ids": list(unique)}
            ).all()
            fresh = set(new)
            if fresh:
                self._handler(uow, [e for e in unique.values() if e.id in fresh])
            crash_point("consumer_before_commit")
            uow.commit()

    def _apply_or_bury(self, envelope: Envelope) -> None:
        for attempt in range(1, _TRIES + 1):
            try:
                self._apply([envelope])
            except _TRANSIENT:
                raise
            except Exception as error:
                _log.exception("%s: message %s failed", self._consumer_id, envelope.id)
                if attempt == _TRIES:
                    self._bury(envelope.encode(), error, attempts=attempt)
            else:
                return

    def _bury(self, message: bytes, error: Exception, attempts: int) -> None:
        with self._database.unit_of_work() as uow:
            uow.session.execute(
                insert(dead_letters).values(
                    id=new_id(),
                    consumer=self._consumer_id,
                    stream=self._stream,
                    message=message,
                    error=f"{type(error).__name__}: {error}"[:2000],
                    attempts=attempts,
                )
            )
            uow.commit()

    def _acknowledge(self, entry_ids: Sequence[bytes]) -> None:
        if entry_ids:
            self._redis.xack(self._key, self._group, *entry_ids)
