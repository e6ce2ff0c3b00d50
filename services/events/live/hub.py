"""Tells all who watch an event of each change, for the price of one look at the database.

One thread reads the stream of attendances and notes which of the watched events have changed.
Another counts those once, at most each second, and wakes their watchers. So fifty screens cost
the database what one does, a hall that streams in costs one count a second, and an event at which
nothing happens costs nothing. While nobody watches, neither thread runs.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Condition, Lock, Thread
from time import monotonic, sleep
from typing import Any, Final, cast
from uuid import UUID

import orjson
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import OperationalError

from services.events.live import figures
from shared.contracts.attendance import STREAM
from shared.database import Database
from shared.messaging.envelope import FIELD, decode, stream_key

_log = logging.getLogger(__name__)

# Between two counts of what changed.
EVERY: Final = 1.0
# A sign of life, for whoever lies between and closes what is silent.
BEAT: Final = 15.0
# After that the watcher connects anew, by itself.
LASTS: Final = 900.0
_BLOCK_MS: Final = 1000
_BATCH: Final = 500
_RETRY: Final = b"retry: 2000\n\n"
_SIGN_OF_LIFE: Final = b": \n\n"


@dataclass
class _Watched:
    """One event that somebody watches."""

    changed: Condition = field(default_factory=Condition)
    watchers: int = 0
    version: int = 0
    news: bytes = b""


class Hub:
    """All watchers of this process."""

    def __init__(self, database: Database, redis: Redis) -> None:
        self._database = database
        self._redis = redis
        self._lock = Lock()
        self._watched: dict[UUID, _Watched] = {}
        self._stale: set[UUID] = set()
        self._due = Condition(self._lock)
        self._running: set[str] = set()

    def watch(self, event_id: UUID, beat: float = BEAT, lasts: float = LASTS) -> Iterator[bytes]:
        """Yield an event's figures now and whenever they change, as server-sent events."""
        watched = self._enter(event_id)
        seen, until = 0, monotonic() + lasts
        try:
            yield _RETRY
            while monotonic() < until:
                with watched.changed:
                    watched.changed.wait_for(lambda: watched.version != seen, timeout=beat)  # noqa: B023 - waited for here
                    news = watched.news if watched.version != seen else _SIGN_OF_LIFE
                    seen = watched.version
                yield news
        finally:
            self._leave(event_id, watched)

    def _enter(self, event_id: UUID) -> _Watched:
        with self._lock:
            watched = self._watched.setdefault(event_id, _Watched())
            watched.watchers += 1
            if watched.watchers == 1:
                self._stale.add(event_id)
                self._due.notify()
            for work in (self._follow, self._count):
                if work.__name__ not in self._running:
                    self._running.add(work.__name__)
                    Thread(target=work, name=f"live{work.__name__}", daemon=True).start()
        return watched

    def _leave(self, event_id: UUID, watched: _Watched) -> None:
        with self._lock:
            watched.watchers -= 1
            if not watched.watchers:
                del self._watched[event_id]
                self._due.notify()

    def _wanted(self, work: str) -> bool:
        """Tell whether anybody watches; where nobody does, the thread that asks has ended."""
        with self._lock:
            if not self._watched:
                self._running.discard(work)
            return bool(self._watched)

    def _touch(self, events: Callable[[], set[UUID]] | None = None) -> None:
        """Note that some of the watched events may have changed, or all."""
        with self._lock:
            stale = events() & self._watched.keys() if events else set(self._watched)
            if stale:
                self._stale |= stale
                self._due.notify()

    def _follow(self) -> None:
        """Read the stream; what was missed while Redis was away may concern anybody."""
        key, last = stream_key(STREAM), b""
        while self._wanted("_follow"):
            try:
                if not last:
                    last = self._newest(key)
                    self._touch()
                answer = cast(
                    "list[tuple[bytes, list[tuple[bytes, dict[bytes, bytes]]]]]",
                    self._redis.xread({key: last}, count=_BATCH, block=_BLOCK_MS),
                )
                entries = answer[0][1] if answer else []
                if entries:
                    last = entries[-1][0]
                    self._touch(lambda: {e for _, each in entries for e in _event_of(each)})  # noqa: B023 - called here
            except RedisError as error:
                _log.warning("live figures wait for Redis: %s", error)
                last = b""
                sleep(EVERY)

    def _newest(self, key: str) -> bytes:
        newest = cast("list[tuple[bytes, Any]]", self._redis.xrevrange(key, count=1))
        return newest[0][0] if newest else b"0-0"

    def _count(self) -> None:
        """Count what changed, and wake those who watch it."""
        while self._wanted("_count"):
            with self._lock:
                self._due.wait_for(lambda: self._stale or not self._watched)
                stale, self._stale = self._stale, set()
            for event_id in stale:
                try:
                    self._tell(event_id)
                except OperationalError as error:
                    _log.warning("live figures wait for the database: %s", error)
                    with self._lock:
                        self._stale.add(event_id)
            sleep(EVERY)

    def _tell(self, event_id: UUID) -> None:
        with self._lock:
            watched = self._watched.get(event_id)
        if watched is None:
            return
        with self._database.unit_of_work() as uow:
            found = figures.read(uow, event_id)
        news = b"data: " + orjson.dumps(found) + b"\n\n"
        with watched.changed:
            if news != watched.news:
                watched.news = news
                watched.version += 1
                watched.changed.notify_all()


def _event_of(entry: dict[bytes, bytes]) -> set[UUID]:
    """Return the event a message is about; none where it is no message of ours."""
    try:
        return {UUID(decode(entry[FIELD]).data["event_id"])}
    except (ValueError, KeyError, TypeError, AttributeError):
        return set()
