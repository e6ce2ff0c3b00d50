"""The process that simulates is killed in the middle: nothing stays behind, and it is done again."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import psutil
import pytest
from sqlalchemy import text

from services.points.rules.models import RuleSetRow
from services.points.simulations import service
from services.points.simulations.simulation import simulate
from shared.auth import Grant, Principal
from shared.database import Database
from shared.ids import new_id
from shared.jobs import JobRow, JobRunner
from shared.testing.plugin import ROOT
from tests.session import eventually

_RUN = """
import sys
from services.points.simulations.simulation import simulate
from shared.database import Database
from shared.jobs import JobRunner
if __name__ == "__main__":
    JobRunner(Database(sys.argv[1], batches=True), {"simulation": simulate}).run_once()
"""
SOMEBODY = Principal(new_id(), "管理员", "/city/", (Grant("city_admin", "/city/"),))


@pytest.fixture
def asked(
    city: Database, add_member: Callable[..., UUID], attend: Any, post: Callable[..., None]
) -> UUID:
    """A simulation that somebody has asked for."""
    post(attend(add_member()))
    with city.unit_of_work() as uow:
        row = uow.session.query(RuleSetRow).one()
        asked: dict[str, Any] = {"organisation_id": None, "from_": None, "to": None, "bands": [800]}
        simulation_id = service.request(uow, SOMEBODY, row.id, asked)
        uow.commit()
    return simulation_id


@pytest.fixture
def runner(city: Database, tmp_path: Any) -> Iterator[subprocess.Popen[bytes]]:
    script = tmp_path / "run.py"
    script.write_text(_RUN)
    process = subprocess.Popen(
        [sys.executable, str(script), city.url], env={"PYTHONPATH": str(ROOT)}
    )
    yield process
    process.kill()
    process.wait()


def test_a_killed_simulation_leaves_nothing_behind_and_is_done_by_the_next(
    city: Database, asked: UUID, runner: subprocess.Popen[bytes]
) -> None:
    def waiting() -> int:
        with city.unit_of_work() as uow:
            query = (
                "SELECT count(*) FROM pg_locks WHERE relation = 'facts'::regclass AND NOT granted"
            )
            return int(uow.session.scalar(text(query)) or 0)

    with city.unit_of_work() as uow:
        uow.session.execute(text("LOCK TABLE facts IN ACCESS EXCLUSIVE MODE"))
        eventually(waiting, bool, 60)
        workers = [p for p in psutil.Process(runner.pid).children() if "spawn_main" in _command(p)]
        assert workers
        runner.kill()
        runner.wait()
        gone, alive = psutil.wait_procs(workers, timeout=20)
        for process in alive:
            process.kill()
        assert (len(gone), alive) == (len(workers), [])
    assert state(city, asked).state == "running"
    assert JobRunner(city, {service.KIND: simulate}).run_once()
    done = state(city, asked)
    assert (done.state, done.result and done.result["members"]) == ("done", 1)


def state(database: Database, simulation_id: UUID) -> JobRow:
    with database.unit_of_work() as uow:
        return service.get(uow, SOMEBODY, simulation_id)


def _command(process: psutil.Process) -> str:
    return " ".join(process.cmdline())
