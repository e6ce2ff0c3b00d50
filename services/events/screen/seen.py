"""Whether a screen is showing an event just now, so that a preflight can say so."""

import logging
from typing import Final
from uuid import UUID

from redis import Redis
from redis.exceptions import RedisError

_log = logging.getLogger(__name__)

# A screen asks every ten seconds.
_SECONDS: Final = 30


def note(redis: Redis, event_id: UUID) -> None:
    """Note that a screen has asked for an event's code; without Redis nobody will know."""
    try:
        redis.set(_key(event_id), 1, ex=_SECONDS)
    except RedisError as error:
        _log.warning("a screen is not noted: %s", error)


def is_on(redis: Redis, event_id: UUID) -> bool | None:
    """Tell whether a screen has asked within half a minute; None where nobody knows."""
    try:
        return bool(redis.exists(_key(event_id)))
    except RedisError:
        return None


def _key(event_id: UUID) -> str:
    return f"screen:{event_id}"
