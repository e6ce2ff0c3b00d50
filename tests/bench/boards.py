"""Reading the city's board of 200,000: through the edge, from Redis and from SQL."""

import itertools
import random

import redis

from services.points.leaderboards.boards import ready_key
from tests.bench import load
from tests.bench.suite import Suite

REQUESTS = 3000


def measure(suite: Suite, period: str) -> dict[str, float]:
    """Return µs of CPU a read by process, and latencies, with Redis and without its boards."""
    root = suite.sql("points", "SELECT id FROM organisations WHERE kind = 'committee'")[0][0]
    numbers = random.Random(1)
    tokens = [suite.token(*numbers.choice(suite.members)) for _ in range(200)]
    path = f"/api/v1/leaderboards?organisation_id={root}&period={period}&limit=10"
    requests = itertools.cycle([load.get("127.0.0.1", path, token) for token in tokens])
    load.run(suite.port, itertools.islice(requests, 400), 8)
    figures = _read(suite, requests, REQUESTS, ("edge", "points", "postgres", "valkey"))
    client = redis.Redis.from_url(suite.settings("points")["REDIS_URL"])
    client.delete(ready_key(period))
    # The worker builds them anew within seconds; this one comes before.
    done = load.run(suite.port, itertools.islice(requests, 1), 1)
    return figures | {"without_redis_ms": 1e3 * done.percentile(50)}


def _read(
    suite: Suite, requests: "itertools.cycle[bytes]", count: int, parts: tuple[str, ...]
) -> dict[str, float]:
    before = suite.cpu()
    done = load.run(suite.port, itertools.islice(requests, count), 16)
    after = suite.cpu()
    assert set(done.statuses) == {200}, done.statuses
    figures = {part: 1e6 * (after[part] - before[part]) / count for part in parts}
    figures["board_read"] = sum(figures.values())
    return figures | {
        "p50_ms": 1e3 * done.percentile(50),
        "p99_ms": 1e3 * done.percentile(99),
    }
