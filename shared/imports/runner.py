"""Works off the queue of imports: one file at a time, each in one transaction.

The job's row stays locked from its start to its commit, so no two runners take the same one, and a
runner that dies leaves a job that is simply still queued. Progress goes through a connection of its
own, since nobody could see it otherwise before the end.
"""

import logging
from collections.abc import Callable, Sequence
from threading import Event
from typing import Any, Final, cast
from uuid import UUID

import orjson
import psycopg
from sqlalchemy import Row, text
from sqlalchemy.exc import OperationalError

from shared.auth import Grant, Permission, Principal
from shared.clock import local_day
from shared.crash import crash_point
from shared.database import Database, UnitOfWork
from shared.errors import Problem
from shared.imports import changes
from shared.imports.kinds import Check, Kind, Summary
from shared.imports.staging import stage

_log = logging.getLogger(__name__)

_IDLE_SECONDS: Final = 0.5
# A file that ended its runner this often is not tried again.
_ATTEMPTS: Final = 3

# NO KEY: readers of progress and errors refer to this row meanwhile.
_TAKE = text("""
    SELECT id, kind, principal, content, mode, undo_reason, summary FROM imports
    WHERE state = 'queued'
    ORDER BY id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
""")
_START = text("""
    UPDATE import_progress SET attempts = attempts + 1, processed_rows = 0, total_rows = NULL
    WHERE import_id = :id RETURNING attempts
""")
_PROGRESS = text("""
    UPDATE import_progress SET total_rows = :total, processed_rows = :done WHERE import_id = :id
""")
_FINISH = text("""
    UPDATE imports SET state = :state, summary = CAST(:summary AS jsonb), finished_at = :now,
        content = CASE WHEN :state = 'previewed' THEN content END,
        mode = CASE WHEN :state = 'done' THEN 'apply' ELSE mode END,
        undone_by = CASE WHEN :state = 'undone' THEN undone_by END,
        undo_reason = CASE WHEN :state = 'undone' THEN undo_reason END
    WHERE id = :id
""")
_UNDO_FAILED = text("""
    INSERT INTO import_errors (import_id, row_number, "column", code, value)
    VALUES (:id, 1, '', 'undo_failed', '') ON CONFLICT DO NOTHING
""")


class ImportRunner:
    """Applies queued imports.

    Args:
        database: with no limit on the time of statements.
        kinds: what this service imports.
        permission: what importing asks for; says how far the importer reaches.
    """

    def __init__(self, database: Database, kinds: Sequence[Kind], permission: Permission) -> None:
        self._database = database
        self._kinds = {kind.name: kind for kind in kinds}
        self._permission = permission

    def run(self, stop: Event) -> None:
        """Work until told to stop; while the database is away, wait and try again."""
        pause = 0.0
        while not stop.wait(pause):
            try:
                pause = 0.0 if self.run_once() else _IDLE_SECONDS
            except (OperationalError, psycopg.OperationalError) as error:
                _log.warning("imports wait for the database: %s", error)
                pause = 2.0

    def run_once(self) -> bool:
        """Work off one import; return whether there was one."""
        with self._database.unit_of_work() as uow:
            job = uow.session.execute(_TAKE).one_or_none()
            if job is None:
                return False
            attempts = self._alone(_START, {"id": job.id})
            state: str = "failed"
            summary: Summary = {}
            try:
                if attempts <= _ATTEMPTS:
                    state, summary = self._work_off(uow, job)
            except (OperationalError, psycopg.OperationalError):
                raise
            except Exception:
                # The service's fault or a conflict with a change made meanwhile, never the file's.
                _log.exception("import %s failed, attempt %s", job.id, attempts)
                uow.rollback()
                if attempts < _ATTEMPTS:
                    return True
            if state == "failed" and job.mode == "undo":
                # It stands as it stood, and may be undone another time.
                state, summary = "done", job.summary
                uow.session.execute(_UNDO_FAILED, {"id": job.id})
            self._finish(uow, job.id, state, summary)
        return True

    def _work_off(self, uow: UnitOfWork, job: Row[Any]) -> tuple[str, Summary]:
        if job.mode != "undo":
            return self._apply(uow, job)
        try:
            return "undone", {**job.summary, **self._undo(uow, job)}
        except Problem as problem:
            # It came up after the person had been told that nothing stands in the way.
            _log.info("import %s cannot be undone: %s", job.id, problem.code)
            uow.rollback()
            return "failed", {}

    def _undo(self, uow: UnitOfWork, job: Row[Any]) -> Summary:
        kind = self._kinds[job.kind]
        if kind.undo is None:
            return {}
        if kind.lock is not None:
            kind.lock(uow)
        return kind.undo(uow, job.id, job.undo_reason)

    def _apply(self, uow: UnitOfWork, job: Row[Any]) -> tuple[str, Summary]:
        kind, principal = self._kinds[job.kind], read_principal(job.principal)
        raw = cast("psycopg.Connection[Any]", uow.session.connection().connection.driver_connection)
        stage(raw, job.id, kind, job.content, self._teller(job.id))
        if kind.lock is not None:
            kind.lock(uow)
        parameters = {
            "today": local_day(uow.clock.now()),
            **kind.parameters(principal, kind.permission or self._permission),
        }
        for check in kind.checks:
            _run_check(uow, job.id, check, parameters)
        bad = uow.session.scalar(
            text("SELECT count(DISTINCT row_number) FROM import_errors WHERE import_id = :id"),
            {"id": job.id},
        )
        if bad:
            return "refused", {"bad_rows": bad}
        crash_point("import_before_apply")
        if job.mode == "apply":
            return "done", kind.apply(uow, principal, job.id)
        if kind.changes is not None:
            changes.note(uow, job.id, kind.changes, parameters)
        # What it would do is what it does, taken back.
        with uow.rehearsal():
            return "previewed", kind.apply(uow, principal, job.id)

    def _finish(self, uow: UnitOfWork, import_id: UUID, state: str, summary: object) -> None:
        uow.session.execute(
            _FINISH,
            {
                "id": import_id,
                "state": state,
                "summary": orjson.dumps(summary).decode(),
                "now": uow.clock.now(),
            },
        )
        crash_point("import_before_commit")
        uow.commit()
        crash_point("import_after_commit")

    def _teller(self, import_id: UUID) -> Callable[[int | None, int], None]:
        def tell(total: int | None, done: int) -> None:
            self._alone(_PROGRESS, {"id": import_id, "total": total, "done": done})

        return tell

    def _alone(self, statement: Any, values: dict[str, object]) -> Any:
        """Run one statement in a transaction of its own."""
        with self._database.engine.begin() as connection:
            result = connection.execute(statement, values)
            return result.scalar() if result.returns_rows else None


def write_principal(principal: Principal) -> dict[str, object]:
    """Return who imports, as stored with the job."""
    return {
        "member_id": str(principal.member_id),
        "name": principal.name,
        "path": principal.organisation_path,
        "grants": [[grant.role, grant.path] for grant in principal.grants],
    }


def read_principal(stored: dict[str, Any]) -> Principal:
    """Return who imports, with the roles held when the file was sent."""
    grants = tuple(Grant(role, path) for role, path in stored["grants"])
    return Principal(UUID(stored["member_id"]), stored["name"], stored["path"], grants)


def _run_check(uow: UnitOfWork, import_id: UUID, check: Check, parameters: Any) -> None:
    # The query is a constant of the service; no input is part of it.
    statement = text(f"""
        INSERT INTO import_errors (import_id, row_number, "column", code, value)
        SELECT :import_id, found.row_number, :column, :code, coalesce(left(found.value, 60), '')
        FROM ({check.query}) AS found (row_number, value)
        ON CONFLICT DO NOTHING
    """)  # noqa: S608
    uow.session.execute(
        statement,
        {"import_id": import_id, "column": check.column, "code": check.code, **parameters},
    )
