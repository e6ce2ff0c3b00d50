"""The points service's claims and imports, as its own tests drive them."""

import importlib.util
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from shared.database import Database
from shared.testing.plugin import ROOT
from tests.contracts.study.situations import Stage
from tests.points.claims.conftest import Branch, branch
from tests.points.conftest import app, city, client, database, storage
from tests.points.result_imports.conftest import desk
from tests.points.result_imports.desk import Desk

__all__ = ["app", "branch", "city", "client", "database", "desk", "stage", "storage"]


@pytest.fixture
def outbox_before_study() -> Callable[[Database], list[Any]]:
    """Forget what was told, run what the migration does, and return what it tells."""
    path = ROOT / "services/points/migrations/versions/0015_committee_and_study.py"
    spec = importlib.util.spec_from_file_location("migration", path)
    assert spec is not None
    assert spec.loader is not None
    migration = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(migration)

    def run(database: Database) -> list[Any]:
        with database.unit_of_work() as uow:
            for statement in (*migration.DOWN, *migration.UP):
                uow.session.execute(text(statement))
            query = "SELECT data FROM outbox WHERE stream = 'study' ORDER BY data ->> 'kind'"
            return list(uow.session.scalars(text(query)))

    return run


@pytest.fixture
def stage(city: Database, branch: Branch, desk: Desk) -> Stage:
    return Stage(city, branch, desk)
