"""A service that imports fruit: the mechanism alone, without any slice's rules."""

import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from openpyxl import Workbook
from redis import Redis
from sqlalchemy import text
from werkzeug.test import TestResponse

from shared.auth import Permission, Principal, TokenVerifier
from shared.auth.keys import read_jwks
from shared.clock import FixedClock
from shared.database import Database, UnitOfWork
from shared.ids import new_id
from shared.imports import Check, Column, Kind, whole_number
from shared.imports.kinds import reach_of
from shared.imports.routes import imports_blueprint
from shared.imports.runner import ImportRunner
from shared.imports.tables import IMPORTS_V1_UP, IMPORTS_V2_UP
from shared.testing.plugin import MakeDatabase, TokenFor
from shared.text import Text
from shared.web import Suite, create_service

HEADINGS = ("名称*", "amount")
IMPORT = Permission("fruit.import", frozenset({"unit_admin", "city_admin"}))


def apply(uow: UnitOfWork, _principal: Principal, _import_id: UUID) -> Mapping[str, int]:
    rows = uow.session.execute(
        text("INSERT INTO fruit SELECT new_id, name, amount FROM staged RETURNING name")
    ).all()
    return {"created": len(rows)}


FRUIT = Kind(
    name="fruit",
    columns=(Column("name", "名称"), Column("amount", "数量", whole_number, required=False)),
    checks=(
        Check(
            "fruit_forbidden",
            "name",
            Text("「{value}」不收，请删去。", "“{value}” is not taken; remove it."),
            "SELECT row_number, name FROM staged WHERE name = 'durian'",
        ),
        Check(
            "out_of_reach",
            "name",
            Text("超出范围。", "Out of reach."),
            "SELECT row_number, name FROM staged WHERE NOT '/city/' = ANY(:reaches)",
        ),
    ),
    apply=apply,
    parameters=reach_of,
)


def xlsx(*rows: tuple[object, ...]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def send(
    client: FlaskClient,
    headers: Mapping[str, str],
    content: bytes,
    kind: str = "fruit",
    name: str = "水果.xlsx",
) -> TestResponse:
    return client.post(
        "/api/v1/imports",
        data={"kind": kind, "file": (io.BytesIO(content), name)},
        headers=headers,
    )


def read(client: FlaskClient, headers: Mapping[str, str], import_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = client.get(f"/api/v1/imports/{import_id}", headers=headers).json
    return answer


def fruit(database: Database) -> list[tuple[str, int | None]]:
    with database.unit_of_work() as uow:
        rows = uow.session.execute(text("SELECT name, amount FROM fruit ORDER BY name")).all()
        return [(row.name, row.amount) for row in rows]


@pytest.fixture
def database(make_database: MakeDatabase) -> Database:
    database = make_database("messaging")
    with database.unit_of_work() as uow:
        for statement in (
            *IMPORTS_V1_UP,
            *IMPORTS_V2_UP,
            "CREATE TABLE fruit (id uuid PRIMARY KEY, name text UNIQUE, amount integer)",
        ):
            uow.session.execute(text(statement))
        uow.commit()
    return database


@pytest.fixture
def client(
    database: Database, redis_client: Redis, public_keys: Path, clock: FixedClock
) -> Iterator[FlaskClient]:
    suite = Suite(
        "fruit", database, redis_client, TokenVerifier(read_jwks(public_keys)), clock, None
    )
    app: APIFlask = create_service(
        suite, [imports_blueprint("imports", "/api/v1/imports", [FRUIT], IMPORT)]
    )
    yield app.test_client()
    database.close()


@pytest.fixture
def runner(database: Database) -> ImportRunner:
    return ImportRunner(database, [FRUIT], IMPORT)


@pytest.fixture
def member_id() -> UUID:
    return new_id()


@pytest.fixture
def headers(token_for: TokenFor, member_id: UUID) -> dict[str, str]:
    token = token_for(member_id, "/city/", [("city_admin", "/city/")])
    return {"Authorization": f"Bearer {token}"}
