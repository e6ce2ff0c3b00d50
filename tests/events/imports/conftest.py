from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.events.catalogue.permissions import EVENTS_IMPORT
from services.events.imports import KINDS
from shared.clock import FixedClock
from shared.database import Database
from shared.imports.runner import ImportRunner
from shared.testing.plugin import TokenFor
from tests.events.city import City
from tests.events.imports.files import csv_of

Import = Callable[..., dict[str, Any]]


@pytest.fixture
def city(database: Database, clock: FixedClock) -> City:
    return City(database, clock)


@pytest.fixture
def attendance(client: FlaskClient, token_for: TokenFor, database: Database) -> Import:
    """Send rows as a file, let the worker take it, and return the finished import."""

    def run(
        rows: list[tuple[Any, ...]], *, by: tuple[str, str] = ("city_admin", "/city/"), **more: Any
    ) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token_for(roles=[by])}", "Accept-Language": "zh"}
        file = csv_of(rows, **more)
        sent = client.post(
            "/api/v1/event-imports",
            data={"kind": "attendance", "file": (file, "attendance.csv")},
            headers=headers,
        )
        assert sent.status_code == 202, sent.text
        assert ImportRunner(database, KINDS, EVENTS_IMPORT).run_once()
        answer = client.get(sent.headers["Location"], headers=headers)
        assert answer.status_code == 200, answer.text
        result: dict[str, Any] = answer.json
        return result

    return run
