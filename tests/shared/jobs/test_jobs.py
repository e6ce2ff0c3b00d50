"""Long work: done once, told of while it lasts, given up on demand, free again when it dies."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from threading import Event, Thread
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from shared import jobs
from shared.auth import Principal
from shared.clock import FixedClock
from shared.database import Database
from shared.ids import new_id
from shared.jobs import Job, JobRunner
from shared.testing.plugin import ROOT, MakeDatabase
from tests.session import eventually

SOMEBODY = Principal(new_id(), "管理员", "/city/", ())


@pytest.fixture
def database(make_database: MakeDatabase) -> Database:
    return make_database("points")


def ask(database: Database, kind: str = "count", **parameters: Any) -> UUID:
    with database.unit_of_work() as uow:
        job_id = jobs.enqueue(uow, SOMEBODY, kind, parameters)
        uow.commit()
    return job_id


def look(database: Database, job_id: UUID, kind: str = "count") -> jobs.JobRow:
    with database.unit_of_work() as uow:
        found = jobs.get(uow, kind, job_id)
    assert found is not None
    return found


def count(job: Job) -> Mapping[str, Any]:
    for done in range(job.parameters["to"]):
        job.progress(done, job.parameters["to"])
    assert job.principal == SOMEBODY
    return {"counted": job.parameters["to"]}


def test_a_job_is_done_once_and_its_result_kept(database: Database, clock: FixedClock) -> None:
    job_id = ask(database, to=3)
    assert look(database, job_id).state == "queued"
    runner = JobRunner(database, {"count": count})
    assert (runner.run_once(), runner.run_once()) == (True, False)
    done = look(database, job_id)
    assert (done.state, done.result, done.done, done.total) == ("done", {"counted": 3}, 2, 3)
    assert done.finished_at == clock.now()
    with database.unit_of_work() as uow:
        assert jobs.get(uow, "other", job_id) is None


def test_of_two_runners_each_takes_its_own(database: Database) -> None:
    first, second = ask(database, to=1), ask(database, to=1)
    both, seen = Event(), list[UUID]()

    def slow(job: Job) -> Mapping[str, Any]:
        seen.append(job.id)
        if len(seen) == 2:
            both.set()
        assert both.wait(10), "the other runner found nothing"
        return {}

    threads = [Thread(target=JobRunner(database, {"count": slow}).run_once) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == [first, second]


def test_a_job_is_given_up_while_it_waits_and_while_it_works(database: Database) -> None:
    waiting = ask(database, to=1)
    with database.unit_of_work() as uow:
        jobs.cancel(uow, SOMEBODY, waiting)
        uow.commit()
    assert look(database, waiting).state == "cancelled"
    working = ask(database, to=1)

    def endless(job: Job) -> Mapping[str, Any]:
        with database.unit_of_work() as uow:
            jobs.cancel(uow, SOMEBODY, job.id)
            uow.commit()
        assert look(database, job.id).state == "running"
        job.progress(1, 2)
        return {}

    assert JobRunner(database, {"count": endless}).run_once()
    assert look(database, working).state == "cancelled"
    with database.unit_of_work() as uow:
        jobs.cancel(uow, SOMEBODY, working)
        uow.commit()
    assert look(database, working).state == "cancelled"


def test_what_fails_is_tried_three_times(database: Database) -> None:
    job_id = ask(database, to=1)
    tries = []

    def broken(job: Job) -> Mapping[str, Any]:
        tries.append(job.id)
        raise ValueError("broken")

    runner = JobRunner(database, {"count": broken})
    while runner.run_once():
        pass
    failed = look(database, job_id)
    assert (len(tries), failed.state, failed.result) == (3, "failed", None)


_DIES = """
import os, sys, time
from shared.database import Database
from shared.jobs import JobRunner

def stuck(job):
    job.progress(1, 2)
    time.sleep(60)

JobRunner(Database(sys.argv[1]), {"count": stuck}).run_once()
"""


def test_a_job_whose_process_was_killed_is_free_again(database: Database) -> None:
    job_id = ask(database, to=2)
    command = [sys.executable, "-c", _DIES, database.url]
    with subprocess.Popen(command, cwd=ROOT) as process:
        eventually(lambda: look(database, job_id).done, lambda done: done == 1, 30)
        assert not JobRunner(database, {"count": count}).run_once(), "it is the other's"
        os.kill(process.pid, signal.SIGKILL)
    eventually(JobRunner(database, {"count": count}).run_once, bool, 30)
    with database.unit_of_work() as uow:
        attempts = uow.session.scalar(text("SELECT attempts FROM jobs"))
    assert (look(database, job_id).state, attempts) == ("done", 2)
