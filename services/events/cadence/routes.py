"""The branch calendar over HTTP."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response

from services.events.cadence import asking, duties, export, marks, permissions, service
from services.events.cadence.schemas import (
    CadenceOut,
    DutyIn,
    DutyOut,
    MarkIn,
    MarkOut,
    OfOrganisationIn,
    RuleIn,
    RuleOut,
    RulesOut,
    YearIn,
)
from services.events.study_hours.service import find
from shared.clock import local_day
from shared.documents import XLSX
from shared.web import (
    check_if_match,
    current_clock,
    current_principal,
    current_uow,
    etag,
    requires,
    transactional,
)
from shared.web.documents import WORKBOOK, send_document
from shared.web.problems import language

blueprint = APIBlueprint("cadence", __name__, url_prefix="/api/v1/cadence")

Answer = tuple[dict[str, Any], int, dict[str, str]]


@blueprint.get("")
@requires(permissions.CADENCE_READ)
@blueprint.input(OfOrganisationIn, location="query")
@blueprint.output(CadenceOut)
def get_cadence(query_data: dict[str, Any]) -> dict[str, Any]:
    """Read what the rules ask of an organisation in a year, and how it stands."""
    return _found(query_data)


@blueprint.get("/export")
@requires(permissions.CADENCE_READ)
@blueprint.input(OfOrganisationIn, location="query")
@blueprint.doc(responses=WORKBOOK)
def get_cadence_export(query_data: dict[str, Any]) -> Response:
    """Take the calendar away as a workbook."""
    found = _found(query_data)
    document = export.document(found, current_principal().name, current_clock().now(), language())
    return send_document(document, XLSX, f"cadence-{found['organisation'].code}-{found['year']}")


@blueprint.get("/rules")
@requires(permissions.CADENCE_RULES_READ)
@blueprint.input(YearIn, location="query")
@blueprint.output(RulesOut)
def get_rules(query_data: dict[str, Any]) -> dict[str, Any]:
    """List the rules: what each asks of a year, where it stands, who set it."""
    return {"items": asking.rules(current_uow(), _year(query_data))}


@blueprint.put("/rules/<code>")
@requires(permissions.CADENCE_RULES_SET)
@transactional
@blueprint.input(RuleIn)
@blueprint.output(RuleOut)
def put_rule(code: str, json_data: dict[str, Any]) -> Answer:
    """Set what a rule asks from a year on (If-Match: its `version`)."""
    uow = current_uow()
    check_if_match(asking.version_to_change(uow, code))
    shown = asking.put(uow, current_principal(), code, json_data["from_year"], json_data["figures"])
    return shown, 200, etag(shown["version"])


@blueprint.put("/<uuid:organisation_id>/marks/<code>")
@requires(permissions.CADENCE_KEEP)
@transactional
@blueprint.input(MarkIn)
@blueprint.output(MarkOut)
def put_mark(organisation_id: UUID, code: str, json_data: dict[str, Any]) -> Answer:
    """Note that an appraisal, a talk or a training is done, or not (If-Match: its `version`)."""
    uow, principal = current_uow(), current_principal()
    organisation = find(uow, organisation_id, lock=True)
    check_if_match(marks.version_of(uow, principal, organisation, code, json_data["year"]))
    shown = marks.put(uow, principal, organisation, code, **json_data)
    return shown, 200, etag(shown["version"])


@blueprint.put("/<uuid:organisation_id>/duties/<code>")
@requires(permissions.CADENCE_KEEP)
@transactional
@blueprint.input(DutyIn)
@blueprint.output(DutyOut)
def put_duty(organisation_id: UUID, code: str, json_data: dict[str, Any]) -> Answer:
    """Name who answers for a rule, and by which day it is wanted (If-Match: its `version`)."""
    uow, principal = current_uow(), current_principal()
    organisation = find(uow, organisation_id, lock=True)
    check_if_match(duties.version_of(uow, principal, organisation, code))
    shown = duties.name(uow, principal, organisation, code, **json_data).shown()
    return shown, 200, etag(shown["version"])


def _found(query: dict[str, Any]) -> dict[str, Any]:
    uow = current_uow()
    organisation = find(uow, query["organisation_id"])
    return service.of_organisation(uow, current_principal(), organisation, _year(query))


def _year(query: dict[str, Any]) -> int:
    return query["year"] or local_day(current_clock().now()).year
