"""Long reports over HTTP."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response

from services.points.reports import files, long, permissions
from services.points.reports.schemas import ReportJobIn, ReportJobOut, ReportJobsPage
from shared.documents import FORMATS
from shared.jobs import JobRow
from shared.web import (
    CursorIn,
    after_id,
    current_principal,
    current_suite,
    current_uow,
    page,
    requires,
    transactional,
)
from shared.web.problems import language

blueprint = APIBlueprint("report_jobs", __name__, url_prefix="/api/v1/report-jobs", tag="reports")


@blueprint.post("")
@requires(permissions.REPORTS)
@transactional
@blueprint.input(ReportJobIn)
@blueprint.output(ReportJobOut, status_code=202)
def post_report_job(json_data: dict[str, Any]) -> tuple[object, int, dict[str, str]]:
    """Ask for a report of any length; its headings are in the language asked in."""
    uow, principal = current_uow(), current_principal()
    job_id = long.request(uow, principal, json_data, language())
    location = {"Location": f"/api/v1/report-jobs/{job_id}"}
    return _shown(long.get(uow, principal, job_id)), 202, location


@blueprint.get("")
@requires(permissions.REPORTS)
@blueprint.input(CursorIn, location="query")
@blueprint.output(ReportJobsPage)
def get_report_jobs(query_data: dict[str, Any]) -> dict[str, object]:
    """List the own jobs, newest first; their files are kept for seven days."""
    limit, before = query_data["limit"], after_id(query_data["cursor"])
    rows = long.page(current_uow(), current_principal(), before, limit + 1)
    result = page(rows, limit, lambda job: [job.id])
    return {**result, "items": _all_shown(rows[:limit])}


@blueprint.get("/<uuid:job_id>")
@requires(permissions.REPORTS)
@blueprint.output(ReportJobOut)
def get_report_job(job_id: UUID) -> dict[str, Any]:
    """How far an own job is: rows written, of how many."""
    return _shown(long.get(current_uow(), current_principal(), job_id))


@blueprint.post("/<uuid:job_id>/cancel")
@requires(permissions.REPORTS)
@transactional
@blueprint.output(ReportJobOut)
def post_cancel(job_id: UUID) -> dict[str, Any]:
    """Give an own job up; one that is done stays done."""
    return _shown(long.cancel(current_uow(), current_principal(), job_id))


@blueprint.get("/<uuid:job_id>/file")
@requires(permissions.REPORTS)
@blueprint.doc(responses={200: "The file."})
def get_file(job_id: UUID) -> Response:
    """Fetch what an own job made; it is kept for seven days."""
    storage = current_suite().settings.storage
    kept = long.fetch(current_uow(), storage, current_principal(), job_id)
    response = Response(kept.parts, mimetype=FORMATS[kept.format].media_type)
    response.content_length = kept.size
    response.headers["Content-Disposition"] = f'attachment; filename="{kept.filename}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _shown(job: JobRow) -> dict[str, Any]:
    return _all_shown([job])[0]


def _all_shown(jobs: Sequence[JobRow]) -> list[dict[str, Any]]:
    kept = files.find(current_uow(), [job.id for job in jobs if job.state == "done"])
    return [
        {
            "id": job.id,
            "name": job.parameters["name"],
            "organisation_id": job.parameters["organisation_id"],
            "format": job.parameters["format"],
            "state": job.state,
            "done": job.done,
            "total": job.total,
            "size": kept[job.id].size if job.id in kept else None,
            "expires_at": kept[job.id].expires_at if job.id in kept else None,
            "created_at": job.created_at,
            "finished_at": job.finished_at,
        }
        for job in jobs
    ]
