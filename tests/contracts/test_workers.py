"""Each type has somebody who sends it and somebody who reads it, as the workers are really wired."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import text

from services.events import worker as events
from services.events.config import Settings as EventsSettings
from services.events.messages import READERS as EVENTS
from services.gateway import worker as gateway
from services.gateway.messages import READERS as GATEWAY
from services.points import worker as points
from services.points.config import Settings as PointsSettings
from services.points.messages import READERS as POINTS
from shared.config import Environment
from shared.contracts.validation import SCHEMAS
from shared.database import Database
from shared.ids import new_id
from shared.messaging.consumer import Consumer
from shared.messaging.envelope import FIELD, Envelope, stream_key
from shared.storage import FolderStorage
from shared.testing.plugin import MakeDatabase
from shared.worker import Loop
from tests.contracts.attendance import situations as attendance_told
from tests.contracts.notices import situations as notices_told
from tests.contracts.points import situations as points_told
from tests.contracts.results import situations as results_told
from tests.contracts.roster import situations as roster_told
from tests.contracts.study import situations as study_told
from tests.contracts.test_messages import EXAMPLES
from tests.contracts.wire import broken
from tests.points.city import found

# A server that nobody asks: loops connect when they run.
NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:9/none"
BOTH = ("roster.organisations_changed.v1", "roster.members_changed.v1")
# Readers by group:stream: their service, and the types they take.
READERS = {
    "points:attendance": ("points", ("attendance.recorded.v1",)),
    "points:results": ("points", ("results.recorded.v1",)),
    "points:roster": ("points", ("roster.members_changed.v1",)),
    "boards:points": ("points", ("points.changed.v1",)),
    "boards:roster": ("points", BOTH),
    "events:roster": ("events", BOTH),
    "events:study": ("events", ("study.recorded.v1",)),
    "gateway:roster": ("gateway", BOTH),
    "gateway:notices": ("gateway", ("notices.requested.v1",)),
}
# Those that keep what a message says, so they look at all of it, and where they keep each type.
# The others are points' own: they take ids, and read the rest from points' own tables.
KEEPERS = {
    "points:attendance": {"attendance.recorded.v1": "facts"},
    "points:results": {"results.recorded.v1": "facts"},
    "events:roster": {
        "roster.organisations_changed.v1": "roster_organisations",
        "roster.members_changed.v1": "roster_members",
    },
    "events:study": {"study.recorded.v1": "study_facts"},
    "gateway:roster": {
        "roster.organisations_changed.v1": "organisations",
        "roster.members_changed.v1": "members",
    },
    "gateway:notices": {"notices.requested.v1": "notices"},
}
KEPT = [(reader, kind) for reader, tables in KEEPERS.items() for kind in tables]


def loops(service: str, redis_url: str = "redis://127.0.0.1:9/0") -> dict[str, Loop]:
    """Return a service's loops as its worker would run them."""
    keys = Path("/nowhere")
    if service == "points":
        return points.loops(PointsSettings(NOWHERE, redis_url, keys, 1, FolderStorage(keys)))
    if service == "events":
        return events.loops(EventsSettings(NOWHERE, redis_url, keys, 1, b"", ""))
    names = ("DATABASE_URL", "OPENID_KEY", "WECHAT_APP_ID", "WECHAT_APP_SECRET")
    return gateway.loops(Environment(dict.fromkeys(names, NOWHERE) | {"REDIS_URL": redis_url}))


def readers(service: str, redis_url: str = "redis://127.0.0.1:9/0") -> dict[str, Consumer]:
    """Return the consumers among a service's loops by ``group:stream``."""
    owners = [getattr(loop, "__self__", None) for loop in loops(service, redis_url).values()]
    return {owner._consumer_id: owner for owner in owners if isinstance(owner, Consumer)}


def test_each_type_is_sent_in_some_situation() -> None:
    slices = (attendance_told, notices_told, points_told, results_told, roster_told, study_told)
    told = {kind: of for each in slices for kind, of in each.SITUATIONS.items()}
    assert told.keys() == SCHEMAS.keys()
    assert all(told.values())


def test_the_console_is_shown_the_readers_there_are() -> None:
    for service, named in (("points", POINTS), ("events", EVENTS), ("gateway", GATEWAY)):
        assert {reader.consumer for reader in named} == readers(service).keys()


def test_each_type_has_a_reader_and_each_reader_is_tested() -> None:
    wired = {name for service in ("points", "events", "gateway") for name in readers(service)}
    assert wired == READERS.keys()
    assert {kind for _, kinds in READERS.values() for kind in kinds} == SCHEMAS.keys()
    foreign = {kind for kind in SCHEMAS if not kind.startswith("points.")}
    assert {kind for _, kind in KEPT} == foreign, "somebody keeps what comes from elsewhere"


@dataclass
class Reading:
    """A worker's reader over a database and a stream of the test's own."""

    database: Database
    redis: Redis
    stream: str
    group: str
    consumer: Consumer

    @property
    def name(self) -> str:
        return f"{self.group}:{self.stream}"

    def send(self, kind: str, data: Any) -> bytes:
        """Put a message onto the stream; return it as it travels."""
        message = Envelope(new_id(), kind, "k", self.database.clock.now(), data).encode()
        self.redis.xadd(stream_key(self.stream), {FIELD: message})
        return message

    def set_aside(self) -> list[bytes]:
        with self.database.unit_of_work() as uow:
            return list(uow.session.scalars(text("SELECT message FROM dead_letters ORDER BY id")))

    def count(self, table: str) -> int:
        with self.database.unit_of_work() as uow:
            return uow.session.scalar(text(f"SELECT count(*) FROM {table}")) or 0

    def waiting(self) -> int:
        return int(self.redis.xpending(stream_key(self.stream), self.group)["pending"])


@pytest.fixture
def reading(
    request: pytest.FixtureRequest, make_database: MakeDatabase, redis_client: Redis, redis_url: str
) -> Iterator[Reading]:
    reader = request.param
    service, _ = READERS[reader]
    group, stream = reader.split(":")
    handler = readers(service, redis_url)[reader]._handler
    database = make_database(service)
    if service == "points":
        found(database)
    consumer = Consumer(database, redis_client, stream, group, handler)
    # A message that fails is logged six times with its trace; hundreds of them fail here.
    logging.disable(logging.ERROR)
    yield Reading(database, redis_client, stream, group, consumer)
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("reading", READERS, indirect=True)
def test_readers_take_what_fits(reading: Reading) -> None:
    _, kinds = READERS[reading.name]
    for kind in kinds:
        for example in EXAMPLES[kind]:
            reading.send(kind, example)
    reading.send("of.another.kind.v1", {"anything": 1})

    assert reading.consumer.consume_once() > 0

    assert reading.set_aside() == []
    assert reading.waiting() == 0


@pytest.mark.parametrize(("reading", "kind"), KEPT, indirect=["reading"])
def test_a_field_too_few_or_too_many_anywhere_is_set_aside(reading: Reading, kind: str) -> None:
    minimal, full = EXAMPLES[kind]
    reading.send(kind, minimal)
    sent = {place: reading.send(kind, data) for place, data in broken(kind, full).items()}
    reading.send(kind, full)

    assert reading.consumer.consume_once() == len(sent) + 2

    kept = reading.set_aside()
    assert [place for place, message in sent.items() if message not in kept] == []
    assert kept == list(sent.values()), "whole, and in the order they came in"
    assert reading.count(KEEPERS[reading.name][kind]) == 2
    assert reading.waiting() == 0


def _message(**changes: Any) -> bytes:
    whole = {"id": str(new_id()), "type": "t.v1", "key": "k", "data": {}}
    return json.dumps(whole | {"created_at": "2026-11-23T09:00:00+08:00"} | changes).encode()


# What could stand in the stream and is no message at all.
NONSENSE = (
    *(b"", b"null", b"[]", b"7", b'"text"', b"{}", b"\xff\xfe", b"{broken"),
    *(_message(id=wrong) for wrong in (None, 7, [], {}, "", "id")),
    *(_message(created_at=wrong) for wrong in (None, 7, [], {}, "", "yesterday")),
)
# What a message could hold that is nothing of its type.
SHAPES = (None, [], "text", 7, {}, {"members": 7}, {"members": [None]}, {"members": None})


@pytest.mark.parametrize("reading", KEEPERS, indirect=True)
def test_what_is_no_message_does_not_stop_the_worker(reading: Reading) -> None:
    for message in NONSENSE:
        reading.redis.xadd(stream_key(reading.stream), {FIELD: message})
    kind, table = next(iter(KEEPERS[reading.name].items()))
    reading.send(kind, EXAMPLES[kind][0])

    assert reading.consumer.consume_once() == len(NONSENSE) + 1

    assert reading.set_aside() == list(NONSENSE)
    assert reading.count(table) == 1
    assert reading.waiting() == 0


@pytest.mark.parametrize(("reading", "kind"), KEPT, indirect=["reading"])
def test_data_of_another_shape_is_set_aside(reading: Reading, kind: str) -> None:
    sent = [reading.send(kind, data) for data in SHAPES]
    assert reading.consumer.consume_once() == len(sent)
    assert reading.set_aside() == sent
    assert reading.waiting() == 0
