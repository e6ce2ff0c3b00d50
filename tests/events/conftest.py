"""Fixtures of the events service's tests."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from redis import Redis

from services.events.app import create_app
from services.events.catalogue.models import EventRow, RoleRow, SessionRow
from services.events.config import Settings
from services.events.roster_copy.models import MemberCopy, OrganisationCopy
from shared.clock import FixedClock
from shared.database import Database
from shared.ids import new_id
from shared.testing.plugin import MakeDatabase, TokenFor
from tests.events.catalogue.people import People
from tests.events.city import City
from tests.events.door import BRANCH, Door, Event, MakeEvent
from tests.events.ways import Ways


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


@pytest.fixture
def door(client: FlaskClient, token_for: TokenFor) -> Door:
    return Door(client, token_for)


@pytest.fixture
def city(database: Database, clock: FixedClock) -> City:
    return City(database, clock)


@pytest.fixture
def people(client: FlaskClient, token_for: TokenFor, city: City) -> People:
    return People(client, token_for, city)


@pytest.fixture
def ways(app: APIFlask, database: Database, token_for: TokenFor, clock: FixedClock) -> Ways:
    return Ways(app, database, token_for, clock)


@pytest.fixture
def organisation(database: Database) -> UUID:
    identity = new_id()
    with database.unit_of_work() as uow:
        uow.session.add(
            OrganisationCopy(
                id=identity,
                code="b0001",
                name="第一党支部",
                kind="branch",
                parent_id=None,
                path=BRANCH,
                version=1,
            )
        )
        uow.commit()
    return identity


@pytest.fixture
def make_event(database: Database, organisation: UUID, clock: FixedClock) -> MakeEvent:
    def make(**more: Any) -> Event:
        now = clock.now()
        secretary = new_id()
        span = {
            "starts_at": now - timedelta(minutes=10),
            "ends_at": now + timedelta(hours=1),
        }
        window = {"opens_at": now - timedelta(minutes=40), "closes_at": now + timedelta(hours=1)}
        window |= {key: more.pop(key) for key in ("opens_at", "closes_at") if key in more}
        roles = more.pop("roles", {})
        fields = {
            "title": "党课",
            "category": "lecture",
            "tags": [],
            "level": None,
            "audience": "organisation",
            "place": "",
            "state": "published",
            "organisation_path": BRANCH,
            **span,
            **more,
        }
        if fields["state"] not in ("draft", "cancelled"):
            fields["published_at"] = now
        event = EventRow(
            id=new_id(),
            organisation_id=organisation,
            created_by=secretary,
            created_at=now,
            **fields,
        )
        session = SessionRow(
            id=new_id(),
            starts_at=max(fields["starts_at"], window["opens_at"]),
            ends_at=fields["ends_at"],
            **window,
        )
        event.sessions = [session]
        event.roles = [RoleRow(member_id=member, role=role) for member, role in roles.items()]
        with database.unit_of_work() as uow:
            uow.session.add(event)
            uow.commit()
        return Event(event.id, session.id, secretary)

    return make


@pytest.fixture
def event(make_event: MakeEvent) -> Event:
    return make_event()


@pytest.fixture
def add_member(database: Database, organisation: UUID) -> Callable[[], UUID]:
    def add() -> UUID:
        member = new_id()
        with database.unit_of_work() as uow:
            uow.session.add(
                MemberCopy(
                    id=member,
                    member_no=member.hex[-12:],
                    name="李四",
                    organisation_id=organisation,
                    path=BRANCH,
                    group_path=None,
                    cross_paths=[],
                    status="full",
                    scored=True,
                    version=1,
                )
            )
            uow.commit()
        return member

    return add
