"""Reports over HTTP: the file itself where it is short, a job where it is long."""

from typing import Any, Final

from apiflask import APIBlueprint
from flask import Response

from services.points.reports import member_year, permissions, service
from services.points.reports.schemas import DocumentOut, ReportIn, ReportKindsOut, YearIn
from shared.documents import FORMATS, JSON, Document
from shared.web import current_principal, current_uow, requires
from shared.web.documents import send_document
from shared.web.problems import language

blueprint = APIBlueprint("reports", __name__, url_prefix="/api/v1")

_BINARY: Final = {"type": "string", "format": "binary"}
_ANSWER: Final[dict[int | str, Any]] = {
    200: {
        "description": "The report, in the format asked for.",
        "content": {
            each.media_type: {"schema": DocumentOut if each is JSON else _BINARY}
            for each in FORMATS.values()
        },
    }
}


@blueprint.get("/reports")
@requires(permissions.REPORTS)
@blueprint.output(ReportKindsOut)
def get_reports() -> dict[str, Any]:
    """List the reports the asker may have, each with what it takes."""
    return {
        "items": [
            {
                "name": report.NAME,
                "title": report.TITLE.in_language(language()),
                "formats": report.FORMATS,
                "organisation_kinds": report.ORGANISATIONS,
                "longest_months": report.LONGEST_MONTHS,
            }
            for report in service.offered(current_principal())
        ]
    }


@blueprint.get("/reports/<name>")
@requires(permissions.REPORTS_READ)
@blueprint.input(ReportIn, location="query")
@blueprint.doc(responses=_ANSWER)
def get_report(name: str, query_data: dict[str, Any]) -> Response:
    """Make a report of an organisation and a span, in the language of the headings asked for."""
    document, filename = service.build(
        current_uow(), current_principal(), name, query_data, language()
    )
    return _written(service.short(document), query_data["format"], filename)


@blueprint.get("/me/year")
@requires(permissions.OWN_YEAR)
@blueprint.input(YearIn, location="query")
@blueprint.doc(responses=_ANSWER)
def get_my_year(query_data: dict[str, Any]) -> Response:
    """Take away the own year: every entry with its why."""
    member_id = current_principal().member_id
    document, filename = member_year.build(current_uow(), member_id, query_data["year"], language())
    return _written(document, query_data["format"], filename)


def _written(document: Document, name: str, filename: str) -> Response:
    return send_document(document, FORMATS[name], filename, as_attachment=name != "json")
