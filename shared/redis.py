"""The one way to connect to Redis or Valkey."""

from redis import Redis
from redis.backoff import ExponentialBackoff
from redis.retry import Retry


def connect(url: str, *, patience: float = 5) -> Redis:
    """Return a client for bytes; `patience` is how many seconds it waits for an answer.

    The protocol is pinned: with RESP3 several answers have another shape. A blocking read of a
    stream waits one second, so five tell a dead server from a quiet one.
    """
    return Redis.from_url(
        url,
        protocol=2,
        socket_timeout=patience,
        socket_connect_timeout=min(2, patience),
        health_check_interval=30,
        retry=Retry(ExponentialBackoff(cap=0.2, base=0.02), retries=2),
    )
