"""Results over HTTP."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint

from services.events.catalogue.permissions import EVENTS_READ, EVENTS_RUN
from services.events.results import service
from services.events.results.models import ResultRow
from services.events.results.schemas import (
    ConfirmedOut,
    ConfirmIn,
    ResultIn,
    ResultOut,
    ResultPatch,
    ResultsIn,
    ResultsPage,
    WithdrawIn,
)
from shared.web import (
    after_id,
    check_if_match,
    current_principal,
    current_uow,
    etag,
    page,
    requires,
    transactional,
)

blueprint = APIBlueprint(
    "event_results", __name__, url_prefix="/api/v1/events/<uuid:event_id>/results"
)

Answer = tuple[ResultRow, int, dict[str, str]]


@blueprint.get("")
@requires(EVENTS_READ)
@blueprint.input(ResultsIn, location="query")
@blueprint.output(ResultsPage)
def get_results(event_id: UUID, query_data: dict[str, Any]) -> dict[str, Any]:
    """List an event's results; drafts are shown to those who run it."""
    limit, after = query_data["limit"], after_id(query_data["cursor"])
    rows = service.listing(current_uow(), current_principal(), event_id, after, limit)
    return page(rows, limit, lambda row: [row.id])


@blueprint.post("")
@requires(EVENTS_RUN)
@transactional
@blueprint.input(ResultIn)
@blueprint.output(ResultOut, status_code=201)
def post_result(event_id: UUID, json_data: dict[str, Any]) -> Answer:
    """Enter a result as a draft."""
    result = service.record(current_uow(), current_principal(), event_id, json_data)
    return result, 201, etag(result.version)


@blueprint.post("/confirm")
@requires(EVENTS_RUN)
@transactional
@blueprint.input(ConfirmIn)
@blueprint.output(ConfirmedOut)
def post_confirm_results(event_id: UUID, json_data: dict[str, Any]) -> dict[str, Any]:
    """Confirm drafts: points learn of them."""
    uow, principal = current_uow(), current_principal()
    return {"items": service.confirm(uow, principal, event_id, json_data["result_ids"])}


@blueprint.patch("/<uuid:result_id>")
@requires(EVENTS_RUN)
@transactional
@blueprint.input(ResultPatch)
@blueprint.output(ResultOut)
def patch_result(event_id: UUID, result_id: UUID, json_data: dict[str, Any]) -> Answer:
    """Put a result right; with a reason, once it is confirmed."""
    uow, principal = current_uow(), current_principal()
    event, result = service.get_to_change(uow, principal, event_id, result_id)
    check_if_match(result.version)
    changed = service.change(uow, principal, event, result, json_data)
    return changed, 200, etag(changed.version)


@blueprint.delete("/<uuid:result_id>")
@requires(EVENTS_RUN)
@transactional
@blueprint.output({}, status_code=204)
def delete_result(event_id: UUID, result_id: UUID) -> str:
    """Take a draft out."""
    service.remove(current_uow(), current_principal(), event_id, result_id)
    return ""


@blueprint.post("/<uuid:result_id>/withdraw")
@requires(EVENTS_RUN)
@transactional
@blueprint.input(WithdrawIn)
@blueprint.output(ResultOut)
def post_withdraw_result(event_id: UUID, result_id: UUID, json_data: dict[str, Any]) -> Answer:
    """Take a confirmed result back, with a reason."""
    uow, principal = current_uow(), current_principal()
    result = service.withdraw(uow, principal, event_id, result_id, json_data["reason"])
    return result, 200, etag(result.version)
