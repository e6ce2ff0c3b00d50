"""What was set aside can be seen, and sent again once its cause is mended."""

import json
from collections.abc import Sequence

import pytest
from click.testing import CliRunner
from redis import Redis
from sqlalchemy import text

from shared.database import Database, UnitOfWork
from shared.ids import new_id
from shared.messaging.commands import dead_letters, outbox
from shared.messaging.consumer import Consumer
from shared.messaging.envelope import Envelope
from shared.messaging.relay import Relay
from shared.testing.plugin import MakeDatabase


@pytest.fixture
def database(
    make_database: MakeDatabase, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> Database:
    database = make_database("messaging")
    monkeypatch.setenv("DATABASE_URL", database.url)
    monkeypatch.setenv("REDIS_URL", redis_url)
    return database


def test_a_dead_letter_is_seen_and_sent_again(database: Database, redis_client: Redis) -> None:
    broken, applied = True, []

    def handle(_uow: UnitOfWork, envelopes: Sequence[Envelope]) -> None:
        if broken:
            raise ValueError("not yet")
        applied.extend(envelope.data["n"] for envelope in envelopes)

    with database.unit_of_work() as uow:
        uow.publish("numbers", "number.v1", "1", {"n": 7})
        uow.commit()
    Relay(database, redis_client).relay_once()
    reader = Consumer(database, redis_client, "numbers", "readers", handle)
    reader.consume_once()
    listed = CliRunner().invoke(dead_letters, ["list"])
    letter = json.loads(listed.output)
    assert (letter["consumer"], letter["error"]) == ("readers:numbers", "ValueError: not yet")
    broken = False
    assert CliRunner().invoke(dead_letters, ["redrive"]).output == "1 sent again\n"
    reader.consume_once()
    assert applied == [7]
    assert CliRunner().invoke(dead_letters, ["list"]).output == ""
    assert CliRunner().invoke(dead_letters, ["redrive"]).output == "0 sent again\n"


def test_a_letter_is_set_aside_by_its_id_once(database: Database) -> None:
    letter = str(new_id())
    with database.unit_of_work() as uow:
        uow.session.execute(
            text(
                "INSERT INTO dead_letters (id, consumer, stream, message, error, attempts)"
                " VALUES (:id, 'readers:numbers', 'numbers', '', '', 1)"
            ),
            {"id": letter},
        )
        uow.commit()
    aside = ["set-aside", "--id", letter, "--reason", "sent by mistake"]
    assert CliRunner().invoke(dead_letters, aside).exit_code == 0
    assert CliRunner().invoke(dead_letters, ["list"]).output == ""
    refused = CliRunner().invoke(dead_letters, aside)
    assert (refused.exit_code, "dead_letter_set_aside" in refused.output) == (1, True)
    assert CliRunner().invoke(dead_letters, ["redrive", "--id", letter]).output == "1 sent again\n"
    refused = CliRunner().invoke(dead_letters, ["redrive", "--id", letter])
    assert (refused.exit_code, "dead_letter_sent_again" in refused.output) == (1, True)


def test_the_outbox_is_sent_again_from_a_moment_on(database: Database, redis_client: Redis) -> None:
    with database.unit_of_work() as uow:
        uow.publish("numbers", "number.v1", "1", {"n": 7})
        uow.commit()
    Relay(database, redis_client).relay_once()
    result = CliRunner().invoke(outbox, ["republish", "--since", "2026-01-01T00:00:00+0800"])
    assert result.output == "1 messages will be sent again\n"
    with database.unit_of_work() as uow:
        waiting = text("SELECT count(*) FROM outbox WHERE published_at IS NULL")
        assert uow.session.scalar(waiting) == 1
