"""Fixtures of the points service's tests."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from redis import Redis

from services.points.app import create_app
from services.points.config import Settings
from services.points.ledger.attendance import AttendancePosting
from shared.clock import SHANGHAI, FixedClock
from shared.contracts.attendance import AttendanceRecordedV1
from shared.database import Database
from shared.ids import new_id
from shared.storage import FolderStorage
from shared.testing.plugin import MakeDatabase
from tests.points.city import deliver, found, join

Attend = Callable[..., dict[str, Any]]


@pytest.fixture
def database(make_database: MakeDatabase) -> Database:
    return make_database("points")


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    """Where attachments are kept, outside the database."""
    return FolderStorage(tmp_path / "storage")


@pytest.fixture
def app(
    database: Database,
    redis_url: str,
    redis_client: Redis,
    public_keys: Path,
    storage: FolderStorage,
    clock: FixedClock,
) -> Iterator[APIFlask]:
    settings = Settings(database.url, redis_url, public_keys, threads=2, storage=storage)
    app = create_app(settings, clock)
    yield app
    app.extensions["suite"].database.close()
    app.extensions["suite"].redis.close()


@pytest.fixture
def client(app: APIFlask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def city(database: Database) -> Database:
    found(database)
    return database


@pytest.fixture
def add_member(city: Database) -> Callable[..., UUID]:
    return partial(join, city)


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
def post(city: Database) -> Callable[..., None]:
    """Post messages in one batch, as the consumer would."""
    return partial(deliver, city, AttendancePosting())
