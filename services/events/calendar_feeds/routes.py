"""Calendar feeds over HTTP: the own ones with a token, a calendar by its secret address."""

from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response, request
from marshmallow import fields, validate

from services.events.calendar_feeds import service
from services.events.catalogue.permissions import EVENTS_READ
from services.events.catalogue.schemas import Line, Moment
from shared.auth import PUBLIC
from shared.web import (
    Schema,
    current_principal,
    current_redis,
    current_suite,
    current_uow,
    page_of,
    requires,
    transactional,
)

blueprint = APIBlueprint("calendar_feeds", __name__, url_prefix="/api/v1")

_FRESH_SECONDS: Final = 900
_ANSWER: Final[dict[int | str, Any]] = {
    200: {"description": "The calendar.", "content": {"text/calendar": {}}},
    304: {"description": "It is as it was (If-None-Match)."},
}


class FeedIn(Schema):
    """Without `organisation_id` the own calendar: all that one is shown or has a part in."""

    organisation_id = fields.UUID(load_default=None, allow_none=True)
    name = Line(load_default="", validate=validate.Length(0, 60))


class FeedOut(Schema):
    id = fields.UUID(required=True)
    organisation_id = fields.UUID(required=True, allow_none=True)
    name = fields.String(required=True)
    created_at = Moment(required=True)
    last_used_at = Moment(required=True, allow_none=True)


class NewFeedOut(FeedOut):
    url = fields.String(
        required=True, metadata={"description": "shown this once; whoever knows it reads the feed"}
    )


@blueprint.get("/me/calendar-feeds")
@requires(EVENTS_READ)
@blueprint.output(page_of(FeedOut))
def get_feeds() -> dict[str, Any]:
    """List the own feeds, with when each was last read."""
    return {"items": service.listing(current_uow(), current_principal()), "next_cursor": None}


@blueprint.post("/me/calendar-feeds")
@requires(EVENTS_READ)
@blueprint.input(FeedIn)
@blueprint.output(NewFeedOut, status_code=201)
def post_feed(json_data: dict[str, Any]) -> dict[str, Any]:
    """Make an address that a phone's calendar can subscribe to."""
    uow = current_uow()
    feed, token = service.create(uow, current_principal(), **json_data)
    # Not `transactional`: that would keep the answer, and with it the secret.
    uow.commit()
    url = f"{current_suite().settings.public_url}/api/v1/calendar-feeds/{token}.ics"
    return {name: getattr(feed, name) for name in FeedOut().fields} | {"url": url}


@blueprint.delete("/me/calendar-feeds/<uuid:feed_id>")
@requires(EVENTS_READ)
@transactional
@blueprint.output({}, status_code=204)
def delete_feed(feed_id: UUID) -> str:
    """Revoke a feed: its address shows nothing any more."""
    service.revoke(current_uow(), current_principal(), feed_id)
    return ""


@blueprint.get("/calendar-feeds/<token>.ics")
@requires(PUBLIC)
@transactional
@blueprint.doc(responses=_ANSWER)
def get_calendar(token: str) -> Response:
    """Read a calendar by its secret address, as calendar programs do."""
    body = service.read(current_uow(), current_redis(), token)
    response = Response(body, mimetype="text/calendar")
    response.cache_control.private = True
    response.cache_control.max_age = _FRESH_SECONDS
    response.set_etag(sha256(body).hexdigest()[:32])
    response.make_conditional(request)
    return response
