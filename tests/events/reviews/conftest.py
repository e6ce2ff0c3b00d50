"""Whoever runs an event looks at its check-ins."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from shared.clock import FixedClock
from shared.database import Database
from shared.ids import new_id
from tests.events.door import Door, Event, MakeEvent


@dataclass
class Office:
    """The organiser's requests about one event."""

    client: FlaskClient
    door: Door
    database: Database
    clock: FixedClock
    event: Event

    def send(
        self, method: str, path: str, body: Any = None, who: UUID | None = None, **headers: str
    ) -> TestResponse:
        return self.client.open(
            f"/api/v1{path}",
            method=method,
            json=body,
            headers=self.door.headers(who or self.event.secretary) | headers,
        )

    def reviews(self, **query: Any) -> dict[str, list[str]]:
        """Return the reasons of all that is listed, by check-in."""
        answer = self.client.get(
            f"/api/v1/events/{self.event.id}/reviews",
            query_string=query,
            headers=self.door.headers(self.event.secretary),
        )
        assert answer.status_code == 200, answer.text
        return {
            item["check_in_id"]: [reason["code"] for reason in item["reasons"]]
            for item in answer.json["items"]
        }

    def confirm(self, *check_in_ids: str, who: UUID | None = None) -> dict[str, Any]:
        """Confirm in bulk; return what was refused, by check-in."""
        body = {"check_in_ids": list(check_in_ids)}
        answer = self.send("POST", f"/events/{self.event.id}/reviews/confirm", body, who)
        assert answer.status_code == 200, answer.text
        return {item["check_in_id"]: item["code"] for item in answer.json["items"]}

    def late(self, member: UUID | None = None, device: str | None = None) -> str:
        """Send a scan a minute after its code was shown; return the check-in's id."""
        code, shown = self.door.code(self.event)["code"], self.clock.now()
        self.clock.advance(60)
        return self.sent_late(code, shown.isoformat(), member, device)

    def sent_late(
        self, code: str, scanned_at: str, member: UUID | None = None, device: str | None = None
    ) -> str:
        way = {"device": device} if device else {}
        answer = self.door.scan(member or new_id(), code=code, scanned_at=scanned_at, **way)
        assert answer.status_code == 201, answer.text
        return str(answer.json["check_in"]["id"])

    def scan(self, code: str | None = None, member: UUID | None = None, **way: str) -> str:
        code = code or self.door.code(self.event)["code"]
        answer = self.door.scan(member or new_id(), code=code, **way)
        assert answer.status_code == 201, answer.text
        return str(answer.json["check_in"]["id"])

    def execute(self, statement: str, **values: Any) -> None:
        with self.database.unit_of_work() as uow:
            uow.session.execute(text(statement), values)
            uow.commit()


@pytest.fixture
def office(
    client: FlaskClient, door: Door, database: Database, clock: FixedClock, make_event: MakeEvent
) -> Office:
    later = clock.now() + timedelta(hours=3)
    return Office(client, door, database, clock, make_event(ends_at=later, closes_at=later))
