"""A system, a security and another security administrator, an auditor, a unit's administrator, a member."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pyotp
import pytest
from apiflask import APIFlask
from redis import Redis
from sqlalchemy import text
from werkzeug.test import TestResponse

from shared.clock import FixedClock
from shared.database import Database
from tests.gateway.conftest import PASSWORD, People

OFFICES = {
    "system": ("system_admin", "/city/"),
    "security": ("security_admin", "/city/"),
    "security2": ("security_admin", "/city/"),
    "auditor": ("auditor", "/city/"),
    "unit": ("unit_admin", "/city/u001/"),
}


def secret_of(username: str) -> str:
    return base64.b32encode(hashlib.sha256(username.encode()).digest()[:20]).decode()


@dataclass
class Office:
    """Those people, signed in as often as a test likes."""

    app: APIFlask
    database: Database
    clock: FixedClock
    redis: Redis
    people: People
    ids: dict[str, UUID] = field(default_factory=dict)
    tokens: dict[str, Any] = field(default_factory=dict)
    steps: dict[str, int] = field(default_factory=dict)

    def join(self, username: str, *roles: tuple[str, str], factor: bool = False) -> UUID:
        self.ids[username] = self.people.member(roles=list(roles))
        self.people.account(self.ids[username], username, secret_of(username) if factor else None)
        return self.ids[username]

    def sign_in(self, username: str, password: str = PASSWORD, **more: Any) -> TestResponse:
        """Sign in by password, with the next code of the authenticator where there is one."""
        body = {"username": username, "password": password}
        if username in OFFICES:
            step = self.steps.get(username, -1)
            self.steps[username] = step + 1
            at = self.clock.now() + timedelta(seconds=30 * step)
            body["totp"] = pyotp.TOTP(secret_of(username)).at(at)
        return self.app.test_client().post("/api/v1/auth/password", json=body | more)

    def bearer(self, username: str) -> dict[str, str]:
        if username not in self.tokens:
            answer = self.sign_in(username)
            assert answer.status_code == 200, answer.text
            self.tokens[username] = answer.json
        return {"Authorization": f"Bearer {self.tokens[username]['access_token']}"}

    def call(
        self, username: str, method: str, path: str, json: Any = None, **headers: str
    ) -> TestResponse:
        return self.app.test_client().open(
            f"/api/v1{path}",
            method=method,
            json=json,
            headers={**self.bearer(username), **headers},
        )

    def act(
        self, username: str, upon: str, what: str, method: str = "POST", json: Any = None
    ) -> Any:
        """Act upon somebody's account; return (status, code)."""
        body = {"reason": "手机遗失"} if what == "lock" and json is None else json
        answer = self.call(username, method, f"/accounts/{self.ids[upon]}/{what}", body)
        return answer.status_code, answer.json.get("code", "") if answer.data else ""

    def refresh(self, username: str) -> TestResponse:
        token = self.tokens[username]["refresh_token"]
        return self.app.test_client().post("/api/v1/auth/refresh", json={"refresh_token": token})

    def rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        with self.database.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(statement), values)]

    def log(self) -> list[tuple[UUID, str, int]]:
        """Who did what, in order; looking is left out."""
        return self.rows(
            "SELECT actor_id, action, status FROM audit_log WHERE action NOT LIKE 'GET %'"
            " ORDER BY id"
        )


@pytest.fixture
def office(
    app: APIFlask, database: Database, clock: FixedClock, redis_client: Redis, people: People
) -> Office:
    office = Office(app, database, clock, redis_client, people)
    for username, role in OFFICES.items():
        office.join(username, role, factor=True)
    office.join("member")
    return office


Act = Callable[..., Any]
