"""Works off the queue of jobs, one at a time."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import Connection, Row, text
from sqlalchemy.exc import OperationalError

from shared.auth import Principal
from shared.database import Database
from shared.imports.runner import read_principal

_log = logging.getLogger(__name__)

_IDLE_SECONDS: Final = 0.5
# A job that ended its runner this often is not tried again.
_ATTEMPTS: Final = 3

# The first key tells jobs from other advisory locks of the service.
_LOCKS: Final = 7_236_003
_QUEUED: Final = text("SELECT id FROM jobs WHERE state = 'queued' ORDER BY id")
_LOCK: Final = text("SELECT pg_try_advisory_lock(:space, hashtext(:id))")
_UNLOCK: Final = text("SELECT pg_advisory_unlock(:space, hashtext(:id))")
_START: Final = text("""
    UPDATE jobs SET attempts = attempts + 1, started_at = :now, done = 0, total = NULL
    WHERE id = :id AND state = 'queued' RETURNING kind, parameters, principal, attempts
""")
_PROGRESS: Final = text("""
    UPDATE jobs SET done = :done, total = :total WHERE id = :id RETURNING cancelled_by
""")
_FINISH: Final = text("""
    UPDATE jobs SET state = :state, finished_at = :now, result = CAST(:result AS jsonb)
    WHERE id = :id
""")


class Cancelled(Exception):  # noqa: N818 - somebody's wish, no error
    """Somebody asked that the job be given up."""


@dataclass(frozen=True)
class Job:
    """A job at work."""

    id: UUID
    parameters: Mapping[str, Any]
    principal: Principal | None
    database: Database

    def progress(self, done: int, total: int) -> None:
        """Tell how far it is.

        Raises:
            Cancelled: somebody asked to give it up.
        """
        values = {"id": self.id, "done": done, "total": total}
        with self.database.engine.begin() as connection:
            if connection.scalar(_PROGRESS, values) is not None:
                raise Cancelled


Work = Callable[[Job], Mapping[str, Any]]


class JobRunner:
    """Does queued jobs.

    Args:
        database: with no limit on the time of statements.
        kinds: what does a job of each kind, and returns its result as JSON can hold it.
    """

    def __init__(self, database: Database, kinds: Mapping[str, Work]) -> None:
        self._database = database
        self._kinds = kinds

    def run(self, stop: Event) -> None:
        """Work until told to stop; while the database is away, wait and try again."""
        pause = 0.0
        while not stop.wait(pause):
            try:
                pause = 0.0 if self.run_once() else _IDLE_SECONDS
            except OperationalError as error:
                _log.warning("jobs wait for the database: %s", error)
                pause = 2.0

    def run_once(self) -> bool:
        """Do one job; return whether there was one."""
        with self._database.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            for job_id in connection.scalars(_QUEUED).all():
                with _locked(connection, job_id) as mine:
                    values = {"id": job_id, "now": self._database.clock.now()}
                    if mine and (row := connection.execute(_START, values).one_or_none()):
                        self._do(connection, job_id, row)
                        return True
        return False

    def _do(self, connection: Connection, job_id: UUID, row: Row[Any]) -> None:
        principal = read_principal(row.principal) if row.principal else None
        job = Job(job_id, row.parameters, principal, self._database)
        state, result = "failed", None
        try:
            if row.attempts <= _ATTEMPTS:
                job.progress(0, 1)
                result = orjson.dumps(dict(self._kinds[row.kind](job))).decode()
                state = "done"
        except Cancelled:
            state = "cancelled"
        except OperationalError:
            raise
        except Exception:
            _log.exception("job %s failed, attempt %s", job_id, row.attempts)
            if row.attempts < _ATTEMPTS:
                return
        values = {"id": job_id, "state": state, "result": result}
        connection.execute(_FINISH, {**values, "now": self._database.clock.now()})


@contextmanager
def _locked(connection: Connection, job_id: UUID) -> Iterator[bool]:
    """Hold a job as long as this connection lives; tell whether it was free."""
    values = {"space": _LOCKS, "id": str(job_id)}
    mine = bool(connection.scalar(_LOCK, values))
    try:
        yield mine
    finally:
        if mine and not connection.invalidated:
            connection.execute(_UNLOCK, values)
