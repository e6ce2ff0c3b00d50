"""How often somebody has tried, counted in Redis: by member, never by address, which a hall shares."""

import logging
from time import monotonic
from typing import Final
from uuid import UUID

from redis import Redis
from redis.exceptions import RedisError

_log = logging.getLogger(__name__)

# Once Redis did not answer, nobody asks it for a while: waiting for it would close the door.
_LEFT_ALONE_SECONDS: Final = 5.0


class Attempts:
    """Counts one kind of attempt of each member within a span of time.

    Args:
        name: of the kind; what Redis knows it by.
        most: attempts within a span that are not too many.
        seconds: of a span; it begins with the first attempt.
    """

    def __init__(self, redis: Redis, name: str, most: int, seconds: int) -> None:
        self._redis, self._name, self._most, self._seconds = redis, name, most, seconds
        self._ask_again = 0.0

    def too_many(self, member_id: UUID) -> bool:
        """Count an attempt; tell whether it was one too many. Without Redis none is."""
        if monotonic() < self._ask_again:
            return False
        key = f"{self._name}:{member_id}"
        try:
            with self._redis.pipeline() as pipeline:
                pipeline.set(key, 0, ex=self._seconds, nx=True)
                pipeline.incr(key)
                _, count = pipeline.execute()
        except RedisError as error:
            _log.warning("attempts are not counted: %s", error)
            self._ask_again = monotonic() + _LEFT_ALONE_SECONDS
            return False
        return int(count) > self._most
