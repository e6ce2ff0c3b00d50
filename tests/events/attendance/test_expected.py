"""应到: everyone who belongs to the organisation of a roster-aware event, and nobody else."""

import pytest
from flask.testing import FlaskClient

from shared.clock import FixedClock
from shared.database import Database
from shared.testing.plugin import TokenFor
from tests.events.catalogue.people import People
from tests.events.city import City


@pytest.fixture
def city(database: Database, clock: FixedClock) -> City:
    city = City(database, clock)
    city.join("P1", "/city/u1/b1/")
    city.join("P2", "/city/u1/b1/", group_path="/city/u1/b1/g1/")
    city.join("P3", "/city/u1/b2/", cross_paths=["/city/u1/youth/"])
    city.join("P4", "/city/u2/b3/")
    city.join("P5", "/city/u1/b1/", status="left")
    return city


@pytest.mark.parametrize(
    ("at", "category", "expected"),
    [
        ("/city/", "lecture", 4),
        ("/city/u1/", "lecture", 3),
        ("/city/u1/b1/", "branch_meeting", 2),
        ("/city/u1/b1/g1/", "group_meeting", 1),
        ("/city/u1/youth/", "group_meeting", 1),
        ("/city/u1/b1/", "committee_meeting", None),
    ],
)
def test_expected_follows_the_organisation(
    client: FlaskClient,
    token_for: TokenFor,
    city: City,
    at: str,
    category: str,
    expected: int | None,
) -> None:
    admin = People(client, token_for, city).person(("city_admin", "/city/"))
    event = People(client, token_for, city).published(admin, at, category=category)
    answer = admin.get(f"/events/{event['id']}/attendance").json
    assert (answer["present"], answer["expected"]) == (0, expected)
