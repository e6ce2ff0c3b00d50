"""Whoever sends what is no good, again and again, is told to stop; nobody else notices."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import text

from services.events.app import create_app
from services.events.check_ins.attempts import Attempts
from services.events.codes import digits
from services.events.config import Settings
from shared.clock import FixedClock
from shared.database import Database
from shared.embedded.child import free_port
from shared.ids import new_id
from shared.redis import connect
from shared.testing.plugin import TokenFor
from tests.events.door import Door, Event, MakeEvent, check_ins


def test_bad_codes_are_counted_by_member_and_never_keep_a_good_one_out(
    door: Door, event: Event, client: FlaskClient
) -> None:
    guesser = new_id()
    for number in range(20):
        way = {"code": "A" * 20} if number % 2 else {"claim": "A" * 56}
        assert door.scan(guesser, **way).status_code == 400
    for way in ({"code": "A" * 20}, {"claim": "A" * 56}):
        stopped = door.scan(guesser, **way)
        assert (stopped.status_code, stopped.json["code"]) == (429, "too_many_scans")
        assert stopped.headers["Retry-After"] == "60"
    # All of them sit behind one address.
    assert door.scan(new_id(), code="A" * 20).json["code"] == "code_invalid"
    assert door.scan(guesser, code=door.code(event)["code"]).status_code == 201


def test_what_is_refused_for_another_reason_is_not_counted(
    door: Door, event: Event, clock: FixedClock
) -> None:
    impatient = new_id()
    clock.advance(7200)
    for _ in range(25):
        assert door.scan(impatient, code=door.code(event)["code"]).json["code"] == "too_late"


def test_its_own_repetition_is_answered_also_to_who_guessed(
    door: Door, event: Event, clock: FixedClock
) -> None:
    member, ref, code = new_id(), new_id(), door.code(event)["code"]
    assert door.scan(member, client_ref=ref, code=code).status_code == 201
    for _ in range(25):
        door.scan(member, code="A" * 20)
    clock.advance(300)
    again = door.scan(member, client_ref=ref, code=code)
    assert (again.status_code, again.json["replayed"]) == (201, True)


def test_digits_that_two_sessions_show_by_chance_are_told_apart_by_scanning(
    door: Door, make_event: MakeEvent, database: Database, clock: FixedClock
) -> None:
    event = make_event(
        ends_at=clock.now() + timedelta(days=30), closes_at=clock.now() + timedelta(days=30)
    )
    with database.unit_of_work() as uow:
        # Of a hundred sessions, two show the same within hours.
        uow.session.execute(
            text("INSERT INTO event_sessions (id, event_id, starts_at, ends_at, opens_at, closes_at)"
                 " SELECT gen_random_uuid(), event_id, starts_at, ends_at, opens_at, closes_at"
                 " FROM event_sessions, generate_series(1, 99)")
        )  # fmt: skip
        short_ids = uow.session.scalars(text("SELECT short_id FROM event_sessions")).all()
        uow.commit()
    for _ in range(30 * 24 * 60):
        clock.advance(60)
        shown = Counter(digits.issue(b"test-code-key", n, clock.now()) for n in short_ids)
        ((twice, count),) = shown.most_common(1)
        if count > 1:
            break
    answer = door.scan(new_id(), digits=twice)
    assert (answer.status_code, answer.json["code"]) == (409, "digits_ambiguous")
    assert door.scan(new_id(), code=door.code(event)["code"]).status_code == 201


def test_a_span_ends(redis_url: str, redis_client: object) -> None:
    attempts = Attempts(connect(redis_url), "test", most=1, seconds=1)
    member = new_id()
    assert [attempts.too_many(member) for _ in range(3)] == [False, True, True]
    client = connect(redis_url)
    assert 0 < client.pttl(f"test:{member}") <= 1000
    client.delete(f"test:{member}")
    assert not attempts.too_many(member)


@pytest.fixture
def alone(database: Database, public_keys: Path, clock: FixedClock) -> Iterator[APIFlask]:
    """The service without a Redis."""
    nowhere = f"redis://127.0.0.1:{free_port()}/0"
    settings = Settings(
        database.url, nowhere, public_keys, threads=2, code_key=b"test-code-key",
        public_url="http://testserver",
    )  # fmt: skip
    app = create_app(settings, clock)
    yield app
    app.extensions["suite"].database.close()


def test_without_redis_the_door_stays_open(
    alone: APIFlask, database: Database, event: Event, token_for: TokenFor
) -> None:
    door = Door(alone.test_client(), token_for)
    shown = door.code(event)
    for _ in range(25):
        assert door.scan(new_id(), code="A" * 20).json["code"] == "code_invalid"
    assert door.scan(new_id(), digits=shown["digits"]).status_code == 201
    assert door.scan(new_id(), code=shown["code"]).status_code == 201
    assert len(check_ins(database)) == 2
