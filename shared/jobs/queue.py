"""Jobs as people see them: asked for, looked at, cancelled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import text

from shared.auth import Principal
from shared.database import UnitOfWork
from shared.ids import new_id
from shared.imports.runner import write_principal

_PUT: Final = text("""
    INSERT INTO jobs (id, kind, parameters, principal, created_by, created_at)
    VALUES (:id, :kind, CAST(:parameters AS jsonb), CAST(:principal AS jsonb), :by, :now)
""")
_JOBS: Final = """
    SELECT id, kind, parameters, created_by, created_at, finished_at, done, total, result,
        CASE WHEN state = 'queued' AND started_at IS NOT NULL THEN 'running' ELSE state END AS state
    FROM jobs WHERE kind = :kind
"""
_SOME: Final = text(_JOBS + " AND id = ANY(:ids) ORDER BY id DESC")
_PAGE: Final = text(
    _JOBS + " AND created_by = :by AND (CAST(:before AS uuid) IS NULL OR id < :before)"
    " ORDER BY id DESC LIMIT :limit"
)
_CANCEL: Final = text("""
    UPDATE jobs SET cancelled_by = :by,
        state = CASE WHEN started_at IS NULL THEN 'cancelled' ELSE state END,
        finished_at = CASE WHEN started_at IS NULL THEN CAST(:now AS timestamptz) END
    WHERE id = :id AND state = 'queued'
""")


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job as it stands; `state` is queued, running, done, failed or cancelled."""

    id: UUID
    kind: str
    parameters: dict[str, Any]
    created_by: UUID | None
    created_at: datetime
    finished_at: datetime | None
    done: int
    total: int | None
    result: dict[str, Any] | None
    state: str


def enqueue(
    uow: UnitOfWork, principal: Principal | None, kind: str, parameters: Mapping[str, Any]
) -> UUID:
    """Ask for some work; nobody in particular asks when `principal` is None."""
    job_id = new_id()
    stored = write_principal(principal) if principal else None
    uow.session.execute(
        _PUT,
        {
            "id": job_id,
            "kind": kind,
            "parameters": orjson.dumps(parameters).decode(),
            "principal": orjson.dumps(stored).decode() if stored else None,
            "by": principal.member_id if principal else None,
            "now": uow.clock.now(),
        },
    )
    return job_id


def get(uow: UnitOfWork, kind: str, job_id: UUID) -> JobRow | None:
    """Return a job of a kind, or None."""
    return next(iter(get_some(uow, kind, [job_id])), None)


def get_some(uow: UnitOfWork, kind: str, job_ids: Sequence[UUID]) -> list[JobRow]:
    """Return those of some jobs that are of a kind, newest first."""
    rows = uow.session.execute(_SOME, {"ids": job_ids, "kind": kind})
    return [JobRow(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name for it


def page(
    uow: UnitOfWork, principal: Principal, kind: str, before: UUID | None, limit: int
) -> list[JobRow]:
    """Return the person's own jobs of a kind, newest first."""
    values = {"kind": kind, "by": principal.member_id, "before": before, "limit": limit}
    rows = uow.session.execute(_PAGE, values)
    return [JobRow(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name for it


def cancel(uow: UnitOfWork, principal: Principal, job_id: UUID) -> None:
    """Ask that a job be given up; one that is done stays done."""
    values = {"id": job_id, "by": principal.member_id, "now": uow.clock.now()}
    uow.session.execute(_CANCEL, values)
