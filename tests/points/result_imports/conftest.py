"""Fixtures of the tests of imported results."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from shared.database import Database
from shared.testing.plugin import TokenFor
from tests.points.result_imports.desk import Desk


@pytest.fixture
def desk(city: Database, client: FlaskClient, token_for: TokenFor) -> Desk:
    return Desk(client, token_for, city)


@pytest.fixture
def somebody(add_member: Callable[..., UUID]) -> tuple[UUID, str]:
    member = add_member()
    return member, member.hex[-12:]
