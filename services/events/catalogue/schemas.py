"""Shapes of events."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from services.events.catalogue.categories import CATEGORIES
from shared.contracts.attendance import LEVELS
from shared.web import CursorIn, Schema

AUDIENCES = ("organisation", "everyone")
STATES = ("draft", "published", "open", "closed", "cancelled")
_CATEGORY = validate.OneOf(sorted(CATEGORIES))
_TITLE = validate.Length(1, 200)


class _Span(Schema):
    @validates_schema
    def in_order(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if "starts_at" in data and "ends_at" in data and data["starts_at"] >= data["ends_at"]:
            raise ValidationError("Must be later than starts_at.", "ends_at")


class SessionIn(_Span):
    """A session; without a window of its own it takes the category's."""

    title = fields.String(load_default="", validate=validate.Length(0, 200))
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    opens_at = fields.AwareDateTime(load_default=None)
    closes_at = fields.AwareDateTime(load_default=None)

    @validates_schema
    def window_fits(self, data: dict[str, Any], **_kwargs: Any) -> None:
        opens, closes = data.get("opens_at"), data.get("closes_at")
        if opens and opens > data["starts_at"]:
            raise ValidationError("Must not be later than starts_at.", "opens_at")
        if closes and closes <= (opens or data["starts_at"]):
            raise ValidationError("Must be later than opens_at and starts_at.", "closes_at")


class EventIn(_Span):
    title = fields.String(required=True, validate=_TITLE)
    category = fields.String(required=True, validate=_CATEGORY)
    tags = fields.List(
        fields.String(validate=_CATEGORY), load_default=list, validate=validate.Length(0, 5)
    )
    level = fields.String(load_default=None, validate=validate.OneOf(LEVELS))
    organisation_id = fields.UUID(required=True)
    audience = fields.String(load_default="organisation", validate=validate.OneOf(AUDIENCES))
    place = fields.String(load_default="", validate=validate.Length(0, 200))
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    sessions = fields.List(
        fields.Nested(SessionIn), load_default=list, validate=validate.Length(0, 60)
    )


class EventPatch(_Span):
    title = fields.String(validate=_TITLE)
    tags = fields.List(fields.String(validate=_CATEGORY), validate=validate.Length(0, 5))
    audience = fields.String(validate=validate.OneOf(AUDIENCES))
    place = fields.String(validate=validate.Length(0, 200))
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()


class CancelIn(Schema):
    reason = fields.String(required=True, validate=validate.Length(1, 500))


class RoleIn(Schema):
    member_id = fields.UUID(required=True)
    role = fields.String(
        required=True, validate=validate.OneOf(("lecturer", "helper", "organiser"))
    )


class SessionOut(Schema):
    id = fields.UUID(required=True)
    title = fields.String(required=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    opens_at = fields.AwareDateTime(required=True)
    closes_at = fields.AwareDateTime(required=True)


class RoleOut(Schema):
    member_id = fields.UUID(required=True)
    role = fields.String(required=True)


class EventOut(Schema):
    id = fields.UUID(required=True)
    title = fields.String(required=True)
    category = fields.String(required=True)
    tags = fields.List(fields.String(), required=True)
    level = fields.String(required=True, allow_none=True)
    organisation_id = fields.UUID(required=True)
    audience = fields.String(required=True)
    place = fields.String(required=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    state = fields.String(required=True)
    cancel_reason = fields.String(required=True, allow_none=True)
    sessions = fields.List(fields.Nested(SessionOut), required=True)
    roles = fields.List(fields.Nested(RoleOut), required=True)
    version = fields.Integer(required=True)


class EventsIn(CursorIn):
    """Filters of the list; `starts_before` and `starts_after` bound the start."""

    starts_after = fields.AwareDateTime(load_default=None)
    starts_before = fields.AwareDateTime(load_default=None)
    category = fields.String(load_default=None, validate=_CATEGORY)
    state = fields.String(load_default=None, validate=validate.OneOf(STATES))
    organisation_id = fields.UUID(load_default=None)


class CategoryOut(Schema):
    code = fields.String(required=True)
    name = fields.String(required=True)
    roster = fields.Boolean(required=True)
    timed = fields.Boolean(required=True)
    early = fields.Integer(required=True)
    late = fields.Integer(required=True)


class CategoriesOut(Schema):
    items = fields.List(fields.Nested(CategoryOut), required=True)
