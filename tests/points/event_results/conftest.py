"""A city whose events tell of results, and somebody who imports them as well."""

import pytest
from flask.testing import FlaskClient

from shared.database import Database
from shared.testing.plugin import TokenFor
from tests.points.event_results.telling import Telling
from tests.points.result_imports.desk import Desk


@pytest.fixture
def desk(city: Database, client: FlaskClient, token_for: TokenFor) -> Desk:
    return Desk(client, token_for, city)


@pytest.fixture
def telling(city: Database) -> Telling:
    return Telling(city)
