"""Staff take a list along and tell later what they noted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from services.events.catalogue.models import RoleRow
from services.events.codes import passes
from shared.clock import FixedClock
from shared.database import Database
from shared.ids import new_id
from tests.events.door import BRANCH, Door, Event, MakeEvent

KEY = b"test-code-key"
Json = dict[str, Any]


def pass_of(member: UUID) -> str:
    return passes.issue(KEY, member, 1)


@dataclass
class Device:
    """One device of one member of staff; its clock may be wrong by `off`."""

    client: FlaskClient
    door: Door
    clock: FixedClock
    event: Event
    staff: UUID
    name: str
    off: timedelta = timedelta()
    token: str = ""
    marks: list[Json] = field(default_factory=list)

    def take(self, **more: Any) -> TestResponse:
        answer = self.client.get(
            f"/api/v1/events/{self.event.id}/offline-list",
            query_string={"device": self.name},
            headers=self.door.headers(self.staff) | more,
        )
        if answer.status_code == 200:
            self.token = answer.json["list_token"]
        return answer

    def now(self) -> datetime:
        return self.clock.now() + self.off

    def note(self, member: UUID | None = None, direction: str = "in", **more: Any) -> Json:
        """Note that somebody comes or goes; return the mark."""
        whose = {} if member is None else {"member_id": str(member)}
        mark = {
            "client_ref": str(new_id()),
            **whose,
            "direction": direction,
            "at": self.now().isoformat(),
            **more,
        }
        self.marks.append(mark)
        return mark

    def body(self, marks: Sequence[Json] | None = None) -> Json:
        return {
            "list_token": self.token,
            "device": self.name,
            "device_now": self.now().isoformat(),
            "marks": list(self.marks if marks is None else marks),
        }

    def tell(self, marks: Sequence[Json] | None = None, **changes: Any) -> TestResponse:
        return self.client.post(
            f"/api/v1/events/{self.event.id}/offline-check-ins",
            json=self.body(marks) | changes,
            headers=self.door.headers(self.staff),
        )

    def told(self, marks: Sequence[Json] | None = None) -> list[Json]:
        answer = self.tell(marks)
        assert answer.status_code == 200, answer.text
        items: list[Json] = answer.json["items"]
        return items


@dataclass
class Field:
    """An event on a hill without network, with members of its branch."""

    database: Database
    device: Device
    members: list[UUID]

    @property
    def event(self) -> Event:
        return self.device.event

    def other_device(self, **more: Any) -> Device:
        """A second device, of another member of staff."""
        mine, staff = self.device, new_id()
        with self.database.unit_of_work() as uow:
            uow.session.add(RoleRow(event_id=mine.event.id, member_id=staff, role="organiser"))
            uow.commit()
        other = Device(mine.client, mine.door, mine.clock, mine.event, staff, "device-of-staff-2")
        for name, value in more.items():
            setattr(other, name, value)
        assert other.take().status_code == 200
        return other

    def execute(self, statement: str, **values: Any) -> None:
        with self.database.unit_of_work() as uow:
            uow.session.execute(text(statement), values)
            uow.commit()


def add_members(database: Database, organisation: UUID, number: int) -> list[UUID]:
    """Put members into the branch, many at once."""
    with database.unit_of_work() as uow:
        found = uow.session.scalars(
            text(
                "INSERT INTO roster_members (id, member_no, name, organisation_id, path, cross_paths,"
                " status, scored, version) SELECT gen_random_uuid(), n::text, '张三' || n, :branch,"
                " :path, '{}', 'full', true, 1 FROM generate_series(1, :number) n RETURNING id"
            ),
            {"branch": organisation, "path": BRANCH, "number": number},
        ).all()
        uow.commit()
    return list(found)


@pytest.fixture
def hill(
    client: FlaskClient,
    door: Door,
    database: Database,
    clock: FixedClock,
    make_event: MakeEvent,
    organisation: UUID,
) -> Field:
    later = clock.now() + timedelta(hours=3)
    event = make_event(ends_at=later, closes_at=later)
    device = Device(client, door, clock, event, event.secretary, "device-of-staff-1")
    members = add_members(database, organisation, 8)
    assert device.take().status_code == 200
    return Field(database, device, members)
