"""An event of branch b1 that asks for registration, and people who want to come."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from shared.database import Database
from tests.events.catalogue.people import People, Person
from tests.events.city import City

Json = dict[str, Any]
HERE = "/city/u1/b1/"


class Hall:
    """A talk tomorrow afternoon, and who runs it."""

    def __init__(self, people: People, city: City, database: Database) -> None:
        self.people = people
        self.city = city
        self.database = database
        self.secretary = people.secretary()
        self.serial = 0

    def open(self, state: str = "published", **settings: Any) -> str:
        """Make an event that asks for registration; return its id."""
        make = self.people.made if state == "draft" else self.people.published
        event = str(make(self.secretary, category="study_session")["id"])
        assert self.set_up(event, **settings).status_code == 200
        return event

    def set_up(self, event: str, version: int = 0, **settings: Any) -> TestResponse:
        path = f"/events/{event}/registration"
        return self.secretary.send("PUT", path, settings, **{"If-Match": f'"{version}"'})

    def member(self, path: str = HERE, name: str = "") -> Person:
        """Return somebody of the roster, signed in."""
        self.serial += 1
        number = f"M{self.serial:03d}"
        more = {"name": name} if name else {}
        return self.people.person(path=path, member_id=self.city.join(number, path, **more))

    def members(self, count: int) -> list[Person]:
        return [self.member() for _ in range(count)]

    def states(self, event: str) -> list[str]:
        """Return the states of an event's registrations in order of asking, as they are stored."""
        query = "SELECT state FROM registrations WHERE event_id = :event ORDER BY asked_at, id"
        with self.database.unit_of_work() as uow:
            return list(uow.session.scalars(text(query), {"event": UUID(event)}))


def register(person: Person, event: str) -> Json:
    answer = person.post(f"/events/{event}/registrations")
    assert answer.status_code == 201, answer.text
    made: Json = answer.json
    return made


def own(person: Person, event: str) -> Json:
    """Return somebody's registration as the event shows it to them."""
    answer = person.get(f"/events/{event}/registration")
    assert answer.status_code == 200, answer.text
    shown: Json = answer.json["own"]
    return shown


def give_up(person: Person, event: str) -> Json:
    answer = person.send("DELETE", f"/events/{event}/registrations")
    assert answer.status_code == 200, answer.text
    ended: Json = answer.json
    return ended


@pytest.fixture
def hall(people: People, city: City, database: Database) -> Hall:
    return Hall(people, city, database)
