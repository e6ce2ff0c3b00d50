"""How far messages have come, as those who watch see it."""

from collections.abc import Sequence
from typing import Any

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import text

from shared.database import Database, UnitOfWork
from shared.messaging.consumer import Consumer
from shared.messaging.envelope import Envelope
from shared.messaging.monitor import Reader, observe
from shared.messaging.relay import Relay
from shared.testing.plugin import MakeDatabase
from tests.session import eventually

READERS = (Reader("numbers", "readers"), Reader("letters", "readers"))


@pytest.fixture
def database(make_database: MakeDatabase) -> Database:
    return make_database("messaging")


def publish(database: Database, *numbers: int) -> None:
    with database.unit_of_work() as uow:
        for number in numbers:
            uow.publish("numbers", "number.v1", str(number), {"n": number})
        uow.commit()


def nothing(_uow: UnitOfWork, _envelopes: Sequence[Envelope]) -> None:
    """Apply messages that have no effect."""


def seen(database: Database, redis: Redis) -> Any:
    with database.unit_of_work() as uow:
        return observe(uow, redis, READERS)


def test_each_message_is_counted_where_it_is(database: Database, redis_client: Redis) -> None:
    publish(database, 1, 2, 3)
    told = eventually(
        lambda: seen(database, redis_client), lambda told: told["outbox"]["oldest_seconds"] > 0, 5
    )
    assert told["outbox"]["waiting"] == 3
    Relay(database, redis_client).relay_once()
    reader = Consumer(database, redis_client, "numbers", "readers", nothing)
    reader.join()
    told = seen(database, redis_client)
    assert told["outbox"] == {"waiting": 0, "oldest_seconds": None}
    numbers, _ = told["readers"]
    assert (numbers["waiting"], numbers["pending"], numbers["is_reading"]) == (3, 0, False)
    assert numbers["oldest_seconds"] >= 0
    assert numbers["seen_seconds"] is None
    redis_client.xreadgroup("readers", "a-process", {"stream:numbers": ">"}, count=2)
    numbers, _ = seen(database, redis_client)["readers"]
    assert (numbers["waiting"], numbers["pending"], numbers["is_reading"]) == (1, 2, True)
    reader.consume_once()
    numbers, _ = seen(database, redis_client)["readers"]
    assert (numbers["waiting"], numbers["pending"], numbers["oldest_seconds"]) == (0, 0, None)
    assert 0 <= numbers["seen_seconds"] < 5


def test_the_oldest_is_the_one_that_waits_longest(database: Database, redis_client: Redis) -> None:
    redis_client.xadd("stream:numbers", {b"m": b"{}"}, id="1000-0")
    redis_client.xadd("stream:numbers", {b"m": b"{}"})
    redis_client.xgroup_create("stream:numbers", "readers", id="0")
    (numbers, _) = seen(database, redis_client)["readers"]
    assert numbers["oldest_seconds"] > 1e9
    redis_client.xreadgroup("readers", "a-process", {"stream:numbers": ">"}, count=1)
    (numbers, _) = seen(database, redis_client)["readers"]
    assert numbers["oldest_seconds"] > 1e9, "delivered, and not acknowledged"
    redis_client.xack("stream:numbers", "readers", "1000-0")
    (numbers, _) = seen(database, redis_client)["readers"]
    assert numbers["oldest_seconds"] < 60


def test_a_group_that_nobody_has_joined_has_no_reader(
    database: Database, redis_client: Redis
) -> None:
    redis_client.xadd("stream:numbers", {b"m": b"{}"})
    numbers, letters = seen(database, redis_client)["readers"]
    assert (numbers["waiting"], numbers["is_reading"]) == (None, False)
    assert (letters["waiting"], letters["is_reading"]) == (0, False)


def test_while_redis_is_away_the_rest_is_still_told(database: Database) -> None:
    publish(database, 1)
    away = Redis(port=9, retry=Retry(NoBackoff(), 0))
    told = seen(database, away)
    assert told["readers"] is None
    assert told["outbox"]["waiting"] == 1


def test_dead_letters_are_counted_by_reader(database: Database, redis_client: Redis) -> None:
    with database.unit_of_work() as uow:
        uow.session.execute(
            text(
                "INSERT INTO dead_letters (id, consumer, stream, message, error, attempts,"
                " redriven_at, set_aside_at, set_aside_reason) VALUES"
                " (gen_random_uuid(), 'a:s', 's', '', '', 1, NULL, NULL, NULL),"
                " (gen_random_uuid(), 'a:s', 's', '', '', 1, NULL, now(), 'x'),"
                " (gen_random_uuid(), 'b:s', 's', '', '', 1, now(), now(), 'x'),"
                " (gen_random_uuid(), 'c:s', 's', '', '', 1, now(), NULL, NULL)"
            )
        )
        uow.commit()
    told = seen(database, redis_client)["dead_letters"]
    assert told == [{"consumer": "a:s", "waiting": 1, "set_aside": 1}]
