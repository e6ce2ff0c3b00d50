"""Shapes of study hours."""

from typing import Any

from marshmallow import fields, validate

from services.events.study_hours.policy import HOUR
from shared.web import Schema


class Hours(fields.Float):
    """Hours with at most two decimals; whole minutes inside."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return None if value is None else round(value / HOUR, 2)


class YearIn(Schema):
    year = fields.Integer(
        load_default=None,
        validate=validate.Range(2000, 2100),
        metadata={"description": "the present one, unless it is given"},
    )


class OfOrganisationIn(YearIn):
    organisation_id = fields.UUID(required=True)


class StudiedOut(Schema):
    """One thing studied; `hours` is what it counts for the year, `worth` before the day's limit."""

    id = fields.UUID(required=True)
    kind = fields.String(
        required=True,
        metadata={"description": "attendance, training_course or make_up_study"},
    )
    title = fields.String(required=True)
    event_id = fields.UUID(
        required=True,
        allow_none=True,
        metadata={"description": "attended; of make-up study, the one that was missed"},
    )
    day = fields.Date(required=True)
    worth = Hours(required=True)
    hours = Hours(attribute="counted", required=True)


class _Measured(Schema):
    """`target` and `missing` are null where nothing is asked."""

    hours = Hours(attribute="minutes", required=True)
    target = Hours(required=True, allow_none=True)
    missing = Hours(required=True, allow_none=True)


class MyStudyHoursOut(_Measured):
    year = fields.Integer(required=True)
    items = fields.List(fields.Nested(StudiedOut), required=True)


class MemberHoursOut(_Measured):
    member_id = fields.UUID(required=True)
    member_no = fields.String(required=True)
    name = fields.String(required=True)


class _Counts(Schema):
    members = fields.Integer(required=True)
    asked = fields.Integer(
        required=True, metadata={"description": "members of whom study is asked"}
    )
    met = fields.Integer(required=True, metadata={"description": "of these, who have done it"})


class BelowOut(_Counts):
    """A branch of a unit, or a unit of the city; that one's counts are null until counted."""

    organisation_id = fields.UUID(required=True)
    name = fields.String(required=True)
    members = fields.Integer(required=True, allow_none=True)
    asked = fields.Integer(required=True, allow_none=True)
    met = fields.Integer(required=True, allow_none=True)


class StudyHoursOut(_Counts):
    """Counts; for a branch's own committee its members (`items`), above it those `below`."""

    organisation_id = fields.UUID(attribute="organisation.id", required=True)
    name = fields.String(attribute="organisation.name", required=True)
    year = fields.Integer(required=True)
    items = fields.List(fields.Nested(MemberHoursOut), required=True, allow_none=True)
    below = fields.List(fields.Nested(BelowOut), required=True, allow_none=True)
    counted_at = fields.AwareDateTime(
        required=True,
        allow_none=True,
        metadata={"description": "of the city: when the oldest of its units' figures was counted"},
    )
