"""Appeals over HTTP."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint

from services.points.adjustments.schemas import ReasonIn
from services.points.appeals import reading, service
from services.points.appeals.permissions import APPEALS_DECIDE, APPEALS_OWN
from services.points.appeals.schemas import (
    AppealDecisionIn,
    AppealDetailOut,
    AppealIn,
    AppealOut,
    AppealsQuery,
)
from shared.web import (
    after_id,
    current_principal,
    current_uow,
    page,
    page_of,
    requires,
    transactional,
)
from shared.web.problems import language

blueprint = APIBlueprint("appeals", __name__, url_prefix="/api/v1/appeals")

Json = dict[str, Any]


@blueprint.get("")
@requires(APPEALS_OWN)
@blueprint.input(AppealsQuery, location="query")
@blueprint.output(page_of(AppealOut))
def get_appeals(query_data: Json) -> Json:
    """List the own appeals, and those within one's reach; newest first."""
    limit, before = query_data["limit"], after_id(query_data["cursor"])
    rows = reading.page(current_uow(), current_principal(), query_data, before, limit + 1)
    return page(rows, limit, lambda row: [row["id"]])


@blueprint.post("")
@requires(APPEALS_OWN)
@transactional
@blueprint.input(AppealIn)
@blueprint.output(AppealDetailOut, status_code=201)
def post_appeal(json_data: Json) -> Json:
    """Appeal against an own entry or adjustment, or about what was never posted."""
    return _answer(service.lodge(current_uow(), current_principal(), json_data))


@blueprint.get("/<uuid:appeal_id>")
@requires(APPEALS_OWN)
@blueprint.output(AppealDetailOut)
def get_appeal(appeal_id: UUID) -> Json:
    """Read an appeal with its history."""
    return _answer(reading.read(current_uow(), current_principal(), appeal_id))


@blueprint.post("/<uuid:appeal_id>/decide")
@requires(APPEALS_DECIDE)
@transactional
@blueprint.input(AppealDecisionIn)
@blueprint.output(AppealDetailOut)
def post_decide(appeal_id: UUID, json_data: Json) -> Json:
    """Uphold an appeal with a remedy, or dismiss it."""
    return _answer(service.decide(current_uow(), current_principal(), appeal_id, json_data))


@blueprint.post("/<uuid:appeal_id>/escalate")
@requires(APPEALS_OWN)
@transactional
@blueprint.input(ReasonIn)
@blueprint.output(AppealDetailOut)
def post_escalate(appeal_id: UUID, json_data: Json) -> Json:
    """Take the own appeal one level up: it was dismissed, or is overdue."""
    return _answer(service.escalate(current_uow(), current_principal(), appeal_id, **json_data))


@blueprint.post("/<uuid:appeal_id>/withdraw")
@requires(APPEALS_OWN)
@transactional
@blueprint.output(AppealDetailOut)
def post_withdraw(appeal_id: UUID) -> Json:
    """Take the own appeal back."""
    return _answer(service.withdraw(current_uow(), current_principal(), appeal_id))


def _answer(shown: Json) -> Json:
    for entry in (*shown["about"], *shown["entries"]):
        entry["why"] = entry["why"].in_language(language())
    return shown
