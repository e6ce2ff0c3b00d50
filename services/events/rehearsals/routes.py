"""Preflight over HTTP, for those who run an event."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from marshmallow import fields

from services.events.catalogue import service as catalogue
from services.events.catalogue.models import EventRow, SessionRow
from services.events.catalogue.permissions import EVENTS_RUN
from services.events.catalogue.snapshot import SessionSnapshot, read_snapshots
from services.events.codes import rotating
from services.events.expected import counting
from services.events.rehearsals import scans
from services.events.rehearsals.preflight import Readiness, findings
from services.events.screen import seen
from shared.web import (
    Schema,
    current_clock,
    current_principal,
    current_redis,
    current_suite,
    current_uow,
    requires,
)
from shared.web.problems import language

blueprint = APIBlueprint("rehearsals", __name__, url_prefix="/api/v1")


class FindingOut(Schema):
    code = fields.String(required=True)
    level = fields.String(required=True, metadata={"description": "ok, warning or missing"})
    text = fields.String(required=True)


class PreflightOut(Schema):
    ready = fields.Boolean(required=True, metadata={"description": "nothing is missing"})
    rehearsed = fields.Integer(required=True)
    items = fields.List(fields.Nested(FindingOut), required=True)


@blueprint.get("/events/<uuid:event_id>/preflight")
@requires(EVENTS_RUN)
@blueprint.output(PreflightOut)
def get_preflight(event_id: UUID) -> dict[str, Any]:
    """Look whether all is there that the event needs before people come."""
    event = catalogue.get_to_run(current_uow(), current_principal(), event_id)
    ready = _look(event)
    found = list(findings(ready, current_clock().now()))
    return {
        "ready": all(each.level != "missing" for each in found),
        "rehearsed": ready.rehearsed,
        "items": [
            {"code": each.code, "level": each.level, "text": each.text.in_language(language())}
            for each in found
        ],
    }


def _look(event: EventRow) -> Readiness:
    uow = current_uow()
    sessions = read_snapshots(uow, SessionRow.event_id == event.id)
    roles = [role.role for role in event.roles]
    return Readiness(
        state=event.state,
        closes_at=max(session.closes_at for session in sessions),
        codes_read=all(_reads(session) for session in sessions),
        screen_on=seen.is_on(current_redis(), event.id),
        expected=counting.how_many(uow, event),
        lecturer_asked="lecture" in (event.category, *event.tags),
        lecturer="lecturer" in roles,
        organisers=roles.count("organiser"),
        rehearsed=sum(scans.count(uow, session.session_id) for session in sessions),
    )


def _reads(session: SessionSnapshot) -> bool:
    now, key = current_clock().now(), current_suite().settings.code_key
    reading = rotating.read(key, rotating.issue(key, session.short_id, now), now)
    return reading is not None and reading.short_id == session.short_id
