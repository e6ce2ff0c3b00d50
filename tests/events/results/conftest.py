"""An event on today, and those who enter its results."""

from typing import Any
from uuid import UUID

import pytest

from shared.database import Database
from tests.events.catalogue.people import People, Person
from tests.events.city import City
from tests.events.results.desk import ON, Desk


@pytest.fixture
def secretary(people: People) -> Person:
    return people.secretary()


@pytest.fixture
def event(people: People, secretary: Person) -> dict[str, Any]:
    """An event that has begun: a writing contest, this morning."""
    return people.published(secretary, title="公文写作大赛", category="culture", **ON)


@pytest.fixture
def desk(secretary: Person, event: dict[str, Any], database: Database) -> Desk:
    return Desk(secretary, event["id"], database)


@pytest.fixture
def members(city: City) -> list[UUID]:
    return [city.join(f"P{n}", "/city/u1/b1/") for n in range(4)]
