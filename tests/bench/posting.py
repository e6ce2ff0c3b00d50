"""From the stream to ledger and board: CPU a fact of every process on the way."""

import time
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import redis

from shared.clock import SHANGHAI
from shared.contracts.attendance import RECORDED_V1, STREAM
from shared.ids import new_id
from shared.messaging.envelope import FIELD, Envelope, stream_key
from tests.bench.suite import Suite, settle

PARTS = ("points-worker", "postgres", "valkey")


def measure(suite: Suite, facts: int, category: str, days_ago: int) -> dict[str, float]:
    """Put facts of different members on the stream; return µs of CPU a fact by process.

    Includes the scores' way to the boards: it waits until the city's board has them.
    """
    moment = datetime.now(SHANGHAI) - timedelta(days=days_ago)
    event = str(new_id())
    messages = [
        Envelope(new_id(), RECORDED_V1, "", moment, attendance(member, event, category, moment))
        for member, _ in suite.members[:facts]
    ]
    client = redis.Redis.from_url(suite.settings("points")["REDIS_URL"])
    before, began = suite.cpu(), time.monotonic()
    pipeline = client.pipeline(transaction=False)
    for place, message in enumerate(messages, start=1):
        pipeline.xadd(stream_key(STREAM), {FIELD: message.encode()})
        if place % 1000 == 0:
            pipeline.execute()
    pipeline.execute()
    # Asking Redis how far the readers are costs nothing; counting rows would be measured with it.
    _drain(client, STREAM, "points")
    settle(suite, "points", "SELECT count(*) = 0 FROM outbox WHERE published_at IS NULL")
    _drain(client, "points", "boards")
    elapsed = time.monotonic() - began
    time.sleep(0.5)
    after = suite.cpu()
    figures = {part: 1e6 * (after[part] - before[part]) / len(messages) for part in PARTS}
    figures["posting"] = sum(figures.values())
    return figures | {"facts_per_second": len(messages) / elapsed}


def _drain(client: redis.Redis, stream: str, group: str) -> None:
    """Wait until a group has read and acknowledged all of a stream."""
    while True:
        groups = {g["name"].decode(): g for g in client.xinfo_groups(stream_key(stream))}
        if not groups[group]["lag"] and not groups[group]["pending"]:
            return
        time.sleep(0.05)


def attendance(member: UUID, event: str, category: str, moment: datetime) -> dict[str, Any]:
    return {
        "check_in_id": str(new_id()),
        "event_id": event,
        "session_id": event,
        "member_id": str(member),
        "category": category,
        "tags": [],
        "role": "participant",
        "title": "基准测试",
        "occurred_at": moment.isoformat(),
        "minutes": None,
        "level": None,
        "state": "present",
        "reason": None,
        "revision": 1,
    }
