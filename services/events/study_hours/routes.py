"""Study hours over HTTP."""

from typing import Any

from apiflask import APIBlueprint
from flask import Response

from services.events.study_hours import export, permissions, service
from services.events.study_hours.schemas import (
    MyStudyHoursOut,
    OfOrganisationIn,
    StudyHoursOut,
    YearIn,
)
from shared.clock import local_day
from shared.documents import XLSX
from shared.web import current_clock, current_principal, current_uow, requires
from shared.web.documents import WORKBOOK, send_document
from shared.web.problems import language

blueprint = APIBlueprint("study_hours", __name__, url_prefix="/api/v1")


@blueprint.get("/me/study-hours")
@requires(permissions.STUDY_HOURS_OWN)
@blueprint.input(YearIn, location="query")
@blueprint.output(MyStudyHoursOut)
def get_my_study_hours(query_data: dict[str, Any]) -> dict[str, Any]:
    """Read the own study hours of a year, and what they are made of."""
    return service.own(current_uow(), current_principal().member_id, _year(query_data))


@blueprint.get("/study-hours")
@requires(permissions.STUDY_HOURS_READ)
@blueprint.input(OfOrganisationIn, location="query")
@blueprint.output(StudyHoursOut)
def get_study_hours(query_data: dict[str, Any]) -> dict[str, Any]:
    """Read an organisation's study hours: a branch's committee by member, those above counts."""
    return _found(query_data)


@blueprint.get("/study-hours/export")
@requires(permissions.STUDY_HOURS_READ)
@blueprint.input(OfOrganisationIn, location="query")
@blueprint.doc(responses=WORKBOOK)
def get_study_hours_export(query_data: dict[str, Any]) -> Response:
    """Take an organisation's study hours away as a workbook."""
    found = _found(query_data)
    document = export.document(found, current_principal().name, current_clock().now(), language())
    return send_document(
        document, XLSX, f"study-hours-{found['organisation'].code}-{found['year']}"
    )


def _found(query: dict[str, Any]) -> dict[str, Any]:
    return service.of_organisation(
        current_uow(), current_principal(), query["organisation_id"], _year(query)
    )


def _year(query: dict[str, Any]) -> int:
    return query["year"] or local_day(current_clock().now()).year
