"""How far messages have come: what waits to be sent, and what each group of readers has yet to take.

Two round trips to Redis and two look-ups in indexes that hold only what is open, whatever the
streams hold: it may be asked every few seconds.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from redis import Redis
from redis.exceptions import RedisError, ResponseError
from sqlalchemy import text

from shared.database import UnitOfWork
from shared.messaging.envelope import stream_key

# A reader asks every second; servers before 7.2 note it only when it looks for what others left.
SEEN_WITHIN: Final = 90.0

_OUTBOX: Final = text("""
    SELECT count(*) AS waiting,
        CAST(extract(epoch FROM now() - min(created_at)) AS double precision) AS oldest_seconds
    FROM outbox WHERE published_at IS NULL
""")
_LETTERS: Final = text("""
    SELECT consumer, count(*) FILTER (WHERE set_aside_at IS NULL) AS waiting, count(set_aside_at) AS set_aside
    FROM dead_letters WHERE redriven_at IS NULL GROUP BY consumer ORDER BY consumer
""")


class Reader(NamedTuple):
    """A group that a service reads a stream as."""

    stream: str
    group: str

    @property
    def consumer(self) -> str:
        """The name by which inbox and dead letters know it."""
        return f"{self.group}:{self.stream}"


def observe(uow: UnitOfWork, redis: Redis, readers: Sequence[Reader]) -> dict[str, Any]:
    """Return the figures of `MessagesOut`; `readers` is None while Redis is away."""
    outbox = uow.session.execute(_OUTBOX).mappings().one()
    letters = uow.session.execute(_LETTERS).mappings().all()
    try:
        read = _readers(redis, readers)
    except RedisError:
        read = None
    return {"outbox": outbox, "readers": read, "dead_letters": letters}


def _readers(redis: Redis, readers: Sequence[Reader]) -> list[dict[str, Any]]:
    pipe = redis.pipeline(transaction=False)
    pipe.time()
    for stream, group in readers:
        key = stream_key(stream)
        pipe.xinfo_groups(key)
        pipe.xinfo_consumers(key, group)
        pipe.xpending(key, group)
    # A group that nobody has joined yet answers with an error of its own.
    (seconds, micros), *answers = pipe.execute(raise_on_error=False)
    groups = [
        _group_of(reader, answers[3 * at]) if _answered(answers[3 * at : 3 * at + 3]) else None
        for at, reader in enumerate(readers)
    ]
    for reader, found in zip(readers, groups, strict=True):
        after = found["last-delivered-id"].decode() if found else "0-0"
        pipe.xrange(stream_key(reader.stream), f"({after}", count=1)
    undelivered = pipe.execute()
    now = seconds + micros / 1e6
    return [
        _shown(reader, group, answers[3 * at + 1 : 3 * at + 3], undelivered[at], now)
        for at, (reader, group) in enumerate(zip(readers, groups, strict=True))
    ]


def _answered(answers: Sequence[Any]) -> bool:
    for answer in answers:
        if isinstance(answer, ResponseError):
            return False
        if isinstance(answer, Exception):
            raise answer
    return True


def _group_of(reader: Reader, groups: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    return next(group for group in groups if group["name"] == reader.group.encode())


def _shown(
    reader: Reader, group: Mapping[str, Any] | None, of_group: Sequence[Any], first: Any, now: float
) -> dict[str, Any]:
    consumers, pending = of_group if group else ([], {"pending": 0, "min": None})
    seen = min((consumer["idle"] / 1000 for consumer in consumers), default=None)
    ids = [entry_id for entry_id, _ in first] + ([pending["min"]] if pending["pending"] else [])
    ages = [now - int(entry_id.split(b"-")[0]) / 1000 for entry_id in ids]
    lag = group["lag"] if group else None
    return {
        "stream": reader.stream,
        "group": reader.group,
        "consumer": reader.consumer,
        # The server cannot tell after entries were taken out of a stream's middle.
        "waiting": lag if first else 0,
        "pending": pending["pending"],
        "oldest_seconds": max(0.0, *ages) if ages else None,
        "seen_seconds": seen,
        "is_reading": seen is not None and seen <= SEEN_WITHIN,
    }
