"""Drives the events service over HTTP, as members and organisers do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from shared.database import Database
from shared.ids import new_id
from shared.testing.plugin import TokenFor

UNIT, BRANCH, OTHER = "/city/u001/", "/city/u001/b0001/", "/city/u001/b0002/"
MakeEvent = Callable[..., "Event"]


@dataclass(frozen=True)
class Event:
    id: UUID
    session_id: UUID
    secretary: UUID


@dataclass
class Door:
    """Drives the service over HTTP as members and organisers do."""

    client: FlaskClient
    token_for: TokenFor

    def headers(
        self, member: UUID, path: str = BRANCH, roles: list[tuple[str, str]] | None = None
    ) -> dict[str, str]:
        token = self.token_for(member, path, roles)
        return {"Authorization": f"Bearer {token}", "Accept-Language": "en"}

    def code(self, event: Event) -> dict[str, Any]:
        answer = self.client.get(
            f"/api/v1/events/{event.id}/code", headers=self.headers(event.secretary)
        )
        assert answer.status_code == 200, answer.text
        return answer.json  # type: ignore[no-any-return]

    def scan(
        self,
        member: UUID,
        *,
        client_ref: UUID | None = None,
        path: str = BRANCH,
        roles: list[tuple[str, str]] | None = None,
        **way: str,
    ) -> TestResponse:
        body = {"client_ref": str(client_ref or new_id()), **way}
        return self.client.post(
            "/api/v1/check-ins", json=body, headers=self.headers(member, path, roles)
        )


def check_ins(database: Database) -> list[dict[str, Any]]:
    with database.unit_of_work() as uow:
        return [dict(row._mapping) for row in uow.session.execute(text("SELECT * FROM check_ins"))]


def news(database: Database) -> list[dict[str, Any]]:
    """Everything the outbox has told, oldest first."""
    with database.unit_of_work() as uow:
        return list(uow.session.scalars(text("SELECT data FROM outbox ORDER BY id")))


def set_state(app: APIFlask, event: Event, state: str) -> None:
    with app.extensions["suite"].database.unit_of_work() as uow:
        uow.session.execute(
            text("UPDATE events SET state = :state, cancel_reason = :reason WHERE id = :id"),
            {"state": state, "reason": "雨" if state == "cancelled" else None, "id": event.id},
        )
        uow.session.execute(
            text("UPDATE event_sessions SET version = version + 1 WHERE event_id = :id"),
            {"id": event.id},
        )
        uow.commit()
