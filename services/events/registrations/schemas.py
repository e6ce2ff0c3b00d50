"""Shapes of registrations."""

from marshmallow import fields, validate

from services.events.catalogue.schemas import Line, Moment, RegistrationAskedOut
from services.events.registrations.models import ENDED, LIVE
from shared.web import CursorIn, Schema

STATES = (*LIVE, *ENDED)
_MANY = 100_000
_TEN_DAYS = 240


class SettingsIn(Schema):
    """All of it: what is left out is not limited, or follows the event's own times."""

    capacity = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(1, _MANY)
    )
    opens_at = Moment(load_default=None, allow_none=True)
    closes_at = Moment(load_default=None, allow_none=True)
    cancel_until = Moment(load_default=None, allow_none=True)
    reply_hours = fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        validate=validate.Range(1, _TEN_DAYS),
        metadata={
            "description": "hours to answer an offer; null: whoever is next gets the seat unasked"
        },
    )
    required = fields.Boolean(
        load_default=False,
        metadata={"description": "whoever has no seat is not let in by scanning"},
    )


class RegistrationOut(Schema):
    id = fields.UUID(required=True)
    event_id = fields.UUID(required=True)
    member_id = fields.UUID(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    place = fields.Integer(
        required=True, allow_none=True, metadata={"description": "on the waiting list, from 1"}
    )
    asked_at = Moment(required=True)
    reply_by = Moment(
        required=True, allow_none=True, metadata={"description": "of a seat that is offered"}
    )
    ended_at = Moment(required=True, allow_none=True)
    end_reason = fields.String(required=True, allow_none=True)


class OwnRegistrationOut(RegistrationOut):
    event_title = fields.String(required=True)
    event_state = fields.String(required=True)
    starts_at = Moment(required=True)
    ends_at = Moment(required=True)


class ListedRegistrationOut(RegistrationOut):
    member_no = fields.String(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True)
    entered_by = fields.UUID(required=True, allow_none=True)
    entry_reason = fields.String(required=True, allow_none=True)
    ended_by = fields.UUID(required=True, allow_none=True)


class OverviewOut(Schema):
    """An event's registration; `settings` is null where it asks for none."""

    settings = fields.Nested(RegistrationAskedOut, required=True, allow_none=True)
    seated = fields.Integer(
        required=True, metadata={"description": "have a seat, or one offered to them"}
    )
    seats_left = fields.Integer(required=True, allow_none=True)
    waiting = fields.Integer(required=True)
    own = fields.Nested(RegistrationOut, required=True, allow_none=True)


class ListIn(CursorIn):
    """Filters of an event's list: a state (without one, those that stand), a name or number."""

    state = fields.String(load_default=None, validate=validate.OneOf(STATES))
    q = Line(load_default=None, validate=validate.Length(1, 64))


class ReasonIn(Schema):
    reason = Line(required=True, validate=validate.Length(1, 200))
