"""A branch's year to report on, and asking for reports of it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from shared.database import Database
from shared.testing.plugin import TokenFor
from tests.points.city import BRANCH, join, unsound

Enlist = Callable[..., UUID]
Ask = Callable[..., Any]
SECRETARY = ("branch_secretary", "/city/u001/b0001/")
UNIT_ADMIN = ("unit_admin", "/city/u001/")
CITY_ADMIN = ("city_admin", "/city/")


@pytest.fixture
def belong(city: Database) -> Callable[..., None]:
    """Record where a member belonged from when to when."""

    def record(member: UUID, branch: UUID, since: str, until: str | None = None) -> None:
        with city.unit_of_work() as uow:
            uow.session.execute(
                text(
                    "INSERT INTO memberships (member_id, organisation_id, since, until)"
                    " VALUES (:member, :branch, CAST(:since AS timestamptz),"
                    " CAST(:until AS timestamptz))"
                ),
                {
                    "member": member,
                    "branch": branch,
                    "since": f"{since}T00:00+08:00",
                    "until": until and f"{until}T00:00+08:00",
                },
            )
            uow.commit()

    return record


@pytest.fixture
def enlist(city: Database, belong: Callable[..., None]) -> Enlist:
    """Add a member who belongs to a branch since a day."""

    def add(branch: UUID = BRANCH, since: str = "2026-01-01", **more: Any) -> UUID:
        member = join(city, branch, **more)
        belong(member, branch, since)
        return member

    return add


@pytest.fixture
def ask(client: FlaskClient, token_for: TokenFor) -> Ask:
    """Ask for a report with a role, the unit's administrator's unless said; return the answer."""

    def get(
        name: str,
        organisation: object,
        *,
        role: tuple[str, str] = UNIT_ADMIN,
        language: str = "zh",
        **query: Any,
    ) -> Any:
        return client.get(
            f"/api/v1/reports/{name}",
            query_string={"organisation_id": str(organisation), **query},
            headers={
                "Authorization": f"Bearer {token_for(roles=[role])}",
                "Accept-Language": language,
            },
        )

    return get


@pytest.fixture
def tables(ask: Ask) -> Callable[..., dict[str, list[dict[str, Any]]]]:
    """Ask for a report as json; return the rows of its tables by name."""

    def get(*args: Any, **query: Any) -> dict[str, list[dict[str, Any]]]:
        answer = ask(*args, **query)
        assert answer.status_code == 200, answer.text
        return {section["name"]: section["rows"] for section in answer.json["sections"]}

    return get


@pytest.fixture(autouse=True)
def _sound(database: Database) -> Any:
    """Whatever a test did through the ledger, the checker finds nothing."""
    yield
    with database.unit_of_work() as uow:
        assert unsound(uow) == []
