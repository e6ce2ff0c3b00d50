"""A branch with events to come, and what its members are told of them."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from services.events.reminders.changes import tell_changes
from services.events.reminders.due import Reminders
from shared.clock import SHANGHAI, FixedClock
from shared.database import Database
from shared.ids import new_id
from shared.testing.plugin import TokenFor
from tests.events.catalogue.people import People, Person
from tests.events.city import City
from tests.events.notices import told

BRANCH = "/city/u1/b1/"
Json = dict[str, Any]


class Board:
    """Runs the worker's looks, and reads what they told."""

    def __init__(self, database: Database, clock: FixedClock, people: People, city: City) -> None:
        self.database = database
        self.clock = clock
        self.city = city
        self.people = people
        self._secretary = new_id()
        self._numbers = 0
        self.reminders = Reminders(time(18), timedelta(hours=1))

    @property
    def secretary(self) -> Person:
        """The branch's secretary, signed in anew: the clock goes on by days."""
        role = ("branch_secretary", BRANCH)
        return self.people.person(role, path=BRANCH, member_id=self._secretary)

    def join(self, path: str = BRANCH, **more: Any) -> UUID:
        self._numbers += 1
        return self.city.join(f"{self._numbers:04}", path, **more)

    def event(
        self, starts_at: str, ends_at: str = "", *, published: bool = True, **more: Any
    ) -> Json:
        """Make an event of the branch; times are local, ``24T14:00`` is the 24th of November."""
        body = {
            "title": "支部党员大会",
            "category": "branch_meeting",
            "organisation_id": str(self.city.organisations[BRANCH]),
            "place": "三楼会议室",
            "starts_at": at(starts_at).isoformat(),
            "ends_at": (at(ends_at) if ends_at else at(starts_at) + timedelta(hours=2)).isoformat(),
        } | more
        made = self.secretary.post("/events", body)
        assert made.status_code == 201, made.text
        if published:
            made = self.secretary.post(f"/events/{made.json['id']}/publish")
        return made.json  # type: ignore[no-any-return]

    def edit(self, event: Json, session: str = "", **changes: Any) -> Json:
        """Change an event, or the session of it that is named."""
        part = f"/sessions/{session}" if session else ""
        read = self.secretary.get(f"/events/{event['id']}")
        changes = {
            name: at(value).isoformat() if name.endswith("_at") else value
            for name, value in changes.items()
        }
        answer = self.secretary.patch(event["id"], changes, read.json["version"], part)
        assert answer.status_code == 200, answer.text
        return answer.json  # type: ignore[no-any-return]

    def look(self, moment: str = "") -> None:
        """Let the loop of reminders have a look, at a moment of November."""
        if moment:
            self.clock.advance((at(moment) - self.clock.now()).total_seconds())
        self._run(self.reminders.remind)

    def settle(self) -> None:
        """Let a minute pass over all changes, and the loop of changes have a look."""
        with self.database.unit_of_work() as uow:
            uow.session.execute(
                text("UPDATE event_changes SET changed_at = changed_at - interval '1 minute'")
            )
            uow.commit()
        self.look_at_changes()

    def look_at_changes(self) -> None:
        self._run(tell_changes)

    def _run(self, work: Callable[..., bool]) -> None:
        found = True
        while found:
            with self.database.unit_of_work() as uow:
                found = work(uow)
                uow.commit()

    def told(self, member: UUID) -> list[Json]:
        """Return what a member was told, oldest first; nothing twice."""
        return told(self.database, member)

    def kinds(self, member: UUID) -> list[str]:
        return [message["kind"] for message in self.told(member)]

    def sentences(self, member: UUID) -> list[str]:
        return [message["en"] for message in self.told(member)]


def at(moment: str) -> datetime:
    """Return a moment of 2026 in Shanghai: ``24T14:00`` in November, ``12-01T09:00``."""
    month, day = moment.split("-") if "-" in moment else ("11", moment)
    return datetime.fromisoformat(f"2026-{month}-{day}").replace(tzinfo=SHANGHAI)


@pytest.fixture
def board(database: Database, clock: FixedClock, client: FlaskClient, token_for: TokenFor) -> Board:
    city = City(database, clock)
    return Board(database, clock, People(client, token_for, city), city)
