"""The people of a branch, its unit and the city, at their desks."""

import pytest
from flask.testing import FlaskClient

from shared.database import Database
from shared.testing.plugin import TokenFor
from tests.points.adjustments.people import People


@pytest.fixture
def people(city: Database, client: FlaskClient, token_for: TokenFor) -> People:
    return People(city, client, token_for)
