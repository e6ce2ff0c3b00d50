"""The events service as its own tests enter results."""

import pytest

from shared.clock import FixedClock
from tests.contracts.results.situations import Stage
from tests.events.city import City
from tests.events.conftest import app, city, client, database, people
from tests.events.results.conftest import desk, event, members, secretary
from tests.events.results.desk import Desk

__all__ = ["app", "city", "client", "database", "desk", "event", "members", "people", "secretary"]


@pytest.fixture
def stage(desk: Desk, city: City, clock: FixedClock) -> Stage:
    return Stage(desk, city, clock)
