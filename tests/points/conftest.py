"""Fixtures of the points service's tests."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import text

from services.points.app import create_app
from services.points.config import Settings
from services.points.rules.presets import install_preset
from shared.clock import FixedClock
from shared.database import Database
from shared.ids import new_id
from shared.testing.plugin import MakeDatabase
from tests.points.city import BRANCH, CITY, OTHER, UNIT


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
