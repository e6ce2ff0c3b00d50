"""Both sides of each contract: what is sent fits it, what fits it is taken, what breaks it is kept.

The examples are messages as they were once sent: a schema that no longer takes one of them has
changed a contract instead of making a new version beside it.
"""

import importlib
import json
import pkgutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import text

import shared.contracts
from services.events.catalogue.following import follow_roster
from services.gateway.identity import roster as gateway_roster
from services.points.leaderboards.projector import Projector
from services.points.ledger.attendance import AttendancePosting
from services.points.ledger.membership import MembershipPosting
from shared.contracts import attendance, points, roster
from shared.contracts.validation import SCHEMAS
from shared.database import Database
from shared.ids import new_id
from shared.messaging.consumer import Consumer, Handler
from shared.messaging.envelope import FIELD, Envelope, stream_key
from shared.testing.plugin import MakeDatabase
from tests.points.city import found
from tests.suite import Suite

EXAMPLES = {
    path.name.removesuffix(".json"): json.loads(path.read_text(encoding="utf-8"))
    for path in (Path(__file__).parent / "examples").glob("*.json")
}

# Who reads: the service, the stream, the types it takes, and how its handler is made.
Make = Callable[[Database, Redis], Handler]
READERS: dict[str, tuple[str, str, list[str], Make]] = {
    "ledger": (
        "points", attendance.STREAM, [attendance.RECORDED_V1],
        lambda _database, _redis: AttendancePosting(),
    ),
    "membership": (
        "points", roster.STREAM, [roster.MEMBERS_V1],
        lambda _database, _redis: MembershipPosting(),
    ),
    "board scores": (
        "points", points.STREAM, [points.CHANGED_V1],
        lambda database, redis: Projector(database, redis).project,
    ),
    "board moves": (
        "points", roster.STREAM, [roster.MEMBERS_V1, roster.ORGANISATIONS_V1],
        lambda database, redis: Projector(database, redis).move,
    ),
    "events' copy": (
        "events", roster.STREAM, [roster.MEMBERS_V1, roster.ORGANISATIONS_V1],
        lambda _database, _redis: follow_roster,
    ),
    "gateway's copy": (
        "gateway", roster.STREAM, [roster.MEMBERS_V1, roster.ORGANISATIONS_V1],
        lambda _database, _redis: gateway_roster.take,
    ),
}  # fmt: skip
# These keep what the message says, so they look at all of it.
KEEPERS = ["ledger", "events' copy", "gateway's copy"]


def test_every_type_has_a_schema_examples_and_readers() -> None:
    named = {
        value
        for module in pkgutil.iter_modules(shared.contracts.__path__)
        for name, value in vars(importlib.import_module(f"shared.contracts.{module.name}")).items()
        if name.rpartition("_V")[2].isdigit() and isinstance(value, str)
    }
    read = {kind for _service, _stream, kinds, _make in READERS.values() for kind in kinds}
    assert named == SCHEMAS.keys() == EXAMPLES.keys() == read


@pytest.mark.parametrize("kind", SCHEMAS)
def test_what_was_once_sent_still_fits(kind: str) -> None:
    for example in EXAMPLES[kind]:
        assert SCHEMAS[kind].validate(example) == {}
        assert SCHEMAS[kind].validate(example | {"more": 1}), "nothing unknown is let through"
        for field in example:
            assert SCHEMAS[kind].validate({k: v for k, v in example.items() if k != field})


@pytest.fixture
def reading(
    request: pytest.FixtureRequest, make_database: MakeDatabase, redis_client: Redis
) -> Any:
    """A reader on a database and a stream of its own, and what it has set aside."""
    service, stream, kinds, make = READERS[request.param]
    database = make_database(service)
    if service == "points":
        found(database)
    consumer = Consumer(database, redis_client, stream, "test", make(database, redis_client))

    def send(kind: str, data: dict[str, Any]) -> None:
        envelope = Envelope(new_id(), kind, "", database.clock.now(), data)
        redis_client.xadd(stream_key(stream), {FIELD: envelope.encode()})

    def rows(query: str) -> list[Any]:
        with database.unit_of_work() as uow:
            return [tuple(row) for row in uow.session.execute(text(query))]

    return SimpleNamespace(kinds=kinds, send=send, read=consumer.consume_once, rows=rows)


@pytest.mark.parametrize("reading", READERS, indirect=True)
def test_readers_take_what_fits(reading: Any) -> None:
    for kind in reversed(reading.kinds):
        for example in EXAMPLES[kind]:
            reading.send(kind, example)
    reading.send("of.another.kind.v1", {"anything": 1})

    assert reading.read() > 0

    assert reading.rows("SELECT error FROM dead_letters") == []


@pytest.mark.parametrize("reading", KEEPERS, indirect=True)
def test_what_breaks_the_contract_is_set_aside_and_holds_nothing_up(reading: Any) -> None:
    kind = reading.kinds[0]
    minimal, full = EXAMPLES[kind]
    broken = [{}, minimal | {"more": 1}, *({k: v for k, v in full.items() if k != f} for f in full)]
    for data in (broken[0], minimal, *broken[1:], full):
        reading.send(kind, data)

    reading.read()

    assert reading.rows("SELECT count(*) FROM dead_letters") == [(len(broken),)]
    kept = {
        attendance.RECORDED_V1: "SELECT count(*) FROM facts",
        roster.MEMBERS_V1: "SELECT count(*) FROM {}members",
    }[kind]
    tables = reading.rows("SELECT tablename FROM pg_tables WHERE tablename = 'roster_members'")
    assert reading.rows(kept.format("roster_" if tables else "")) == [(2,)]


@pytest.mark.journey
def test_all_that_was_ever_sent_fits(suite: Suite) -> None:
    """The outboxes of a suite that has loaded a city, and checked somebody in, out and off."""
    secretary, member = suite.sign_in("secretary"), suite.newcomer()
    event = suite.hold_event(secretary, category="volunteering")
    code = secretary.get(f"/events/{event['id']}/code")["code"]
    check_in = member.scan(code).json()["check_in"]
    member.post(f"/check-ins/{check_in['id']}/check-out", status=200)
    secretary.post(f"/check-ins/{check_in['id']}/annul", {"reason": "误签"}, status=200)
    member.receipt(check_in)

    query = "SELECT stream, type, data FROM outbox"
    sent = [row for service in ("points", "events") for row in suite.rows(service, query)]

    streams = {stream for stream, _kind, _data in sent}
    assert streams == {attendance.STREAM, points.STREAM, roster.STREAM}
    assert {kind for _stream, kind, _data in sent} == SCHEMAS.keys()
    for stream, kind, data in sent:
        assert kind.startswith(f"{stream}.")
        assert SCHEMAS[kind].validate(data) == {}
