"""Shapes of calendar days."""

from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from shared.fields import Words
from shared.web import Schema
from shared.working_days import FIRST_YEAR, LAST_YEAR

_LONGEST = 400
_DAY = validate.Range(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))


class SpanIn(Schema):
    """From one day to another, both included."""

    first = fields.Date(required=True, data_key="from", validate=_DAY)
    last = fields.Date(required=True, data_key="to", validate=_DAY)

    @validates_schema
    def a_span(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if not 0 <= (data["last"] - data["first"]).days < _LONGEST:
            raise ValidationError(f"Not before `from`, and less than {_LONGEST} days on.", "to")


class DayIn(Schema):
    working = fields.Boolean(required=True)
    reason = Words(200, required=True)


class DayOut(Schema):
    """A day; `version` is 0 where the published calendar stands."""

    day = fields.Date(required=True)
    working = fields.Boolean(required=True)
    reason = fields.String(required=True, allow_none=True)
    adjusted = fields.Boolean(required=True)
    version = fields.Integer(required=True)
