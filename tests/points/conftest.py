"""Fixtures of the points service's tests."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import text

from services.points.app import create_app
from services.points.config import Settings
from services.points.ledger.attendance import AttendancePosting
from services.points.rules.presets import install_preset
from shared.clock import SHANGHAI, FixedClock
from shared.contracts.attendance import RECORDED_V1, AttendanceRecordedV1
from shared.database import Database
from shared.ids import new_id
from shared.messaging.envelope import Envelope
from shared.testing.plugin import MakeDatabase
from tests.points.city import BRANCH, CITY, OTHER, UNIT

Attend = Callable[..., dict[str, Any]]


@pytest.fixture
def database(make_database: MakeDatabase) -> Database:
    return make_database("points")


@pytest.fixture
def app(
    database: Database, redis_url: str, redis_client: Redis, public_keys: Path, clock: FixedClock
) -> Iterator[APIFlask]:
    settings = Settings(database.url, redis_url, public_keys, threads=2)
    app = create_app(settings, clock)
    yield app
    app.extensions["suite"].database.close()
    app.extensions["suite"].redis.close()


@pytest.fixture
def client(app: APIFlask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def city(database: Database) -> Database:
    with database.unit_of_work() as uow:
        for row in (
            (CITY, "city", "市直机关工委", "committee", None, "/city/"),
            (UNIT, "u001", "机关党委", "unit", CITY, "/city/u001/"),
            (BRANCH, "b0001", "第一党支部", "branch", UNIT, "/city/u001/b0001/"),
            (OTHER, "b0002", "第二党支部", "branch", UNIT, "/city/u001/b0002/"),
        ):
            uow.session.execute(
                text(
                    "INSERT INTO organisations (id, code, name, kind, parent_id, path)"
                    " VALUES (:id, :code, :name, :kind, :parent, :path)"
                ),
                dict(zip(("id", "code", "name", "kind", "parent", "path"), row, strict=True)),
            )
        install_preset(uow)
        uow.commit()
    return database


@pytest.fixture
def add_member(city: Database) -> Callable[..., UUID]:
    def add(branch: UUID = BRANCH, *, scored: bool = True, name: str = "张三") -> UUID:
        member = new_id()
        with city.unit_of_work() as uow:
            uow.session.execute(
                text(
                    "INSERT INTO members (id, member_no, name, organisation_id, status, scored)"
                    " VALUES (:id, :no, :name, :branch, 'full', :scored)"
                ),
                {
                    "id": member,
                    "no": member.hex[-12:],
                    "name": name,
                    "branch": branch,
                    "scored": scored,
                },
            )
            uow.commit()
        return member

    return add


@pytest.fixture
def attend() -> Attend:
    """Make the message of one attendance."""

    def make(member: UUID, category: str = "lecture", day: str = "2026-11-20", **more: Any) -> Any:
        moment = datetime.fromisoformat(day).replace(tzinfo=SHANGHAI)
        if moment.hour == 0:
            moment = moment.replace(hour=9)
        message = {
            "check_in_id": str(new_id()),
            "event_id": str(new_id()),
            "session_id": str(new_id()),
            "member_id": str(member),
            "category": category,
            "tags": [],
            "role": "participant",
            "title": "党课",
            "occurred_at": moment.isoformat(),
            "minutes": None,
            "level": None,
            "state": "present",
            "reason": None,
            "revision": 1,
        } | more
        assert AttendanceRecordedV1().validate(message) == {}
        return message

    return make


@pytest.fixture
def post(city: Database, clock: FixedClock) -> Callable[..., None]:
    """Post messages in one batch, as the consumer would."""
    handler = AttendancePosting()

    def send(*messages: dict[str, Any]) -> None:
        envelopes = [Envelope(new_id(), RECORDED_V1, "", clock.now(), m) for m in messages]
        with city.unit_of_work() as uow:
            handler(uow, envelopes)
            uow.commit()

    return send
