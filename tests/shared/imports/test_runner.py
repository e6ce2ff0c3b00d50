"""A file whose application fails, or kills its runner, is done by the next or given up whole."""

import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from time import monotonic, sleep
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from shared.auth import Principal
from shared.database import Database, UnitOfWork
from shared.imports import Kind
from shared.imports.runner import ImportRunner
from shared.testing.plugin import ROOT
from tests.shared.imports.conftest import FRUIT, HEADINGS, IMPORT, apply, fruit, read, send, xlsx


def broken(kind: Kind, times: int) -> Kind:
    """A kind whose application fails so many times after it has written."""
    failures = iter(range(times))

    def apply_and_fail(uow: UnitOfWork, principal: Principal, import_id: UUID) -> Mapping[str, int]:
        summary = apply(uow, principal, import_id)
        if next(failures, None) is not None:
            message = "the power went"
            raise RuntimeError(message)
        return summary

    return replace(kind, apply=apply_and_fail)


@pytest.mark.parametrize(("times", "state"), [(1, "done"), (2, "done"), (3, "failed")])
def test_what_fails_is_tried_again_and_leaves_nothing_half_done(
    client: FlaskClient, headers: dict[str, str], database: Database, times: int, state: str
) -> None:
    import_id = send(client, headers, xlsx(HEADINGS, ("苹果", 3))).json["id"]
    runner = ImportRunner(database, [broken(FRUIT, times)], IMPORT)
    while runner.run_once():
        pass
    assert read(client, headers, import_id)["state"] == state
    assert fruit(database) == ([("苹果", 3)] if state == "done" else [])


KILLED_WHILE_APPLYING = """
import os, signal, sys
from dataclasses import replace
from shared.database import Database
from shared.imports.runner import ImportRunner
from tests.shared.imports.conftest import FRUIT, IMPORT, apply

def apply_and_die(uow, principal, import_id):
    apply(uow, principal, import_id)
    os.kill(os.getpid(), signal.SIGKILL)

ImportRunner(Database(sys.argv[1]), [replace(FRUIT, apply=apply_and_die)], IMPORT).run_once()
"""


def test_a_runner_killed_while_it_applies_leaves_the_file_to_the_next(
    client: FlaskClient, headers: dict[str, str], runner: ImportRunner, database: Database
) -> None:
    import_id = send(client, headers, xlsx(HEADINGS, ("苹果", 3))).json["id"]
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_WHILE_APPLYING, database.url], check=False, cwd=ROOT
    )
    assert killed.returncode == -signal.SIGKILL
    assert fruit(database) == []
    assert read(client, headers, import_id)["state"] == "running"
    deadline = monotonic() + 10
    # The server notices within moments that its client is gone, and frees the row.
    while not runner.run_once() and monotonic() < deadline:
        sleep(0.05)
    assert read(client, headers, import_id)["state"] == "done"
    assert fruit(database) == [("苹果", 3)]


def test_a_file_that_keeps_killing_its_runner_is_given_up(
    client: FlaskClient, headers: dict[str, str], runner: ImportRunner, database: Database
) -> None:
    import_id = send(client, headers, xlsx(HEADINGS, ("苹果", 3))).json["id"]
    with database.unit_of_work() as uow:
        # What three killed runners leave behind.
        uow.session.execute(text("UPDATE import_progress SET attempts = 3"))
        uow.commit()
    assert runner.run_once()
    assert read(client, headers, import_id)["state"] == "failed"
    assert fruit(database) == []
