"""Shapes of series."""

from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from services.events.catalogue.schemas import CancelIn, EventIn, EventPatch, Moment
from services.events.series.policy import MONTHS, MOST_EVENTS, WEEKDAYS
from shared.web import Schema

SCOPES = ("following", "all")
_YEARS = validate.Range(date(2000, 1, 1), date(2099, 12, 31))


class RecurrenceIn(Schema):
    """When it happens again. What is not said follows from the first day.

    Every two weeks on Monday and Thursday: every week, interval 2, weekdays mo th. The third
    Thursday of each month: every month, weekdays th, nth 3. The last working day but for holidays:
    weekdays mo tu we th fr, nth −1. The 15th of a quarter's first month: every quarter, day 15.
    """

    every = fields.String(required=True, validate=validate.OneOf(("week", *MONTHS)))
    interval = fields.Integer(load_default=1, validate=validate.Range(1, 12))
    weekdays = fields.List(
        fields.String(validate=validate.OneOf(WEEKDAYS)),
        load_default=list,
        validate=validate.Length(0, 7),
    )
    nth = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=validate.OneOf((1, 2, 3, 4, -1)),
        metadata={"description": "which of the weekdays in its month; −1 is the last"},
    )
    day = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=validate.OneOf((*range(1, 32), -1)),
        metadata={"description": "of the month; months without it are passed over; −1 is the last"},
    )
    until = fields.Date(load_default=None, allow_none=True, validate=_YEARS)
    count = fields.Integer(
        load_default=None, allow_none=True, validate=validate.Range(1, MOST_EVENTS)
    )
    skip_holidays = fields.Boolean(
        load_default=False,
        metadata={"description": "pass over China's public holidays, as published"},
    )

    @validates_schema
    def sensible(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if (data["until"] is None) == (data["count"] is None):
            raise ValidationError("Say how long: exactly one of `until` and `count`.", "until")
        monthly = data["every"] in MONTHS
        if monthly and bool(data["weekdays"]) != (data["nth"] is not None):
            raise ValidationError("In a month, `weekdays` and `nth` go together.", "nth")
        if not monthly and (data["nth"] is not None or data["day"] is not None):
            raise ValidationError("A week has neither `nth` nor `day`.", "every")
        if data["nth"] is not None and data["day"] is not None:
            raise ValidationError("Either the nth weekday or a day of the month.", "day")


class SeriesIn(Schema):
    """One event as the template, and when it happens again; its day is the first possible one."""

    event = fields.Nested(EventIn, required=True)
    recurrence = fields.Nested(RecurrenceIn, required=True)
    publish = fields.Boolean(
        load_default=False,
        metadata={"description": "show the events at once; else they are drafts"},
    )


class PreviewIn(Schema):
    first_day = fields.Date(required=True, validate=_YEARS)
    recurrence = fields.Nested(RecurrenceIn, required=True)


class DayOut(Schema):
    day = fields.Date(required=True)
    holiday = fields.String(
        required=True, allow_none=True, metadata={"description": "for which the day is passed over"}
    )


class PreviewOut(Schema):
    rule = fields.String(required=True, metadata={"description": "as RFC 5545 writes it"})
    days = fields.List(fields.Nested(DayOut), required=True)


class OneEventOut(Schema):
    id = fields.UUID(required=True)
    series_day = fields.Date(required=True)
    title = fields.String(required=True)
    place = fields.String(required=True)
    starts_at = Moment(required=True)
    ends_at = Moment(required=True)
    state = fields.String(required=True)
    version = fields.Integer(required=True)


class SeriesOut(Schema):
    id = fields.UUID(required=True)
    organisation_id = fields.UUID(required=True)
    rule = fields.String(required=True, metadata={"description": "as RFC 5545 writes it"})
    first_day = fields.Date(required=True)
    skip_holidays = fields.Boolean(required=True)
    events = fields.List(fields.Nested(OneEventOut), required=True)
    version = fields.Integer(required=True)


class LeftOut(Schema):
    """An event that stayed as it was, and why."""

    event_id = fields.UUID(required=True)
    code = fields.String(
        required=True,
        metadata={
            "description": "event_over, event_not_editable, event_state_wrong, event_attended"
        },
    )


class ChangedSeriesOut(SeriesOut):
    changed = fields.List(fields.UUID(), required=True)
    left = fields.List(fields.Nested(LeftOut), required=True)


class SeriesPatch(Schema):
    """An edit of one event, carried over to others.

    What is changed is changed in each; new times move each by as much as they move this one, so
    that one that was moved by itself stays apart. What is over stays as it was.
    """

    event_id = fields.UUID(required=True)
    scope = fields.String(
        required=True,
        validate=validate.OneOf(SCOPES),
        metadata={
            "description": "this event and the following, or all; one alone is PATCH /events"
        },
    )
    changes = fields.Nested(EventPatch, required=True)


class SeriesCancelIn(CancelIn):
    event_id = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": "the first one to call off; else all that are not over"},
    )
