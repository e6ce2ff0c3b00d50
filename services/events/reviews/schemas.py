"""Shapes of reviews and headcounts."""

from marshmallow import fields, validate

from services.events.catalogue.schemas import Line, Moment, PositionIn
from services.events.check_ins.flags import FLAGS
from services.events.reviews.refusals import REFUSALS
from shared.web import CursorIn, Schema

_MOST_AT_ONCE = 2000


class ReviewsIn(CursorIn):
    session_id = fields.UUID(load_default=None)


class ReasonOut(Schema):
    code = fields.String(required=True, validate=validate.OneOf(sorted(FLAGS)))
    text = fields.String(required=True)


class ReviewOut(Schema):
    """A check-in to look at: confirm it, or annul it with a reason."""

    check_in_id = fields.UUID(required=True, attribute="id")
    session_id = fields.UUID(required=True)
    member_id = fields.UUID(required=True)
    name = fields.String(required=True, allow_none=True)
    method = fields.String(required=True)
    state = fields.String(required=True)
    checked_in_at = Moment(required=True)
    received_at = Moment(required=True, allow_none=True)
    reasons = fields.List(fields.Nested(ReasonOut), required=True)


class ConfirmIn(Schema):
    check_in_ids = fields.List(
        fields.UUID(), required=True, validate=validate.Length(1, _MOST_AT_ONCE)
    )


class ConfirmedOut(Schema):
    """`code` and `detail` say why one was not confirmed; they are null where it is."""

    check_in_id = fields.UUID(required=True)
    confirmed = fields.Boolean(required=True)
    code = fields.String(required=True, allow_none=True, validate=validate.OneOf(sorted(REFUSALS)))
    detail = fields.String(required=True, allow_none=True)


class ConfirmationsOut(Schema):
    items = fields.List(fields.Nested(ConfirmedOut), required=True)


class PhonePositionIn(PositionIn):
    accuracy = fields.Float(
        load_default=0,
        validate=validate.Range(0, 1e6),
        metadata={"description": "metres the phone may be off; the benefit of the doubt"},
    )


class HeadcountIn(Schema):
    session_id = fields.UUID(required=True)
    count = fields.Integer(required=True, strict=True, validate=validate.Range(0, 1_000_000))
    note = Line(load_default="", validate=validate.Length(0, 200))


class HeadcountOut(Schema):
    id = fields.UUID(required=True)
    session_id = fields.UUID(required=True)
    counted = fields.Integer(required=True)
    note = fields.String(required=True)
    counted_by = fields.UUID(required=True)
    counted_at = Moment(required=True)


class ReconciledOut(HeadcountOut):
    """A count against the scans of that moment; `difference` > 0: more heads than scans."""

    present = fields.Integer(required=True)
    pending = fields.Integer(required=True)
    difference = fields.Integer(required=True)
