"""Fixtures of the tests of statements."""

from collections.abc import Callable
from uuid import UUID

import pytest
from apiflask import APIFlask

from shared.clock import FixedClock
from shared.database import Database
from shared.testing.plugin import TokenFor
from tests.points.city import BRANCH, join
from tests.points.statements.office import Office, belong


@pytest.fixture
def office(city: Database, app: APIFlask, token_for: TokenFor, clock: FixedClock) -> Office:
    return Office(app.test_client(), token_for, city, clock)


@pytest.fixture
def roll(city: Database) -> Callable[..., UUID]:
    """Add a member who has belonged to a branch since the beginning of 2026."""

    def add(name: str = "张三", branch: UUID = BRANCH, *, scored: bool = True) -> UUID:
        member = join(city, branch, scored=scored, name=name)
        belong(city, member, branch, "2026-01-01")
        return member

    return add
