"""A hall's worth of phones at one moment."""

import asyncio
import random
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from uuid import uuid4

import orjson
import pytest

from tests.bench import load
from tests.session import Json
from tests.suite import Suite

pytestmark = pytest.mark.journey

_BRANCH: Final = "u002-b02"
_MEMBERS: Final = 1_000

Answers = list[tuple[str, int, Json]]


async def _scan_at_once(port: int, phones: list[tuple[str, str]], code: str) -> Answers:
    """Scan with all phones, (member id, token), each on a connection that is already open."""
    open_ = [await asyncio.open_connection("127.0.0.1", port) for _ in phones]

    async def scan(place: int) -> tuple[str, int, Json]:
        reader, writer = open_[place]
        member_id, token = phones[place]
        body = orjson.dumps({"code": code, "client_ref": str(uuid4())})
        writer.write(load.post("127.0.0.1", "/api/v1/check-ins", body, token))
        head = await reader.readuntil(b"\r\n\r\n")
        answer = await reader.readexactly(load.content_length(head))
        writer.close()
        return member_id, int(head[9:12]), orjson.loads(answer)

    return await asyncio.gather(*(scan(place) for place in range(len(phones))))


def test_two_thousand_scans_of_a_thousand_members_at_once(suite: Suite) -> None:
    """Each scans twice: one is the check-in, the other is told that it stands."""
    organiser = suite.sign_in("city1")
    path = suite.organisation(_BRANCH)["path"]
    newcomers = suite.newcomers(_BRANCH, _MEMBERS)
    phones = 2 * [(member["id"], suite.token(member["id"], path)) for member in newcomers]
    random.shuffle(phones)
    event = suite.hold_event(organiser, _BRANCH)
    code = organiser.get(f"/events/{event['id']}/code")["code"]

    # The browser tests of this process have left a loop running in its main thread.
    with ThreadPoolExecutor(1) as thread:
        answers = thread.submit(asyncio.run, _scan_at_once(suite.port, phones, code)).result()

    told: dict[str, list[tuple[int, Json]]] = defaultdict(list)
    for member_id, status, body in answers:
        told[member_id].append((status, body))
    statuses = Counter(tuple(sorted(status for status, _ in each)) for each in told.values())
    assert statuses == {(200, 201): _MEMBERS}
    for (_, one), (_, other) in told.values():
        assert one["check_in"] == other["check_in"]
        assert {one["already"], other["already"]} == {True, False}
    stored = suite.rows("events", "SELECT id FROM check_ins WHERE event_id = %s", event["id"])
    assert len(stored) == _MEMBERS
