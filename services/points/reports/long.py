"""Long reports: asked for, made by the process of jobs, fetched."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from tempfile import TemporaryFile
from typing import Any, BinaryIO, Final, cast
from uuid import UUID

from services.points.reports import files, service
from shared import jobs
from shared.auth import Principal
from shared.database import UnitOfWork
from shared.documents import FORMATS, Document, Section, Value
from shared.errors import Conflict, NotFound
from shared.jobs import Job, JobRow, Work
from shared.storage import Storage
from shared.text import Text

KIND: Final = "report"
# So often is told how far it is, and asked whether it is still wanted.
_ROWS_BETWEEN: Final = 2_000


def request(uow: UnitOfWork, principal: Principal, asked: dict[str, Any], language: str) -> UUID:
    """Queue a report; return the job's id.

    Raises:
        Problem: what `service.check` refuses.
    """
    service.check(uow, principal, asked["name"], asked)
    return jobs.enqueue(uow, principal, KIND, {**asked, "language": language})


def get(uow: UnitOfWork, principal: Principal, job_id: UUID) -> JobRow:
    """Return one of the person's own jobs.

    Raises:
        NotFound: `report_job_unknown`, also where it is somebody else's.
    """
    job = jobs.get(uow, KIND, job_id)
    if job is None or job.created_by != principal.member_id:
        raise NotFound(
            "report_job_unknown",
            Text(
                "没有这个报表任务，请重新提交。", "There is no such job; ask for the report again."
            ),
        )
    return job


def page(uow: UnitOfWork, principal: Principal, before: UUID | None, limit: int) -> list[JobRow]:
    """Return the person's own jobs, newest first."""
    return jobs.page(uow, principal, KIND, before, limit)


def cancel(uow: UnitOfWork, principal: Principal, job_id: UUID) -> JobRow:
    """Give a job up; one that is done stays done."""
    get(uow, principal, job_id)
    jobs.cancel(uow, principal, job_id)
    return get(uow, principal, job_id)


def fetch(uow: UnitOfWork, storage: Storage, principal: Principal, job_id: UUID) -> files.Kept:
    """Return the file that one of the person's own jobs made.

    Raises:
        NotFound: `report_job_unknown`.
        Conflict: `report_job_unfinished`.
        Gone: `report_file_expired`.
        Unavailable: `storage_away`.
    """
    job = get(uow, principal, job_id)
    if job.state != "done":
        raise Conflict(
            "report_job_unfinished",
            Text(
                "报表没有完成，请等待完成，或重新提交。",
                "The report is not finished; wait until it is, or ask for it again.",
            ),
            extra={"state": job.state},
        )
    return files.fetch(uow, storage, job_id)


def work(storage: Storage) -> Work:
    """Return what makes a report, whatever its length, in the same little memory."""

    def make(job: Job) -> Mapping[str, Any]:
        asked = _read(job.parameters)
        principal = cast("Principal", job.principal)
        with cast("BinaryIO", TemporaryFile()) as file:
            with job.database.unit_of_work() as uow:
                document, filename = service.build(
                    uow, principal, asked["name"], asked, asked["language"]
                )
                FORMATS[asked["format"]].write(_told(document, job.progress), file)
            filename = f"{filename}.{asked['format']}"
            return {"size": files.keep(job.database, storage, job.id, filename, file)}

    return make


def _read(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was asked, as it was before it was stored."""
    days = {
        name: date.fromisoformat(parameters[name]) if parameters[name] else None
        for name in ("first", "last")
    }
    return {**parameters, **days, "organisation_id": UUID(parameters["organisation_id"])}


def _told(document: Document, tell: Callable[[int, int], None]) -> Document:
    """Return the document, telling while it is written how far that is."""
    total = sum(section.size() for section in document.sections if section.size)
    done = 0

    def counted(section: Section) -> Iterator[Sequence[Value]]:
        nonlocal done
        with section.read() as rows:
            for row in rows:
                if done % _ROWS_BETWEEN == 0:
                    tell(done, max(total, done))
                done += 1
                yield row
        tell(done, max(total, done))

    sections = [replace(section, rows=counted(section)) for section in document.sections]
    return replace(document, sections=sections)
