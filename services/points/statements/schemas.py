"""Shapes of statements; `deducted` is zero or below, points are numbers."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from services.points.statements.policy import STATES
from shared.fields import Words
from shared.web import CursorIn, Points, Schema

_MONTH = validate.Regexp(r"^20[0-9]{2}-(0[1-9]|1[0-2])\Z")
_REASON = 1000


class StatementIn(Schema):
    organisation_id = fields.UUID(required=True)
    month = fields.String(required=True, validate=_MONTH)


class StatementsIn(CursorIn):
    organisation_id = fields.UUID(load_default=None)
    month = fields.String(load_default=None, validate=_MONTH)
    state = fields.String(load_default=None, validate=validate.OneOf(STATES))


class PublishIn(Schema):
    working_days = fields.Integer(load_default=5, validate=validate.Range(3, 10))


class ObjectionIn(Schema):
    line_member_id = fields.UUID(required=True)
    reason = Words(_REASON, required=True)


class AnswerIn(Schema):
    decision = fields.String(required=True, validate=validate.OneOf(("accept", "decline")))
    reason = Words(_REASON, required=True)
    adjustment_id = fields.UUID(load_default=None)

    @validates_schema
    def only_what_is_accepted_is_corrected(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data["adjustment_id"] is not None and data["decision"] != "accept":
            raise ValidationError("Only with decision accept.", "adjustment_id")


class CodeIn(Schema):
    code = fields.String(required=True, validate=validate.Length(1, 40))


class StatementOut(Schema):
    id = fields.UUID(required=True)
    organisation_id = fields.UUID(required=True)
    organisation_name = fields.String(required=True)
    month = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    prepared_at = fields.AwareDateTime(required=True)
    published_at = fields.AwareDateTime(required=True, allow_none=True)
    working_days = fields.Integer(required=True, allow_none=True)
    notice_ends_on = fields.Date(required=True, allow_none=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)
    sequence = fields.Integer(required=True, allow_none=True)
    previous_hash = fields.String(required=True, allow_none=True)
    hash = fields.String(required=True, allow_none=True)
    code = fields.String(required=True, allow_none=True)
    open_objections = fields.Integer(required=True)
    open_claims = fields.Integer(
        required=True, metadata={"description": "of days of the month, not yet decided"}
    )


class LineOut(Schema):
    """A member's line; `announced` is the total that was put on notice, None before that."""

    member_id = fields.UUID(required=True)
    name = fields.String(required=True)
    scored = fields.Boolean(required=True)
    before = Points(required=True)
    gained = Points(required=True)
    deducted = Points(required=True)
    total = Points(required=True)
    announced = Points(required=True, allow_none=True)


class ObjectionOut(Schema):
    id = fields.UUID(required=True)
    statement_id = fields.UUID(required=True)
    line_member_id = fields.UUID(required=True)
    raised_by = fields.UUID(
        required=True,
        allow_none=True,
        metadata={"description": "null to who keeps the statement and has the line"},
    )
    raised_at = fields.AwareDateTime(required=True)
    reason = fields.String(required=True)
    decision = fields.String(required=True, allow_none=True)
    answer = fields.String(required=True, allow_none=True)
    answered_at = fields.AwareDateTime(required=True, allow_none=True)
    adjustment_id = fields.UUID(required=True, allow_none=True)


class ObjectionsIn(CursorIn):
    answered = fields.Boolean(load_default=False)
    organisation_id = fields.UUID(metadata={"description": "itself and all below it"})


class QueuedObjectionOut(ObjectionOut):
    """An objection with what it is about."""

    organisation_id = fields.UUID(required=True)
    organisation_name = fields.String(required=True)
    month = fields.String(required=True)
    notice_ends_on = fields.Date(required=True, allow_none=True)
    line = fields.Nested(LineOut, required=True)


class CorrectionOut(Schema):
    """A ledger entry of the month that was posted after the statement had been closed.

    `reason` is that of the decision behind it, or of the reversal.
    """

    entry_id = fields.UUID(required=True, attribute="id")
    member_id = fields.UUID(required=True)
    name = fields.String(required=True)
    title = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True)
    rule_code = fields.String(required=True)
    points = Points(required=True)
    reverses = fields.UUID(required=True, allow_none=True)
    occurred_at = fields.AwareDateTime(required=True)
    posted_at = fields.AwareDateTime(required=True)


class StatementDetailOut(StatementOut):
    """A statement whole; its lines are in name order, never by points."""

    lines = fields.List(fields.Nested(LineOut), required=True)
    objections = fields.List(fields.Nested(ObjectionOut), required=True)
    later_corrections = fields.List(fields.Nested(CorrectionOut), required=True)


class OwnStatementOut(StatementOut):
    """A statement with the own line; a draft's line is as the ledger now has it."""

    line = fields.Nested(LineOut, required=True)


class VerificationOut(Schema):
    """Whether a closed statement still fits its hash and chain, and the ledger of then."""

    statement_id = fields.UUID(required=True, attribute="id")
    organisation_id = fields.UUID(required=True)
    organisation_name = fields.String(required=True)
    month = fields.String(required=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)
    code = fields.String(required=True)
    hash = fields.String(required=True)
    members = fields.Integer(required=True)
    hash_fits = fields.Boolean(required=True)
    ledger_fits = fields.Boolean(required=True)
