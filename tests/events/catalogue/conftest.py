import pytest
from flask.testing import FlaskClient

from shared.clock import FixedClock
from shared.database import Database
from shared.testing.plugin import TokenFor
from tests.events.catalogue.people import People
from tests.events.city import City


@pytest.fixture
def city(database: Database, clock: FixedClock) -> City:
    return City(database, clock)


@pytest.fixture
def people(client: FlaskClient, token_for: TokenFor, city: City) -> People:
    return People(client, token_for, city)
