"""An event's guests over HTTP, for those who run it."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from marshmallow import fields, validate

from services.events.catalogue.models import EventRow
from services.events.catalogue.permissions import EVENTS_RUN
from services.events.catalogue.schemas import EventOut, Moment
from services.events.guests import service
from services.events.roster_copy.schemas import WhoIn
from shared.web import (
    CursorIn,
    Schema,
    after_moment,
    current_principal,
    current_uow,
    etag,
    page,
    page_of,
    requires,
    transactional,
)

blueprint = APIBlueprint("guests", __name__, url_prefix="/api/v1")


class GuestsIn(Schema):
    members = fields.List(fields.Nested(WhoIn), required=True, validate=validate.Length(1, 500))


class GuestOut(Schema):
    member_id = fields.UUID(required=True)
    member_no = fields.String(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True)
    invited_at = Moment(required=True)


@blueprint.get("/events/<uuid:event_id>/guests")
@requires(EVENTS_RUN)
@blueprint.input(CursorIn, location="query")
@blueprint.output(page_of(GuestOut))
def get_guests(event_id: UUID, query_data: dict[str, Any]) -> dict[str, Any]:
    """List who is invited by name."""
    limit, after = query_data["limit"], after_moment(query_data["cursor"])
    rows = service.listing(current_uow(), current_principal(), event_id, limit, after)
    return page(rows, limit, lambda row: [row["invited_at"].isoformat(), row["member_id"]])


@blueprint.post("/events/<uuid:event_id>/guests")
@requires(EVENTS_RUN)
@transactional
@blueprint.input(GuestsIn)
@blueprint.output(EventOut)
def post_guests(event_id: UUID, json_data: dict[str, Any]) -> tuple[EventRow, int, dict[str, str]]:
    """Invite members of other organisations; those who are invited already stay so."""
    uow, principal = current_uow(), current_principal()
    event = service.invite(uow, principal, event_id, json_data["members"])
    return event, 200, etag(event.version)


@blueprint.delete("/events/<uuid:event_id>/guests/<uuid:member_id>")
@requires(EVENTS_RUN)
@transactional
@blueprint.output(EventOut)
def delete_guest(event_id: UUID, member_id: UUID) -> tuple[EventRow, int, dict[str, str]]:
    """Take an invitation back."""
    event = service.take_back(current_uow(), current_principal(), event_id, member_id)
    return event, 200, etag(event.version)
