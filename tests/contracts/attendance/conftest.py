"""The events service as its own tests drive it, on a stage of its own."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from shared.clock import FixedClock
from shared.database import Database
from tests.contracts.attendance.situations import Stage
from tests.events.city import City
from tests.events.conftest import (
    add_member,
    app,
    client,
    database,
    door,
    event,
    make_event,
    organisation,
)
from tests.events.door import Door, MakeEvent
from tests.events.imports.conftest import Import, attendance, city

__all__ = [
    "add_member", "app", "attendance", "city", "client", "database", "door", "event", "make_event",
    "organisation", "stage",
]  # fmt: skip


@pytest.fixture
def stage(
    database: Database,
    client: FlaskClient,
    clock: FixedClock,
    door: Door,
    make_event: MakeEvent,
    add_member: Callable[[], UUID],
    city: City,
    attendance: Import,
) -> Stage:
    return Stage(database, client, clock, door, make_event, add_member, city, attendance)
