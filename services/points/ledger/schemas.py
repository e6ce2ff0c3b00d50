"""Shapes of points as members and administrators read them."""

from datetime import UTC, datetime

from marshmallow import fields, validate

from shared.web import CursorIn, Points, Schema

_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_MOMENT = validate.Range(
    datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC), datetime(_LAST_YEAR, 12, 31, tzinfo=UTC)
)


class PointsIn(Schema):
    year = fields.Integer(load_default=None, validate=validate.Range(_FIRST_YEAR, _LAST_YEAR))
    as_of = fields.AwareDateTime(
        load_default=None,
        validate=_MOMENT,
        metadata={"description": "what had happened by then, as known now"},
    )
    known_at = fields.AwareDateTime(
        load_default=None,
        validate=_MOMENT,
        metadata={"description": "what had been posted by then"},
    )


class LedgerIn(CursorIn):
    year = fields.Integer(load_default=None, validate=validate.Range(_FIRST_YEAR, _LAST_YEAR))


class CategoryOut(Schema):
    category = fields.String(required=True)
    points = Points(required=True)
    cap = Points(required=True, allow_none=True)


class RuleUseOut(Schema):
    code = fields.String(required=True)
    name = fields.String(required=True)
    category = fields.String(required=True)
    points = Points(required=True)
    cap = Points(required=True, allow_none=True)


class PointsOut(Schema):
    """A member's year: total, and how far each category and rule has come."""

    member_id = fields.UUID(required=True)
    year = fields.Integer(required=True)
    as_of = fields.AwareDateTime(required=True, allow_none=True)
    known_at = fields.AwareDateTime(required=True, allow_none=True)
    points = Points(required=True)
    scored = fields.Boolean(required=True)
    categories = fields.List(fields.Nested(CategoryOut), required=True)
    rules = fields.List(fields.Nested(RuleUseOut), required=True)


class EntryOut(Schema):
    id = fields.UUID(required=True)
    fact_id = fields.UUID(required=True)
    title = fields.String(required=True)
    rule_code = fields.String(required=True)
    category = fields.String(required=True)
    rule_set_id = fields.UUID(required=True)
    points = Points(required=True)
    why = fields.String(required=True)
    reverses = fields.UUID(required=True, allow_none=True)
    occurred_at = fields.AwareDateTime(required=True)
    posted_at = fields.AwareDateTime(required=True)


class ReceiptOut(Schema):
    """What one check-in brought. `pending` until it is posted, which takes about a second."""

    check_in_id = fields.UUID(required=True)
    state = fields.String(required=True, validate=validate.OneOf(("pending", "posted", "annulled")))
    title = fields.String(required=True, allow_none=True)
    points = Points(required=True, allow_none=True)
    total = Points(required=True)
    why = fields.List(fields.String(), required=True)
