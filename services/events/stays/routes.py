"""Departures over HTTP."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response

from services.events.check_ins import permissions
from services.events.check_ins.answers import json_of, of_staff
from services.events.check_ins.present import show_row
from services.events.check_ins.schemas import CheckInOut, SeenOut
from services.events.stays import service
from services.events.stays.schemas import CheckOutIn
from shared.web import current_principal, current_suite, current_uow, requires, transactional

blueprint = APIBlueprint("stays", __name__, url_prefix="/api/v1")


@blueprint.post("/check-ins/<uuid:check_in_id>/check-out")
@requires(permissions.CHECK_IN)
@transactional
@blueprint.output(CheckInOut)
def post_check_out(check_in_id: UUID) -> Response:
    """Leave: the length of the stay is counted up to now."""
    found = service.check_out(current_uow(), current_principal(), check_in_id)
    return json_of(show_row(found.check_in, found.session.event_title))


@blueprint.post("/events/<uuid:event_id>/check-outs")
@requires(permissions.CHECK_INS_HANDLE)
@transactional
@blueprint.input(CheckOutIn)
@blueprint.output(SeenOut, status_code=201)
@blueprint.doc(responses={200: "Had left already (`already`)."})
def post_departure(event_id: UUID, json_data: dict[str, Any]) -> Response:
    """Record that somebody leaves, by pass or by name."""
    key: bytes = current_suite().settings.code_key
    return of_staff(service.see_out(current_uow(), current_principal(), key, event_id, json_data))
