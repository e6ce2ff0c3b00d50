"""The shape of what each rule asks."""

from typing import Any, Final

from marshmallow import ValidationError, fields, validate, validates_schema

from services.events.cadence.policy import MONTHS
from services.events.catalogue.categories import CATEGORIES
from services.events.study_hours.policy import A_DAY, HOUR
from shared.contracts.roster import STATUSES
from shared.web import Schema

_HOURS: Final = validate.Range(1, 1000)


class _Any(Schema):
    """Whether the rule is watched at all, and how many days before the end owners are reminded."""

    watched = fields.Boolean(required=True)
    remind_days = fields.Integer(required=True, strict=True, validate=validate.Range(0, 180))


class _Counted(_Any):
    """So often in each period."""

    minimum = fields.Integer(required=True, strict=True, validate=validate.Range(1, 100))
    period = fields.String(required=True, validate=validate.OneOf(tuple(MONTHS)))


class _OfCommittees(_Counted):
    """Only of branches so large that they have a committee."""

    least_members = fields.Integer(required=True, strict=True, validate=validate.Range(0, 1000))


class _OfNamed(_Counted):
    """Only of groups that have this in their names."""

    named = fields.String(required=True, validate=validate.Length(0, 20))


class _Training(_Any):
    """Within so many months."""

    months = fields.Integer(required=True, strict=True, validate=validate.Range(1, 60))


class _Study(_Any):
    """See `study_hours.policy.StudyFigures`."""

    member_hours = fields.Integer(required=True, strict=True, validate=_HOURS)
    office_hours = fields.Integer(required=True, strict=True, validate=_HOURS)
    day_hours = fields.Integer(
        required=True, strict=True, validate=validate.Range(1, A_DAY // HOUR)
    )
    day_minutes = fields.Integer(required=True, strict=True, validate=validate.Range(1, A_DAY))
    half_day_hours = fields.Integer(required=True, strict=True, validate=validate.Range(1))
    half_day_minutes = fields.Integer(required=True, strict=True, validate=validate.Range(1))
    make_up_hours = fields.Integer(
        required=True, strict=True, validate=validate.Range(0, A_DAY // HOUR)
    )
    course_days = fields.Integer(required=True, strict=True, validate=validate.Range(1, 366))
    categories = fields.List(
        fields.String(validate=validate.OneOf(sorted(CATEGORIES))),
        required=True,
        validate=validate.Length(1),
    )
    not_asked = fields.List(
        fields.String(validate=validate.OneOf([each for each in STATUSES if each != "left"])),
        required=True,
    )

    @validates_schema(skip_on_field_errors=True)
    def half_a_day_is_less(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data["half_day_minutes"] > data["day_minutes"]:
            raise ValidationError("No longer than a day.", "half_day_minutes")
        if data["half_day_hours"] > data["day_hours"]:
            raise ValidationError("No more than a day.", "half_day_hours")


SHAPES: Final = {
    "R1": _Counted(),
    "R2": _OfCommittees(),
    "R3": _Counted(),
    "R4": _Counted(),
    "R5": _Counted(),
    "R6": _Counted(),
    "R7": _Counted(),
    "R8": _Counted(),
    "R9": _Study(),
    "R10": _Training(),
    "R13": _OfNamed(),
}
