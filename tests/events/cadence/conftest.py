from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from shared.clock import FixedClock
from shared.contracts.roster import ORGANISATIONS_V1
from shared.database import Database
from shared.testing.plugin import TokenFor
from tests.events.catalogue.people import People, Person
from tests.events.city import City
from tests.events.past import Past

HERE, THERE, UNIT, ROOT = "/city/u1/b1/", "/city/u1/b2/", "/city/u1/", "/city/"
GROUP, YOUTH = "/city/u1/b1/g1/", "/city/u1/youth/"
Cells = dict[tuple[str, str], Any]


@pytest.fixture
def city(database: Database, clock: FixedClock) -> City:
    """A city that has been there for years, with a youth group; nobody lives in it yet."""
    city = City(database, clock)
    youth = city.organisation(YOUTH, name="青年理论学习小组", version=2)
    city.tell(ORGANISATIONS_V1, {"organisations": [youth]})
    Past(database, city).run("UPDATE roster_organisations SET since = '2024-05-05T00:00+08'")
    return city


@pytest.fixture
def past(database: Database, city: City) -> Past:
    return Past(database, city)


@pytest.fixture
def people(client: FlaskClient, token_for: TokenFor, city: City) -> People:
    return People(client, token_for, city)


@pytest.fixture
def branch(city: City, past: Past) -> list[UUID]:
    """Seven full members of a branch, the first of them its secretary for years."""
    secretary = [{"role": "branch_secretary", "path": HERE}]
    found = [city.join("P0", HERE, roles=secretary, group_path=GROUP)]
    found += [city.join(f"P{n}", HERE, group_path=GROUP) for n in range(1, 7)]
    past.run("UPDATE roster_duties SET since = '2020-01-01'")
    return found


@pytest.fixture
def read(people: People, city: City) -> Callable[..., Any]:
    """Read the calendar of an organisation, as its secretary would."""

    def get(path: str = HERE, year: int = 2026, by: Person | None = None) -> Any:
        by = by or people.person(("branch_secretary", path), path=HERE)
        answer = by.get(f"/cadence?organisation_id={city.organisations[path]}&year={year}")
        assert answer.status_code == 200, answer.text
        return answer.json

    return get


def cells(calendar: Any, field: str = "state") -> Cells:
    """Return a field of each rule and period."""
    return {
        (rule["rule"], period["period"]): period[field]
        for rule in calendar["rules"]
        for period in rule["periods"]
    }


def of_rule(calendar: Any, rule: str) -> Any:
    return next(each for each in calendar["rules"] if each["rule"] == rule)
