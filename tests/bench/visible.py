"""From a scan to points a member can see, at 500 check-ins a second over the whole suite."""

import asyncio
import json
import time
from collections import Counter
from datetime import UTC, datetime
from uuid import UUID

import orjson

from services.events.codes import rotating
from shared.ids import new_id
from tests.bench import load
from tests.bench.suite import Suite, hold_for_all

RATE = 500
SECONDS = 20
# One member in so many asks for the receipt until the points are there.
SAMPLE = 20
ASK_EVERY = 0.1
CONNECTIONS = 64


def measure(suite: Suite) -> dict[str, float]:
    """Return p50 and p99 of scan to visible points in ms, and of the check-in's answer."""
    return asyncio.run(_measure(suite, _open_event(suite)))


def _open_event(suite: Suite) -> int:
    """Make an event for everyone that is on now; return its session's short id."""
    boss = suite.sql("points", "SELECT id FROM members WHERE member_no = 'A0001'")[0][0]
    token = suite.token(boss, "/city/", ("city_admin", "/city/"))
    event = hold_for_all(suite, token)
    query = "SELECT short_id FROM event_sessions WHERE event_id = %s"
    return int(suite.sql("events", query, UUID(event["id"]))[0][0])


async def _measure(suite: Suite, short_id: int) -> dict[str, float]:
    count = RATE * SECONDS
    key = suite.settings("events")["CODE_KEY"].encode()
    tokens = [suite.token(*member) for member in suite.members[:count]]
    lanes: asyncio.Queue[_Lane] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        lanes.put_nowait(await _Lane.open(suite.port))
    answered, visible, statuses = [], [], Counter[int]()

    async def scan(place: int, due: float) -> None:
        body = {
            "code": rotating.issue(key, short_id, datetime.now(UTC)),
            "client_ref": str(new_id()),
        }
        request = load.post("127.0.0.1", "/api/v1/check-ins", orjson.dumps(body), tokens[place])
        status, answer = await _ask(lanes, request)
        statuses[status] += 1
        answered.append(time.perf_counter() - due)
        if place % SAMPLE == 0:
            receipt = f"/api/v1/me/receipts/{json.loads(answer)['check_in']['id']}"
            question = load.get("127.0.0.1", receipt, tokens[place])
            while True:
                _, shown = await _ask(lanes, question)
                if json.loads(shown)["state"] == "posted":
                    break
                await asyncio.sleep(ASK_EVERY)
            visible.append(time.perf_counter() - due)

    began = time.perf_counter()
    scans = []
    for place in range(count):
        due = began + place / RATE
        await asyncio.sleep(max(0, due - time.perf_counter()))
        scans.append(asyncio.create_task(scan(place, due)))
    await asyncio.gather(*scans)
    elapsed = time.perf_counter() - began
    assert set(statuses) == {201}, statuses
    result = load.Result(seconds=visible)
    answers = load.Result(seconds=answered)
    return {
        "check_ins_per_second": count / elapsed,
        "answer_p50_ms": 1e3 * answers.percentile(50),
        "answer_p99_ms": 1e3 * answers.percentile(99),
        "visible_p50_ms": 1e3 * result.percentile(50),
        "visible_p99_ms": 1e3 * result.percentile(99),
    }


async def _ask(lanes: "asyncio.Queue[_Lane]", request: bytes) -> tuple[int, bytes]:
    lane = await lanes.get()
    try:
        return await lane.ask(request)
    finally:
        lanes.put_nowait(lane)


class _Lane:
    """One kept connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, port: int) -> "_Lane":
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        body = await self._reader.readexactly(load.content_length(head))
        return int(head[9:12]), body
