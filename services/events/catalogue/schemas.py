"""Shapes of events."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from services.events.catalogue.categories import CATEGORIES
from services.events.catalogue.places import LARGEST_RADIUS, SMALLEST_RADIUS, Geofence
from shared.auth import ROLES
from shared.clock import SHANGHAI, start_of_day
from shared.contracts.attendance import LEVELS
from shared.web import CursorIn, Schema

AUDIENCES = ("organisation", "everyone")
STATES = ("draft", "published", "open", "closed", "cancelled")
PARTS = ("lecturer", "helper", "organiser")
# Everybody is a member.
ROLES_TO_ASK = tuple(role for role in ROLES if role != "member")
_CATEGORY = validate.OneOf(sorted(CATEGORIES))
_TITLE = validate.Length(1, 200)


class Line(fields.String):
    """One line of visible text, without blanks at its ends."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        line = str(super()._deserialize(value, attr, data, **kwargs)).strip()
        if not line.isprintable():
            raise ValidationError("One line of visible characters.")
        return line


class Moment(fields.AwareDateTime):
    """A moment with its offset, in the years that events can lie in; shown in Asia/Shanghai."""

    def __init__(self, **kwargs: Any) -> None:
        years = validate.Range(
            datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC), max_inclusive=False
        )
        super().__init__(validate=years, **kwargs)

    def _serialize(
        self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any
    ) -> str | float | None:
        local = value.astimezone(SHANGHAI) if value else None
        return super()._serialize(local, attr, obj, **kwargs)


def _also_for(**given: Any) -> Any:
    return fields.List(
        fields.UUID(),
        validate=validate.Length(0, 50),
        metadata={"description": "ids of further organisations whose members it is meant for"},
        **given,
    )


def _required_roles(**given: Any) -> Any:
    return fields.List(
        fields.String(validate=validate.OneOf(ROLES_TO_ASK)),
        validate=validate.Length(0, len(ROLES_TO_ASK)),
        metadata={"description": "roles of which a member must hold one"},
        **given,
    )


class SessionIn(Schema):
    """A session; without a window of its own it takes the category's."""

    title = Line(load_default="", validate=validate.Length(0, 200))
    starts_at = Moment(required=True)
    ends_at = Moment(required=True)
    opens_at = Moment(load_default=None)
    closes_at = Moment(load_default=None)


class SessionPatch(Schema):
    title = Line(validate=validate.Length(0, 200))
    starts_at = Moment()
    ends_at = Moment()
    opens_at = Moment()
    closes_at = Moment()


class PositionIn(Schema):
    """A place in degrees; in the same system as the event's, GCJ-02 where WeChat's maps are used."""

    latitude = fields.Float(required=True, validate=validate.Range(-90, 90))
    longitude = fields.Float(required=True, validate=validate.Range(-180, 180))


class GeofenceSchema(PositionIn):
    """The circle in which phones are when they are at the event."""

    radius = fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(SMALLEST_RADIUS, LARGEST_RADIUS),
        metadata={"description": "metres"},
    )

    @post_load
    def to_geofence(self, data: dict[str, Any], **_kwargs: Any) -> Geofence:
        return Geofence(**data)


class EventIn(Schema):
    title = Line(required=True, validate=_TITLE)
    category = fields.String(required=True, validate=_CATEGORY)
    tags = fields.List(
        fields.String(validate=_CATEGORY),
        load_default=list,
        validate=validate.Length(0, 5),
        metadata={"description": "further categories a co-held event counts as"},
    )
    level = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.OneOf(LEVELS),
        metadata={"description": "of a secretary's lecture"},
    )
    organisation_id = fields.UUID(required=True)
    audience = fields.String(load_default="organisation", validate=validate.OneOf(AUDIENCES))
    also_for = _also_for(load_default=list)
    required_roles = _required_roles(load_default=list)
    place = Line(load_default="", validate=validate.Length(0, 200))
    geofence = fields.Nested(
        GeofenceSchema,
        load_default=None,
        allow_none=True,
        metadata={"description": "only where phones shall be asked where they are"},
    )
    starts_at = Moment(required=True)
    ends_at = Moment(required=True)
    sessions = fields.List(
        fields.Nested(SessionIn), load_default=list, validate=validate.Length(0, 60)
    )


class EventPatch(Schema):
    title = Line(validate=_TITLE)
    tags = fields.List(fields.String(validate=_CATEGORY), validate=validate.Length(0, 5))
    level = fields.String(allow_none=True, validate=validate.OneOf(LEVELS))
    audience = fields.String(validate=validate.OneOf(AUDIENCES))
    also_for = _also_for()
    required_roles = _required_roles()
    place = Line(validate=validate.Length(0, 200))
    geofence = fields.Nested(GeofenceSchema, allow_none=True)
    starts_at = Moment()
    ends_at = Moment()


class CancelIn(Schema):
    reason = Line(required=True, validate=validate.Length(1, 500))


class RoleIn(Schema):
    member_id = fields.UUID(required=True)
    role = fields.String(required=True, validate=validate.OneOf(PARTS))


class SessionOut(Schema):
    id = fields.UUID(required=True)
    title = fields.String(required=True)
    starts_at = Moment(required=True)
    ends_at = Moment(required=True)
    opens_at = Moment(required=True)
    closes_at = Moment(required=True)
    printed = fields.Boolean(
        required=True, metadata={"description": "a printed code is switched on for it"}
    )


class RoleOut(Schema):
    member_id = fields.UUID(required=True)
    name = fields.String(attribute="member.name", dump_default=None, allow_none=True)
    role = fields.String(required=True)


class AudienceOut(Schema):
    organisation_id = fields.UUID(required=True)
    name = fields.String(attribute="organisation.name", dump_default=None, allow_none=True)


class RegistrationAskedOut(Schema):
    """What an event that asks for registration says about it; null where the event's times count."""

    capacity = fields.Integer(required=True, allow_none=True)
    opens_at = Moment(required=True, allow_none=True)
    closes_at = Moment(required=True, allow_none=True)
    cancel_until = Moment(required=True, allow_none=True)
    reply_hours = fields.Integer(required=True, allow_none=True)
    required = fields.Boolean(
        required=True, metadata={"description": "whoever has no seat is not let in by scanning"}
    )


class EventOut(Schema):
    id = fields.UUID(required=True)
    title = fields.String(required=True)
    category = fields.String(required=True)
    tags = fields.List(fields.String(), required=True)
    level = fields.String(required=True, allow_none=True)
    organisation_id = fields.UUID(required=True)
    organisation_name = fields.String(
        attribute="organisation.name", dump_default=None, allow_none=True
    )
    audience = fields.String(required=True)
    also_for = fields.List(fields.Nested(AudienceOut), required=True)
    required_roles = fields.List(fields.String(), required=True)
    registration = fields.Nested(RegistrationAskedOut, required=True, allow_none=True)
    place = fields.String(required=True)
    geofence = fields.Nested(GeofenceSchema, required=True, allow_none=True)
    starts_at = Moment(required=True)
    ends_at = Moment(required=True)
    state = fields.String(required=True)
    cancel_reason = fields.String(required=True, allow_none=True)
    sessions = fields.List(fields.Nested(SessionOut), required=True)
    roles = fields.List(fields.Nested(RoleOut), required=True)
    series_id = fields.UUID(required=True, allow_none=True)
    version = fields.Integer(required=True)


class Month(fields.String):
    """A month in Shanghai, ``2026-11``; read as the moments at which it begins and ends."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=validate.Regexp(r"20[0-9]{2}-(0[1-9]|1[0-2])\Z"), **kwargs)

    def deserialize(
        self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any
    ) -> Any:
        text = super().deserialize(value, attr, data, **kwargs)
        if text is None:
            return None
        first = date.fromisoformat(f"{text}-01")
        following = (first + timedelta(days=31)).replace(day=1)
        return start_of_day(first), start_of_day(following)


class CopyIn(Schema):
    """When the copy begins, and what of it is otherwise."""

    starts_at = Moment(required=True)
    roles = fields.Boolean(
        load_default=False,
        metadata={"description": "those who lecture, help or organise do so again"},
    )
    title = Line(validate=_TITLE)
    place = Line(validate=validate.Length(0, 200))
    organisation_id = fields.UUID()


class EventsIn(CursorIn):
    """Filters of the list; `organisation_id` takes in what lies below it."""

    month = Month(load_default=None, metadata={"description": "e.g. 2026-11: whatever is on in it"})
    tag = fields.String(
        load_default=None,
        validate=_CATEGORY,
        metadata={"description": "what an event counts as, by its category or one of its tags"},
    )
    series_id = fields.UUID(load_default=None)
    mine = fields.Boolean(
        load_default=False,
        metadata={"description": "only what one made, has a part or a seat in, or is expected at"},
    )
    organised = fields.Boolean(
        load_default=False, metadata={"description": "only what one made or organises"}
    )
    q = Line(
        load_default=None,
        validate=validate.Length(1, 50),
        metadata={"description": "part of the title or place"},
    )

    starts_after = Moment(load_default=None)
    starts_before = Moment(load_default=None)
    category = fields.String(load_default=None, validate=_CATEGORY)
    state = fields.String(load_default=None, validate=validate.OneOf(STATES))
    organisation_id = fields.UUID(load_default=None)


class CategoryOut(Schema):
    code = fields.String(required=True)
    name = fields.String(required=True)
    makers = fields.List(
        fields.String(), required=True, metadata={"description": "roles that may make such events"}
    )
    roster = fields.Boolean(
        required=True, metadata={"description": "everyone of the organisation is expected"}
    )
    timed = fields.Boolean(
        required=True, metadata={"description": "the length of the stay matters: check out"}
    )
    teams = fields.Boolean(required=True, metadata={"description": "people may take part in teams"})
    early = fields.Integer(
        required=True, metadata={"description": "check-in opens so many minutes before the start"}
    )
    late = fields.Integer(
        required=True, metadata={"description": "check-in closes so many minutes after the end"}
    )


class CategoriesOut(Schema):
    items = fields.List(fields.Nested(CategoryOut), required=True)
