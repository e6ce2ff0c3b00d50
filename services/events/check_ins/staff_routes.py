"""Check-ins by staff, and what they put right afterwards, over HTTP."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response

from services.events.check_ins import corrections, permissions, staff
from services.events.check_ins.answers import json_of, of_staff
from services.events.check_ins.present import show_row
from services.events.check_ins.refusals import Refusal
from services.events.check_ins.schemas import (
    CheckInOut,
    ListIn,
    ListOut,
    ReasonIn,
    SeenOut,
    TickIn,
)
from shared.web import current_principal, current_suite, current_uow, requires, transactional

blueprint = APIBlueprint("check_ins_by_staff", __name__, url_prefix="/api/v1", tag="check_ins")


@blueprint.post("/events/<uuid:event_id>/check-ins")
@requires(permissions.CHECK_INS_HANDLE)
@transactional
@blueprint.input(TickIn)
@blueprint.output(SeenOut, status_code=201)
@blueprint.doc(responses={200: "Already here by an earlier scan (`already`)."})
def post_tick(event_id: UUID, json_data: dict[str, Any]) -> Response:
    """Scan a member's pass, or tick a name with a reason: equal to a scan in every way."""
    key: bytes = current_suite().settings.code_key
    return of_staff(staff.admit(current_uow(), current_principal(), key, event_id, json_data))


@blueprint.post("/events/<uuid:event_id>/check-ins/bulk")
@requires(permissions.CHECK_INS_HANDLE)
@transactional
@blueprint.input(ListIn)
@blueprint.output(ListOut)
def post_list(event_id: UUID, json_data: dict[str, Any]) -> dict[str, Any]:
    """Check in whoever signed a paper list: all, or nobody if the roster lacks one of them."""
    listed = staff.take_list(current_uow(), current_principal(), event_id, json_data)
    if isinstance(listed, Refusal):
        raise listed.to_problem()
    return {"items": listed}


@blueprint.post("/check-ins/<uuid:check_in_id>/annul")
@requires(permissions.CHECK_INS_HANDLE)
@transactional
@blueprint.input(ReasonIn)
@blueprint.output(CheckInOut)
def post_annul(check_in_id: UUID, json_data: dict[str, Any]) -> Response:
    """Take a check-in back, with a reason."""
    reason = json_data["reason"]
    return _corrected(corrections.annul(current_uow(), current_principal(), check_in_id, reason))


@blueprint.post("/check-ins/<uuid:check_in_id>/restore")
@requires(permissions.CHECK_INS_HANDLE)
@transactional
@blueprint.input(ReasonIn)
@blueprint.output(CheckInOut)
def post_restore(check_in_id: UUID, json_data: dict[str, Any]) -> Response:
    """Let an annulled check-in count again, with a reason."""
    reason = json_data["reason"]
    return _corrected(corrections.restore(current_uow(), current_principal(), check_in_id, reason))


@blueprint.post("/check-ins/<uuid:check_in_id>/undo")
@requires(permissions.CHECK_INS_HANDLE)
@transactional
@blueprint.output(CheckInOut)
def post_undo(check_in_id: UUID) -> Response:
    """Take back what one recorded of somebody within the last two minutes."""
    return _corrected(corrections.undo(current_uow(), current_principal(), check_in_id))


def _corrected(found: corrections.Checked) -> Response:
    return json_of(show_row(found.check_in, found.session.event_title))
