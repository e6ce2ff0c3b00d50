"""People of the small city, and what they send."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shared.ids import new_id
from shared.testing.plugin import TokenFor
from tests.events.city import City

Role = tuple[str, str]


class Person:
    """Somebody signed in, who stays so however late it gets."""

    def __init__(self, client: FlaskClient, token: Callable[[], str], member_id: UUID) -> None:
        self._client = client
        self._token = token
        self.id = member_id

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        own = {"Authorization": f"Bearer {self._token()}", "Accept-Language": "en"}
        return self._client.open(f"/api/v1{path}", method=method, json=body, headers=own | headers)

    def get(self, path: str) -> TestResponse:
        return self.send("GET", path)

    def post(self, path: str, body: Any = None) -> TestResponse:
        return self.send("POST", path, body)

    def patch(self, event_id: str, body: Any, version: int = 1, at: str = "") -> TestResponse:
        match = {"If-Match": f'"{version}"'}
        return self.send("PATCH", f"/events/{event_id}{at}", body, **match)

    def sees(self, **filters: Any) -> list[str]:
        """Return the titles of the events listed."""
        query = "&".join(f"{name}={value}" for name, value in filters.items())
        answer = self.get(f"/events?{query}")
        assert answer.status_code == 200, answer.text
        return [event["title"] for event in answer.json["items"]]


class People:
    def __init__(self, client: FlaskClient, token_for: TokenFor, city: City) -> None:
        self._client = client
        self._token_for = token_for
        self._city = city

    def person(
        self, *roles: Role, path: str = "/city/u1/b1/", member_id: UUID | None = None
    ) -> Person:
        identity = member_id or new_id()
        token = partial(self._token_for, identity, path, list(roles))
        return Person(self._client, token, identity)

    def secretary(self, path: str = "/city/u1/b1/") -> Person:
        return self.person(("branch_secretary", path), path=path)

    def event(self, at: str = "/city/u1/b1/", **changes: Any) -> dict[str, Any]:
        """Return the body of an ordinary lecture, tomorrow afternoon."""
        fields = {
            "title": "党课",
            "category": "lecture",
            "organisation_id": str(self._city.organisations[at]),
            "starts_at": "2026-11-24T14:00:00+08:00",
            "ends_at": "2026-11-24T16:00:00+08:00",
        }
        return fields | changes

    def made(self, by: Person, at: str = "/city/u1/b1/", **changes: Any) -> dict[str, Any]:
        """Let somebody make an event and return it."""
        answer = by.post("/events", self.event(at, **changes))
        assert answer.status_code == 201, answer.text
        event: dict[str, Any] = answer.json
        return event

    def published(self, by: Person, at: str = "/city/u1/b1/", **changes: Any) -> dict[str, Any]:
        answer = by.post(f"/events/{self.made(by, at, **changes)['id']}/publish")
        assert answer.status_code == 200, answer.text
        event: dict[str, Any] = answer.json
        return event


def refused(answer: TestResponse, status: int, code: str) -> None:
    """Assert a problem document that says what to do."""
    assert (answer.status_code, answer.json.get("code")) == (status, code), answer.text
    assert answer.mimetype == "application/problem+json"
    assert len(answer.json["detail"]) > 10
