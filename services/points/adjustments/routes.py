"""Adjustments over HTTP."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint

from services.points.adjustments import service
from services.points.adjustments.permissions import ADJUSTMENTS_DECIDE, ADJUSTMENTS_READ
from services.points.adjustments.schemas import (
    AdjustmentDetailOut,
    AdjustmentIn,
    AdjustmentOut,
    AdjustmentsQuery,
    ReasonIn,
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

blueprint = APIBlueprint("adjustments", __name__, url_prefix="/api/v1/adjustments")

Json = dict[str, Any]


@blueprint.get("")
@requires(ADJUSTMENTS_READ)
@blueprint.input(AdjustmentsQuery, location="query")
@blueprint.output(page_of(AdjustmentOut))
def get_adjustments(query_data: Json) -> Json:
    """List adjustments: about oneself, and those within one's reach; newest first."""
    limit, before = query_data["limit"], after_id(query_data["cursor"])
    rows = service.page(current_uow(), current_principal(), query_data, before, limit + 1)
    return page(rows, limit, lambda row: [row["id"]])


@blueprint.post("")
@requires(ADJUSTMENTS_DECIDE)
@transactional
@blueprint.input(AdjustmentIn)
@blueprint.output(AdjustmentDetailOut, status_code=201)
def post_adjustment(json_data: Json) -> Json:
    """Propose an adjustment; a second person decides."""
    return _answer(service.propose(current_uow(), current_principal(), **json_data))


@blueprint.get("/<uuid:adjustment_id>")
@requires(ADJUSTMENTS_READ)
@blueprint.output(AdjustmentDetailOut)
def get_adjustment(adjustment_id: UUID) -> Json:
    """Read an adjustment: what the ledger would gain, or what it gained."""
    return _answer(service.read(current_uow(), current_principal(), adjustment_id))


@blueprint.post("/<uuid:adjustment_id>/approve")
@requires(ADJUSTMENTS_DECIDE)
@transactional
@blueprint.output(AdjustmentDetailOut)
def post_approve(adjustment_id: UUID) -> Json:
    """Approve what somebody else has proposed: it is posted at once."""
    return _answer(service.approve(current_uow(), current_principal(), adjustment_id))


@blueprint.post("/<uuid:adjustment_id>/reject")
@requires(ADJUSTMENTS_DECIDE)
@transactional
@blueprint.input(ReasonIn)
@blueprint.output(AdjustmentDetailOut)
def post_reject(adjustment_id: UUID, json_data: Json) -> Json:
    """Turn down what somebody else has proposed."""
    return _answer(service.reject(current_uow(), current_principal(), adjustment_id, **json_data))


@blueprint.post("/<uuid:adjustment_id>/withdraw")
@requires(ADJUSTMENTS_DECIDE)
@transactional
@blueprint.output(AdjustmentDetailOut)
def post_withdraw(adjustment_id: UUID) -> Json:
    """Take an own proposal back."""
    return _answer(service.withdraw(current_uow(), current_principal(), adjustment_id))


@blueprint.post("/<uuid:adjustment_id>/reverse")
@requires(ADJUSTMENTS_DECIDE)
@transactional
@blueprint.input(ReasonIn)
@blueprint.output(AdjustmentDetailOut, status_code=201)
def post_reverse(adjustment_id: UUID, json_data: Json) -> Json:
    """Propose to undo an approved adjustment; a second person decides."""
    return _answer(service.reverse(current_uow(), current_principal(), adjustment_id, **json_data))


def _answer(shown: Json) -> Json:
    for entry in (*shown["entries"], *(shown["forecast"] or ())):
        entry["why"] = entry["why"].in_language(language())
    return shown
