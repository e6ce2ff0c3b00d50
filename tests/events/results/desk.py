"""Somebody who enters an event's results, and what is told of them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from werkzeug.test import TestResponse

from shared.database import Database
from tests.events.catalogue.people import Person

# The clock of the tests stands at nine.
ON = {"starts_at": "2026-11-23T08:30:00+08:00", "ends_at": "2026-11-23T11:00:00+08:00"}


class Desk:
    def __init__(self, person: Person, event_id: str, database: Database) -> None:
        self.person = person
        self.path = f"/events/{event_id}/results"
        self._database = database

    def as_(self, person: Person) -> "Desk":
        return Desk(person, self.path.split("/")[2], self._database)

    def enter(self, *members: UUID, **said: Any) -> TestResponse:
        body = {"kind": "prize", "level": "unit", "member_ids": [str(m) for m in members]} | said
        return self.person.post(self.path, body)

    def entered(self, *members: UUID, **said: Any) -> dict[str, Any]:
        answer = self.enter(*members, **said)
        assert answer.status_code == 201, answer.text
        result: dict[str, Any] = answer.json
        return result

    def confirm(self, *results: dict[str, Any]) -> TestResponse:
        ids = {"result_ids": [result["id"] for result in results]} if results else {}
        return self.person.post(f"{self.path}/confirm", ids)

    def confirmed(self, *members: UUID, **said: Any) -> dict[str, Any]:
        """Enter a result and confirm it; return it."""
        answer = self.confirm(self.entered(*members, **said))
        assert answer.status_code == 200, answer.text
        (result,) = answer.json["items"]
        assert result["state"] == "confirmed"
        found: dict[str, Any] = result
        return found

    def change(self, result: dict[str, Any], **changes: Any) -> TestResponse:
        match = {"If-Match": f'"{result["version"]}"'}
        if "member_ids" in changes:
            changes["member_ids"] = [str(member) for member in changes["member_ids"]]
        return self.person.send("PATCH", f"{self.path}/{result['id']}", changes, **match)

    def withdraw(self, result: dict[str, Any], reason: str = "录错") -> TestResponse:
        return self.person.post(f"{self.path}/{result['id']}/withdraw", {"reason": reason})

    def listed(self) -> list[dict[str, Any]]:
        answer = self.person.get(self.path)
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json["items"]
        return items

    def told(self) -> list[dict[str, Any]]:
        """Everything that has been told, oldest first."""
        with self._database.unit_of_work() as uow:
            return list(uow.session.scalars(text("SELECT data FROM outbox ORDER BY id")))

    def news(self, *fields: str) -> list[Sequence[Any]]:
        return [tuple(data[name] for name in fields) for data in self.told()]
