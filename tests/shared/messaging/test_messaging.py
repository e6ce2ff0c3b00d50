"""Outbox → relay → stream → inbox → handler: each message's effect exactly once."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from redis import Redis
from sqlalchemy import text

from shared.database import Database, UnitOfWork
from shared.messaging.consumer import Consumer
from shared.messaging.envelope import FIELD, Envelope
from shared.messaging.relay import Relay
from shared.testing.plugin import MakeDatabase


@pytest.fixture
def sender(make_database: MakeDatabase) -> Database:
    return make_database("messaging")


@pytest.fixture
def receiver(make_database: MakeDatabase) -> Database:
    database = make_database("messaging")
    with database.unit_of_work() as uow:
        uow.session.execute(text("CREATE TABLE effects (message_id uuid, n int)"))
        uow.commit()
    return database


def publish(database: Database, *numbers: int) -> None:
    with database.unit_of_work() as uow:
        for number in numbers:
            uow.publish("numbers", "number.v1", str(number), {"n": number})
        uow.commit()


def apply_number(uow: UnitOfWork, envelopes: Sequence[Envelope]) -> None:
    for envelope in envelopes:
        number = envelope.data["n"]
        if number < 0:
            message = "negative"
            raise ValueError(message)
        uow.session.execute(
            text("INSERT INTO effects VALUES (:id, :n)"), {"id": envelope.id, "n": number}
        )


def consumer(receiver: Database, redis_client: Redis) -> Consumer:
    return Consumer(receiver, redis_client, "numbers", "readers", apply_number)


def effects(database: Database) -> list[int]:
    with database.unit_of_work() as uow:
        return list(uow.session.scalars(text("SELECT n FROM effects ORDER BY n")))


def test_a_committed_message_takes_effect_once_however_often_it_is_sent(
    sender: Database, receiver: Database, redis_client: Redis
) -> None:
    relay, reader = Relay(sender, redis_client), consumer(receiver, redis_client)
    publish(sender, 1, 2, 3)
    assert relay.relay_once() == 3
    assert relay.relay_once() == 0
    reader.consume_once()
    assert relay.republish(datetime.now(UTC) - timedelta(hours=1)) == 3
    assert relay.relay_once() == 3
    assert reader.consume_once() == 3
    assert effects(receiver) == [1, 2, 3]


def test_a_rolled_back_message_is_never_sent(sender: Database, redis_client: Redis) -> None:
    with sender.unit_of_work() as uow:
        uow.publish("numbers", "number.v1", "1", {"n": 1})
        uow.rollback()
    with sender.unit_of_work() as uow:
        uow.publish("numbers", "number.v1", "2", {"n": 2})
    assert Relay(sender, redis_client).relay_once() == 0


def test_two_relays_at_once_send_each_message_once(sender: Database, redis_client: Redis) -> None:
    publish(sender, *range(200))
    barrier = Barrier(2)

    def relay() -> None:
        barrier.wait()
        while Relay(sender, redis_client).relay_once():
            pass

    threads = [Thread(target=relay) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert redis_client.xlen("stream:numbers") == 200


def test_a_poisonous_message_is_set_aside_and_the_others_go_on(
    sender: Database, receiver: Database, redis_client: Redis
) -> None:
    publish(sender, 1, -5, 2)
    Relay(sender, redis_client).relay_once()
    consumer(receiver, redis_client).consume_once()
    assert effects(receiver) == [1, 2]
    with receiver.unit_of_work() as uow:
        row = uow.session.execute(text("SELECT error, attempts, message FROM dead_letters")).one()
    assert row.error == "ValueError: negative"
    assert row.attempts == 5
    assert b'"n":-5' in row.message


def test_what_is_no_message_at_all_is_set_aside(receiver: Database, redis_client: Redis) -> None:
    redis_client.xadd("stream:numbers", {FIELD: b"{broken"})
    redis_client.xadd("stream:numbers", {b"other": b"field"})
    reader = consumer(receiver, redis_client)
    assert reader.consume_once() == 2
    assert reader.consume_once() == 0
    with receiver.unit_of_work() as uow:
        assert uow.session.scalar(text("SELECT count(*) FROM dead_letters")) == 2


def test_what_another_reader_took_and_never_finished_is_taken_over(
    sender: Database, receiver: Database, redis_client: Redis
) -> None:
    publish(sender, 7)
    Relay(sender, redis_client).relay_once()
    reader = consumer(receiver, redis_client)
    reader.join()
    redis_client.xreadgroup("readers", "a-process-that-died", {"stream:numbers": ">"})
    reader.consume_once()
    assert effects(receiver) == [7]
    assert redis_client.xpending("stream:numbers", "readers")["pending"] == 0


def test_streams_keep_what_a_group_still_needs(
    sender: Database, receiver: Database, redis_client: Redis
) -> None:
    relay, reader = Relay(sender, redis_client), consumer(receiver, redis_client)
    redis_client.config_set("stream-node-max-entries", 1)
    publish(sender, *range(50))
    relay.relay_once()
    relay.trim(keep=timedelta(0))
    assert redis_client.xlen("stream:numbers") == 50
    reader.consume_once()
    relay.trim()
    assert redis_client.xlen("stream:numbers") == 50
    relay.trim(keep=timedelta(0))
    assert redis_client.xlen("stream:numbers") <= 2
    publish(sender, 99)
    relay.relay_once()
    reader.consume_once()
    assert effects(receiver)[-1] == 99
