"""Live attendance over HTTP."""

from typing import Any, Final
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response, current_app
from marshmallow import fields, validate

from services.events.catalogue import service as catalogue
from services.events.catalogue.permissions import EVENTS_RUN
from services.events.codes import live_tickets
from services.events.live.hub import Hub
from shared.auth import PUBLIC
from shared.errors import Unauthenticated
from shared.text import Text
from shared.web import (
    Schema,
    current_clock,
    current_principal,
    current_suite,
    current_uow,
    requires,
)

blueprint = APIBlueprint("live", __name__, url_prefix="/api/v1")

_STREAM: Final[dict[int | str, Any]] = {
    200: {
        "description": "Server-sent events; each `data` is an object with event_id, state, present,"
        " expected, and of each of the sessions session_id, title, present, left.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


class TicketIn(Schema):
    ticket = fields.String(required=True, validate=validate.Length(1, 200))


class TicketOut(Schema):
    url = fields.String(required=True, metadata={"description": "to open with EventSource"})
    expires_at = fields.AwareDateTime(required=True)


@blueprint.post("/events/<uuid:event_id>/live-tickets")
@requires(EVENTS_RUN)
@blueprint.output(TicketOut, status_code=201)
def post_live_ticket(event_id: UUID) -> dict[str, Any]:
    """Get an address that streams an event's figures, for whoever runs it and their screens."""
    catalogue.get_to_run(current_uow(), current_principal(), event_id)
    now = current_clock().now()
    ticket = live_tickets.issue(current_suite().settings.code_key, event_id, now)
    return {
        "url": f"/api/v1/live-attendance?ticket={ticket}",
        "expires_at": now + live_tickets.LIFETIME,
    }


@blueprint.get("/live-attendance")
@requires(PUBLIC)
@blueprint.input(TicketIn, location="query")
@blueprint.doc(responses=_STREAM)
def get_live_attendance(query_data: dict[str, Any]) -> Response:
    """Watch an event's figures as they change, by a ticket."""
    key = current_suite().settings.code_key
    event_id = live_tickets.read(key, query_data["ticket"], current_clock().now())
    if event_id is None:
        raise Unauthenticated(
            "live_ticket_invalid",
            Text(
                "实时数据的链接已失效，请刷新页面。", "The live link has expired; reload the page."
            ),
        )
    hub: Hub = current_app.extensions["live"]
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Response(hub.watch(event_id), mimetype="text/event-stream", headers=headers)
