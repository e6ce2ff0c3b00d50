"""Carries committed messages from the outbox to their Redis streams.

A row is marked as sent in the transaction that read it, after Redis has taken it: a crash between
the two sends it again, and consumers know it by its id. Nothing is ever sent that was not
committed, and nothing that was committed is forgotten.
"""

import logging
from datetime import UTC, datetime, timedelta
from threading import Event

import orjson
from redis import Redis
from redis.exceptions import RedisError, ResponseError
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from shared.crash import crash_point
from shared.database.engine import Database
from shared.messaging.envelope import FIELD, stream_key

_log = logging.getLogger(__name__)

# A tenth of a second between looks makes worthwhile batches, and nobody waits noticeably.
_IDLE_SECONDS = 0.1
_BATCH = 500
_TRIM_EVERY = timedelta(minutes=5)

_TAKE = text("""
    WITH waiting AS (
        SELECT id FROM outbox WHERE published_at IS NULL
        ORDER BY id LIMIT :batch FOR UPDATE SKIP LOCKED
    )
    UPDATE outbox SET published_at = now() FROM waiting WHERE outbox.id = waiting.id
    RETURNING outbox.id, stream, type, key, created_at, data::text
""")


class Relay:
    def __init__(self, database: Database, redis: Redis) -> None:
        self._database = database
        self._redis = redis
        self._streams: set[str] = set()

    def run(self, stop: Event) -> None:
        """Relay until told to stop; while a server is away, wait and try again."""
        trimmed = datetime.now(UTC)
        pause = _IDLE_SECONDS
        while not stop.wait(pause):
            try:
                sent = self.relay_once()
                pause = 0 if sent == _BATCH else _IDLE_SECONDS
                if datetime.now(UTC) - trimmed > _TRIM_EVERY:
                    trimmed = datetime.now(UTC)
                    self.trim()
            except (OperationalError, RedisError) as error:
                _log.warning("relay waits for its servers: %s", error)
                pause = min(pause * 2 + 0.1, 5)

    def relay_once(self) -> int:
        """Send one batch; return how many messages it held."""
        with self._database.unit_of_work() as uow:
            rows = sorted(uow.session.execute(_TAKE, {"batch": _BATCH}).all())
            if not rows:
                return 0
            crash_point("relay_before_publish")
            pipeline = self._redis.pipeline(transaction=False)
            for message_id, stream, kind, key, created_at, data in rows:
                message = orjson.dumps(
                    {
                        "id": message_id,
                        "type": kind,
                        "key": key,
                        "created_at": created_at,
                        "data": orjson.Fragment(data),
                    }
                )
                pipeline.xadd(stream_key(stream), {FIELD: message})
                self._streams.add(stream)
            pipeline.execute()
            crash_point("relay_before_commit")
            uow.commit()
        return len(rows)

    def republish(self, since: datetime) -> int:
        """Mark messages committed since a moment as unsent; consumers drop what they know.

        For when Redis lost what it had taken.
        """
        with self._database.unit_of_work() as uow:
            marked = uow.session.execute(
                text(
                    "UPDATE outbox SET published_at = NULL WHERE created_at >= :since RETURNING id"
                ),
                {"since": since},
            ).all()
            uow.commit()
        return len(marked)

    def trim(self, keep: timedelta = timedelta(days=1)) -> None:
        """Drop from the streams what every group of readers has read and acknowledged.

        What is younger than `keep` stays in any case: a new group of readers begins with it, and
        has the older ones sent again.
        """
        youngest = int((datetime.now(UTC) - keep).timestamp() * 1000)
        for stream in self._streams:
            key = stream_key(stream)
            try:
                groups = self._redis.xinfo_groups(key)
            except ResponseError:
                continue
            oldest = [_oldest_needed(self._redis, key, group) for group in groups]
            if oldest:
                oldest.append(f"{youngest}-0")
                self._redis.xtrim(key, minid=min(oldest, key=_order), approximate=True)


def _oldest_needed(redis: Redis, key: str, group: dict[str, bytes]) -> str:
    pending = redis.xpending(key, group["name"])
    oldest = pending["min"] if pending["pending"] else group["last-delivered-id"]
    return oldest.decode() if isinstance(oldest, bytes) else str(oldest)


def _order(entry_id: str) -> tuple[int, int]:
    milliseconds, _, sequence = entry_id.partition("-")
    return int(milliseconds), int(sequence or 0)
