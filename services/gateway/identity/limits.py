"""How often something may be tried: counted in Redis by account, never by address.

A hall of 2,000 stands behind one address, so an address says nothing about who is guessing. When
Redis is away nothing can be counted, and what is guarded here is refused until it is back:
guessing without limit would be worse than a minute without password sign-ins (WeChat sign-in
and refreshing need no counter and go on).
"""

from dataclasses import dataclass
from hashlib import sha256

from redis import Redis
from redis.exceptions import RedisError

from shared.errors import TooMany, Unavailable
from shared.text import Text


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `tries` in `window_seconds`, counted from the first."""

    name: str
    tries: int
    window_seconds: int


PASSWORD = Limit("password", tries=10, window_seconds=15 * 60)
# Only somebody who knows the password gets here; 10 of a million codes a day.
SECOND_FACTOR = Limit("second-factor", tries=10, window_seconds=24 * 3600)
BINDING = Limit("binding", tries=10, window_seconds=10 * 60)


def spend(redis: Redis, limit: Limit, subject: str) -> None:
    """Count a try before it is made, so that tries made at once are all counted.

    Raises:
        TooMany: `too_many_attempts`, with Retry-After.
        Unavailable: `limits_away`, when Redis is.
    """
    key = _key(limit, subject)
    try:
        pipeline = redis.pipeline(transaction=True)
        pipeline.incr(key)
        pipeline.expire(key, limit.window_seconds, nx=True)
        pipeline.ttl(key)
        count, _, seconds_left = pipeline.execute()
    except RedisError as error:
        raise Unavailable(
            "limits_away",
            Text(
                zh="暂时无法核验登录，请稍后重试，或使用微信登录。",
                en="Sign-in cannot be checked just now; try again shortly, or sign in by WeChat.",
            ),
            headers={"Retry-After": "5"},
        ) from error
    if count > limit.tries:
        minutes = -(-seconds_left // 60)
        raise TooMany(
            "too_many_attempts",
            Text(
                zh=f"尝试次数过多，请 {minutes} 分钟后再试。",
                en=f"Too many attempts; try again in {minutes} minutes.",
            ),
            headers={"Retry-After": str(seconds_left)},
        )


def forgive(redis: Redis, limit: Limit, subject: str) -> None:
    """Forget the tries: the right one was among them."""
    try:
        redis.delete(_key(limit, subject))
    except RedisError:
        # The count runs out by itself; a good sign-in is not refused for it.
        return


def _key(limit: Limit, subject: str) -> str:
    return f"limit:{limit.name}:{sha256(subject.encode()).hexdigest()}"
