"""Fixtures of the events service's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from redis import Redis

from services.events.app import create_app
from services.events.config import Settings
from shared.clock import FixedClock
from shared.database import Database
from shared.testing.plugin import MakeDatabase


@pytest.fixture
def database(make_database: MakeDatabase) -> Database:
    return make_database("events")


@pytest.fixture
def app(
    database: Database, redis_url: str, redis_client: Redis, public_keys: Path, clock: FixedClock
) -> Iterator[APIFlask]:
    settings = Settings(
        database.url,
        redis_url,
        public_keys,
        threads=2,
        code_key=b"test-code-key",
        public_url="http://testserver",
    )
    app = create_app(settings, clock)
    yield app
    app.extensions["suite"].database.close()
    app.extensions["suite"].redis.close()


@pytest.fixture
def client(app: APIFlask) -> FlaskClient:
    return app.test_client()
