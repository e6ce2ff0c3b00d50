"""The screen's feed over HTTP."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from marshmallow import fields
from sqlalchemy import func, select

from services.events.catalogue import service as catalogue
from services.events.catalogue.models import SessionRow
from services.events.catalogue.permissions import EVENTS_RUN
from services.events.catalogue.sessions import session_unknown
from services.events.catalogue.snapshot import read_snapshots
from services.events.check_ins.models import CheckInRow
from services.events.codes import digits, rotating
from services.events.rehearsals import scans as rehearsals
from services.events.screen import seen
from shared.qr import qr_svg
from shared.web import (
    Schema,
    current_clock,
    current_principal,
    current_redis,
    current_suite,
    current_uow,
    requires,
)

blueprint = APIBlueprint("screen", __name__, url_prefix="/api/v1")


class CodeQuery(Schema):
    session_id = fields.UUID(load_default=None)
    rehearsal = fields.Boolean(
        load_default=False,
        metadata={"description": "a code whose scans are tried out and never counted"},
    )


class CodeOut(Schema):
    session_id = fields.UUID(required=True)
    title = fields.String(required=True)
    state = fields.String(required=True)
    opens_at = fields.AwareDateTime(required=True)
    closes_at = fields.AwareDateTime(required=True)
    code = fields.String(required=True)
    url = fields.String(required=True)
    digits = fields.String(required=True)
    expires_in = fields.Float(required=True, metadata={"description": "seconds"})
    svg = fields.String(required=True)
    count = fields.Integer(required=True)


@blueprint.get("/events/<uuid:event_id>/code")
@requires(EVENTS_RUN)
@blueprint.input(CodeQuery, location="query")
@blueprint.output(CodeOut)
def get_code(event_id: UUID, query_data: dict[str, Any]) -> tuple[dict[str, Any], int, Any]:
    """Read the code to show now; ask again when it expires."""
    uow, now = current_uow(), current_clock().now()
    catalogue.get_to_run(uow, current_principal(), event_id)
    wanted = query_data["session_id"]
    sessions = [
        session
        for session in read_snapshots(uow, SessionRow.event_id == event_id)
        if wanted is None or session.session_id == wanted
    ]
    if not sessions:
        raise session_unknown()
    session = catalogue.nearest(sessions, now)
    settings = current_suite().settings
    rehearsal = query_data["rehearsal"]
    if not rehearsal:
        # What somebody tries out at a desk is no screen in the hall.
        seen.note(current_redis(), event_id)
    key = rehearsals.key_of(settings.code_key) if rehearsal else settings.code_key
    code = rotating.issue(key, session.short_id, now)
    url = f"{settings.public_url}/c/{code}"
    count = (
        rehearsals.count(uow, session.session_id)
        if rehearsal
        else uow.session.scalar(
            select(func.count()).where(
                CheckInRow.session_id == session.session_id, CheckInRow.state == "present"
            )
        )
    )
    answer = {
        "session_id": session.session_id,
        "title": session.event_title,
        "state": session.state,
        "opens_at": session.opens_at,
        "closes_at": session.closes_at,
        "code": code,
        "url": url,
        # Six digits are looked up among real sessions, so a rehearsal has none.
        "digits": "" if rehearsal else digits.issue(settings.code_key, session.short_id, now),
        "expires_in": round(rotating.expires_in(now), 1),
        "svg": qr_svg(url),
        "count": count or 0,
    }
    return answer, 200, {"Cache-Control": "no-store"}
