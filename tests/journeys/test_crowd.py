"""A hall's worth of phones at one moment."""

import random
from collections import Counter, defaultdict
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


def scan(token: str, code: str) -> bytes:
    body = orjson.dumps({"code": code, "client_ref": str(uuid4())})
    return load.post("127.0.0.1", "/api/v1/check-ins", body, token)


def test_two_thousand_scans_of_a_thousand_members_at_once(suite: Suite) -> None:
    """Each scans twice: one is the check-in, the other is told that it stands."""
    organiser = suite.sign_in("city1")
    path = suite.organisation(_BRANCH)["path"]
    newcomers = suite.newcomers(_BRANCH, _MEMBERS)
    phones = 2 * [(member["id"], suite.token(member["id"], path)) for member in newcomers]
    random.shuffle(phones)
    event = suite.hold_event(organiser, _BRANCH)
    code = organiser.get(f"/events/{event['id']}/code")["code"]

    answers = load.at_once(suite.port, [scan(token, code) for _, token in phones])

    told: dict[str, list[tuple[int, Json]]] = defaultdict(list)
    for (member_id, _), (status, body) in zip(phones, answers, strict=True):
        told[member_id].append((status, orjson.loads(body)))
    statuses = Counter(tuple(sorted(status for status, _ in each)) for each in told.values())
    assert statuses == {(200, 201): _MEMBERS}
    for (_, one), (_, other) in told.values():
        assert one["check_in"] == other["check_in"]
        assert {one["already"], other["already"]} == {True, False}
    stored = suite.rows("events", "SELECT id FROM check_ins WHERE event_id = %s", event["id"])
    assert len(stored) == _MEMBERS
