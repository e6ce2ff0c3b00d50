"""An event's attendance over HTTP, for those who run it."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from marshmallow import fields
from sqlalchemy import func, select, tuple_

from services.events.catalogue import service as catalogue
from services.events.catalogue.permissions import ATTENDANCE_READ
from services.events.check_ins.models import CheckInRow
from services.events.expected import counting
from services.events.roster_copy.models import MemberCopy
from shared.web import (
    CursorIn,
    Schema,
    after_moment,
    current_principal,
    current_uow,
    page,
    requires,
)
from shared.web.pages import CursorField

blueprint = APIBlueprint("attendance", __name__, url_prefix="/api/v1")


class AttendanceIn(CursorIn):
    session_id = fields.UUID(load_default=None)


class AttendedOut(Schema):
    check_in_id = fields.UUID(required=True)
    session_id = fields.UUID(required=True)
    member_id = fields.UUID(required=True)
    name = fields.String(required=True, allow_none=True)
    role = fields.String(required=True)
    method = fields.String(required=True)
    state = fields.String(required=True)
    checked_in_at = fields.AwareDateTime(required=True)
    checked_out_at = fields.AwareDateTime(required=True, allow_none=True)
    auto_checked_out = fields.Boolean(required=True)
    minutes = fields.Integer(required=True, allow_none=True)


class AttendanceOut(Schema):
    """A page of check-ins; `expected` is None where nobody in particular is (应到/实到)."""

    present = fields.Integer(required=True)
    expected = fields.Integer(required=True, allow_none=True)
    items = fields.List(fields.Nested(AttendedOut), required=True)
    next_cursor = CursorField(required=True, allow_none=True)


@blueprint.get("/events/<uuid:event_id>/attendance")
@requires(ATTENDANCE_READ)
@blueprint.input(AttendanceIn, location="query")
@blueprint.output(AttendanceOut)
def get_attendance(event_id: UUID, query_data: dict[str, Any]) -> dict[str, Any]:
    """List who checked in, in order of arrival."""
    uow = current_uow()
    event = catalogue.get_to_run(uow, current_principal(), event_id)
    conditions = [CheckInRow.event_id == event_id]
    if query_data["session_id"] is not None:
        conditions.append(CheckInRow.session_id == query_data["session_id"])
    query = (
        select(CheckInRow, MemberCopy.name)
        .outerjoin(MemberCopy, MemberCopy.id == CheckInRow.member_id)
        .where(*conditions)
        .order_by(CheckInRow.checked_in_at, CheckInRow.id)
        .limit(query_data["limit"] + 1)
    )
    after = after_moment(query_data["cursor"])
    if after is not None:
        query = query.where(tuple_(CheckInRow.checked_in_at, CheckInRow.id) > tuple_(*after))
    rows = [
        {
            "check_in_id": row.id,
            "name": name,
            **{
                field: getattr(row, field)
                for field in AttendedOut().fields
                if field not in ("check_in_id", "name")
            },
        }
        for row, name in uow.session.execute(query)
    ]
    present = uow.session.scalar(
        select(func.count(CheckInRow.member_id.distinct())).where(
            *conditions, CheckInRow.state == "present"
        )
    )
    listed = page(
        rows,
        query_data["limit"],
        lambda row: [row["checked_in_at"].isoformat(), row["check_in_id"]],
    )
    return {"present": present or 0, "expected": counting.how_many(uow, event), **listed}
