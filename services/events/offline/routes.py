"""Lists to take along over HTTP, and what was noted on them."""

from typing import Any, cast
from uuid import UUID

import orjson
from apiflask import APIBlueprint
from flask import Response

from services.events.check_ins.refusals import Refusal
from services.events.check_ins.service import device_of
from services.events.offline import permissions
from services.events.offline.lists import take_along
from services.events.offline.schemas import MarksIn, OfflineListIn, OfflineListOut, TellingOut
from services.events.offline.telling import Told, tell
from shared.web import (
    current_principal,
    current_suite,
    current_uow,
    requires,
    transactional,
)
from shared.web.problems import language

blueprint = APIBlueprint("offline", __name__, url_prefix="/api/v1")


@blueprint.get("/events/<uuid:event_id>/offline-list")
@requires(permissions.LISTS_TAKE)
@blueprint.input(OfflineListIn, location="query")
@blueprint.output(OfflineListOut)
def get_offline_list(event_id: UUID, query_data: dict[str, Any]) -> tuple[Any, int, Any]:
    """Take an event's list along, to check people in where there is no network."""
    device = cast("bytes", device_of(query_data["device"]))
    key: bytes = current_suite().settings.code_key
    taken = take_along(current_uow(), current_principal(), key, event_id, device)
    if isinstance(taken, Refusal):
        raise taken.to_problem()
    sessions = {session.session_id for session in taken.sessions}
    answer = {
        "list_token": taken.token,
        "expires_at": taken.licence.expires_at,
        "salt": taken.licence.list_id,
        "event_id": event_id,
        "title": taken.event.title,
        "sessions": [s for s in taken.event.sessions if s.id in sessions],
        "complete": taken.complete,
        "members": taken.members,
    }
    return answer, 200, {"Cache-Control": "no-store"}


@blueprint.post("/events/<uuid:event_id>/offline-check-ins")
@requires(permissions.LISTS_TELL)
@transactional
@blueprint.input(MarksIn)
@blueprint.output(TellingOut)
def post_offline_check_ins(event_id: UUID, json_data: dict[str, Any]) -> Response:
    """Tell who came and went while there was no network; safe to send again."""
    key: bytes = current_suite().settings.code_key
    told = tell(current_uow(), current_principal(), key, event_id, json_data)
    if isinstance(told, Refusal):
        raise told.to_problem()
    # A finished answer: the schema, which documents it, would take thousands of rows apart again.
    body = orjson.dumps({"items": [_show(one) for one in told]})
    return Response(body, 200, mimetype="application/json")


def _show(told: Told) -> dict[str, Any]:
    check_in, refusal = told.check_in, told.refusal
    return {
        "client_ref": str(told.client_ref),
        "outcome": "refused" if refusal else check_in.state if check_in else "kept",
        "check_in_id": str(check_in.id) if check_in else None,
        "flags": list(check_in.flags) if check_in else [],
        "code": refusal and refusal.code,
        "detail": refusal and refusal.text.in_language(language()),
    }
