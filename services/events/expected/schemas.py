"""Shapes of who is expected, and of leave."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from services.events.catalogue.schemas import Line, Moment
from services.events.roster_copy.schemas import WhoIn
from shared.web import CursorIn, Schema
from shared.web.pages import CursorField

STATES = ("present", "excused", "absent")
LEAVES = ("asked", "approved", "declined", "withdrawn")
_REASON = validate.Length(1, 200)


class ExpectedIn(CursorIn):
    state = fields.String(load_default=None, validate=validate.OneOf(STATES))


class NamedIn(Schema):
    members = fields.List(fields.Nested(WhoIn), required=True, validate=validate.Length(1, 2000))


class ExpectedMemberOut(Schema):
    member_id = fields.UUID(required=True)
    member_no = fields.String(required=True, attribute="number")
    name = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    leave_state = fields.String(required=True, allow_none=True)
    leave_reason = fields.String(required=True, allow_none=True)


class CountsOut(Schema):
    """应到, 实到, 请假, 缺席; `expected` is null where nobody in particular is."""

    basis = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "what it is known from: named, registered, roster, offices"},
    )
    frozen_at = Moment(
        required=True, allow_none=True, metadata={"description": "since when it stays as it is"}
    )
    expected = fields.Integer(required=True, allow_none=True)
    present = fields.Integer(required=True)
    excused = fields.Integer(required=True)
    absent = fields.Integer(required=True)
    others = fields.Integer(
        required=True, metadata={"description": "who came without being expected"}
    )


class ExpectedOut(CountsOut):
    """The figures, and a page of those expected."""

    items = fields.List(fields.Nested(ExpectedMemberOut), required=True)
    next_cursor = CursorField(required=True, allow_none=True)


class LeaveIn(Schema):
    reason = Line(required=True, validate=_REASON)


class DecisionIn(Schema):
    """Whether leave is approved; a refusal has a reason."""

    approve = fields.Boolean(required=True)
    reason = Line(load_default=None, allow_none=True, validate=_REASON)

    @validates_schema
    def declined_for_a_reason(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if not data["approve"] and data["reason"] is None:
            raise ValidationError("Say why.", "reason")


class LeaveOut(Schema):
    event_id = fields.UUID(required=True)
    member_id = fields.UUID(required=True)
    state = fields.String(required=True, validate=validate.OneOf(LEAVES))
    reason = fields.String(required=True)
    asked_by = fields.UUID(required=True)
    asked_at = Moment(required=True)
    decided_by = fields.UUID(required=True, allow_none=True)
    decided_at = Moment(required=True, allow_none=True)
    decision_reason = fields.String(required=True, allow_none=True)


class ListedLeaveOut(LeaveOut):
    member_no = fields.String(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True)


class LeavesIn(CursorIn):
    state = fields.String(load_default=None, validate=validate.OneOf(LEAVES))
