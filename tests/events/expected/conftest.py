"""A branch, its secretary and members, and meetings that are on at this hour."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from services.events.expected.freezing import freeze
from shared.clock import FixedClock
from shared.database import Database
from tests.events.catalogue.people import People, Person
from tests.events.city import City

HERE = "/city/u1/b1/"
Json = dict[str, Any]


class Branch:
    def __init__(self, people: People, city: City, database: Database, clock: FixedClock) -> None:
        self.people = people
        self.city = city
        self.database = database
        self.clock = clock
        self.secretary = people.secretary()

    def members(self, *numbers: str, path: str = HERE) -> list[Person]:
        return [
            self.people.person(path=path, member_id=self.city.join(number, path))
            for number in numbers
        ]

    def meeting(self, category: str = "branch_meeting", **changes: Any) -> str:
        """Publish a meeting that began ten minutes ago; return its id."""
        now = self.clock.now()
        times = {
            "starts_at": (now - timedelta(minutes=10)).isoformat(),
            "ends_at": (now + timedelta(hours=1)).isoformat(),
        }
        changes = times | {"category": category} | changes
        return str(self.people.published(self.secretary, **changes)["id"])

    def tick(self, event: str, *people: Person) -> None:
        for person in people:
            body = {"member_id": str(person.id), "reason": "在场"}
            answer = self.secretary.post(f"/events/{event}/check-ins", body)
            assert answer.status_code == 201, answer.text

    def expected(self, event: str, **query: str) -> Json:
        given = "&".join(f"{name}={value}" for name, value in query.items())
        answer = self.secretary.get(f"/events/{event}/expected?{given}")
        assert answer.status_code == 200, answer.text
        shown: Json = answer.json
        return shown

    def counts(self, event: str) -> tuple[int | None, int, int, int, int]:
        """Return expected, present, excused, absent, others."""
        shown = self.expected(event)
        names = ("expected", "present", "excused", "absent", "others")
        return tuple(shown[name] for name in names)  # type: ignore[return-value]

    def name(self, event: str, *people: Person, version: int = 0) -> TestResponse:
        members = [{"member_id": str(person.id)} for person in people]
        return self.secretary.send(
            "PUT", f"/events/{event}/expected", {"members": members},
            **{"If-Match": f'"{version}"'},
        )  # fmt: skip

    def leave_the_branch(self, *people: Person) -> None:
        with self.database.unit_of_work() as uow:
            for person in people:
                uow.session.execute(
                    text("UPDATE roster_members SET status = 'left' WHERE id = :id"),
                    {"id": person.id},
                )
            uow.commit()

    def let_the_worker_freeze(self) -> int:
        """Do what the worker does until there is nothing more to do; return how often there was."""
        for done in range(10):
            with self.database.unit_of_work() as uow:
                if not freeze(uow):
                    return done
                uow.commit()
        raise AssertionError("it never ends")

    def stored(self, query: str, event: str) -> list[Any]:
        with self.database.unit_of_work() as uow:
            return list(uow.session.scalars(text(query), {"event": UUID(event)}))


@pytest.fixture
def branch(people: People, city: City, database: Database, clock: FixedClock) -> Branch:
    return Branch(people, city, database, clock)
