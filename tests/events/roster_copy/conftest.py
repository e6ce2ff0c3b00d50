import pytest

from shared.clock import FixedClock
from shared.database import Database
from tests.events.city import City


@pytest.fixture
def city(database: Database, clock: FixedClock) -> City:
    return City(database, clock)
