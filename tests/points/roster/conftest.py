"""A small city for the roster's tests, made through the doors that users have."""

import io
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from openpyxl import Workbook
from sqlalchemy import text
from werkzeug.test import TestResponse

from services.points.imports import IMPORTS, KINDS
from services.points.roster.bootstrap import bootstrap
from shared.database import Database
from shared.ids import new_id
from shared.imports.runner import ImportRunner
from shared.testing.plugin import TokenFor

Rows = Sequence[Sequence[object]]


def xlsx(rows: Rows) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@dataclass
class Caller:
    """Calls the API as one person."""

    client: FlaskClient
    token: str
    member_id: UUID

    def call(self, method: str, path: str, json: Any = None, **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.open(
            f"/api/v1{path}",
            method=method,
            json=json,
            headers={"Authorization": f"Bearer {self.token}", **named},
        )

    def get(self, path: str) -> TestResponse:
        return self.call("GET", path)

    def post(self, path: str, json: Any = None, **headers: str) -> TestResponse:
        return self.call("POST", path, json, **headers)

    def edit(self, path: str, changes: dict[str, Any]) -> TestResponse:
        """Read, then PATCH what was read."""
        tag = self.get(path).headers["ETag"]
        return self.call("PATCH", path, changes, If_Match=tag)

    def upload(self, kind: str, content: bytes, name: str = "file.xlsx") -> TestResponse:
        return self.client.post(
            "/api/v1/imports",
            data={"kind": kind, "file": (io.BytesIO(content), name)},
            headers={"Authorization": f"Bearer {self.token}"},
        )


@dataclass
class City:
    """City → u1 (branches b1 with group g1, b2), u2 (branch b3), and a cross-cutting group."""

    database: Database
    client: FlaskClient
    token_for: TokenFor
    admin: Caller
    ids: dict[str, UUID] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)

    def organisation(self, code: str, kind: str, parent: str) -> UUID:
        answer = self.admin.post(
            "/organisations",
            {"code": code, "name": f"组织{code}", "kind": kind, "parent_id": str(self.ids[parent])},
        )
        assert answer.status_code == 201, answer.text
        self.ids[code], self.paths[code] = UUID(answer.json["id"]), answer.json["path"]
        return self.ids[code]

    def member(self, member_no: str, branch: str, **fields: Any) -> UUID:
        body = {"member_no": member_no, "name": f"党员{member_no}", **fields}
        answer = self.admin.post("/members", {**body, "organisation_id": str(self.ids[branch])})
        assert answer.status_code == 201, answer.text
        return UUID(answer.json["id"])

    def caller(self, role: str, code: str, member_id: UUID | None = None) -> Caller:
        """Somebody signed in with one role at one organisation."""
        member_id = member_id or new_id()
        path = self.paths[code]
        return Caller(self.client, self.token_for(member_id, path, [(role, path)]), member_id)

    def outbox(self, kind: str) -> list[dict[str, Any]]:
        """Entries of all messages of a kind, in the order they were sent."""
        name = kind.split(".")[1].split("_", maxsplit=1)[0]
        with self.database.unit_of_work() as uow:
            query = text("SELECT data FROM outbox WHERE type = :kind ORDER BY id")
            return [e for data in uow.session.scalars(query, {"kind": kind}) for e in data[name]]

    def forget_outbox(self) -> None:
        with self.database.unit_of_work() as uow:
            uow.session.execute(text("DELETE FROM outbox"))
            uow.commit()

    def run_imports(self) -> None:
        runner = ImportRunner(self.database, KINDS, IMPORTS)
        while runner.run_once():
            pass

    def imported(self, kind: str, rows: Rows, caller: Caller | None = None) -> dict[str, Any]:
        """Import rows and return how it ended."""
        caller = caller or self.admin
        answer = caller.upload(kind, xlsx(rows))
        assert answer.status_code == 202, answer.text
        self.run_imports()
        result: dict[str, Any] = caller.get(f"/imports/{answer.json['id']}").json
        return result


def all_at_once(city: City, member_id: UUID, calls: Sequence[Callable[[], int]]) -> list[int]:
    """Return the statuses of calls that all wait for one member's row and are let go together.

    The row is held by another transaction until every call waits for it, so calls that read before
    they lock have all read the same by then.
    """
    waiting = text("""
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'
    """)
    with city.database.unit_of_work() as holder, ThreadPoolExecutor(len(calls)) as pool:
        holder.session.execute(
            text("SELECT 1 FROM members WHERE id = :id FOR UPDATE"), {"id": member_id}
        )
        running = [pool.submit(call) for call in calls]
        deadline = monotonic() + 10
        while monotonic() < deadline:
            with city.database.unit_of_work() as uow:
                if uow.session.scalar(waiting) == len(calls):
                    break
            sleep(0.01)
        holder.rollback()
        return sorted(call.result() for call in running)


@pytest.fixture
def city(database: Database, client: FlaskClient, token_for: TokenFor) -> City:
    with database.unit_of_work() as uow:
        admin = bootstrap(uow, code="city", name="工委", member_no="A1", member_name="管理员")
        root = uow.session.scalar(text("SELECT id FROM organisations"))
        uow.commit()
    caller = Caller(client, token_for(admin, "/city/", [("city_admin", "/city/")]), admin)
    city = City(database, client, token_for, caller, {"city": root}, {"city": "/city/"})
    for code, kind, parent in (
        ("u1", "unit", "city"),
        ("u2", "unit", "city"),
        ("b1", "branch", "u1"),
        ("b2", "branch", "u1"),
        ("b3", "branch", "u2"),
        ("g1", "group", "b1"),
        ("x1", "cross_cutting", "u1"),
    ):
        city.organisation(code, kind, parent)
    return city


Counts = Callable[[str], int]


@pytest.fixture
def count(database: Database) -> Counts:
    def of(table: str) -> int:
        with database.unit_of_work() as uow:
            return uow.session.scalar(text(f"SELECT count(*) FROM {table}")) or 0

    return of
