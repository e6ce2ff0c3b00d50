"""Shapes of the branch calendar."""

from typing import Any

from marshmallow import fields, validate

from services.events.cadence.policy import State
from services.events.study_hours.schemas import OfOrganisationIn, YearIn
from shared.text import Text
from shared.web import Schema
from shared.web.problems import language

__all__ = ["OfOrganisationIn", "YearIn"]

_YEAR = validate.Range(2000, 2100)


class Words(fields.String):
    """A sentence in both languages inside, in the asker's outside."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        said = value.in_language(language()) if isinstance(value, Text) else value
        return super()._serialize(said, attr, obj, **kwargs)


def _seen_by() -> fields.String:
    return fields.String(
        attribute="rule.seen_by",
        required=True,
        metadata={"description": "events, marks, study or training"},
    )


def _kinds() -> Any:
    return fields.List(
        fields.String(),
        attribute="rule.kinds",
        required=True,
        metadata={"description": "categories or tags of the events that satisfy it"},
    )


class MarkIn(Schema):
    """Done or not, and nothing of its contents."""

    year = fields.Integer(required=True, validate=_YEAR)
    done = fields.Boolean(required=True)


class DutyIn(Schema):
    """Who answers for a rule; nobody in particular leaves it to the secretary."""

    member_id = fields.UUID(load_default=None, allow_none=True)
    due_day = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=validate.Range(1, 31),
        metadata={
            "description": "the day of a period's last month by which it is wanted; null: its end"
        },
    )


class RuleIn(Schema):
    from_year = fields.Integer(required=True, validate=_YEAR)
    figures = fields.Dict(keys=fields.String(), required=True)


class RuleOut(Schema):
    """A rule and what it asks."""

    rule = fields.String(attribute="rule.code", required=True)
    name = Words(attribute="rule.name", required=True)
    source = Words(attribute="rule.source", required=True)
    verified = fields.Boolean(
        attribute="rule.verified",
        required=True,
        metadata={"description": "read in the source; otherwise it came second-hand"},
    )
    seen_by = _seen_by()
    kinds = _kinds()
    fixed = fields.Function(
        lambda shown: sorted(shown["rule"].fixed),
        metadata={"type": "array", "items": {"type": "string"}},
    )
    figures = fields.Dict(keys=fields.String(), required=True)
    from_year = fields.Integer(required=True)
    set_by = fields.UUID(
        required=True, allow_none=True, metadata={"description": "null: as delivered"}
    )
    set_at = fields.AwareDateTime(required=True)
    version = fields.Integer(required=True, metadata={"description": "for If-Match"})


class RulesOut(Schema):
    items = fields.List(fields.Nested(RuleOut), required=True)


class MarkOut(Schema):
    done = fields.Boolean(required=True)
    set_at = fields.AwareDateTime(required=True)
    version = fields.Integer(required=True, metadata={"description": "for If-Match; 0 before"})


class DutyOut(Schema):
    member_id = fields.UUID(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True)
    named = fields.Boolean(
        required=True,
        metadata={"description": "otherwise the secretary, or who leads the group"},
    )
    due_day = fields.Integer(required=True, allow_none=True)
    due_on = fields.Date(
        dump_default=None,
        allow_none=True,
        metadata={"description": "until when what is due now is wanted"},
    )
    version = fields.Integer(required=True, metadata={"description": "for If-Match; 0 before"})


class HeldOut(Schema):
    """An event that satisfies the rule: expected, present, excused (应到/实到/请假)."""

    event_id = fields.UUID(required=True)
    title = fields.String(required=True)
    held_on = fields.Date(required=True)
    organisation = fields.String(required=True)
    expected = fields.Integer(required=True, allow_none=True)
    present = fields.Integer(required=True)
    excused = fields.Integer(required=True, allow_none=True)


class StudyOut(Schema):
    members = fields.Integer(required=True)
    asked = fields.Integer(required=True)
    met = fields.Integer(required=True)


class CountsOut(Schema):
    """Organisations by state."""

    done = fields.Integer(required=True)
    due = fields.Integer(required=True)
    overdue = fields.Integer(required=True)
    not_applicable = fields.Integer(required=True)


class PeriodOut(Schema):
    """A period: of one organisation with its state, above with `counts`."""

    period = fields.String(required=True)
    first = fields.Date(required=True)
    last = fields.Date(required=True)
    state = fields.Enum(State, by_value=True, dump_default=None, allow_none=True)
    next_on = fields.Date(dump_default=None, allow_none=True)
    held = fields.Integer(
        dump_default=None, allow_none=True, metadata={"description": "events that satisfy it"}
    )
    missing = fields.List(
        fields.String(),
        dump_default=(),
        metadata={"description": "groups of the branch that have not held theirs"},
    )
    events = fields.List(fields.Nested(HeldOut), dump_default=())
    mark = fields.Nested(MarkOut, dump_default=None, allow_none=True)
    study = fields.Nested(StudyOut, dump_default=None, allow_none=True)
    done_on = fields.Date(dump_default=None, allow_none=True)
    counts = fields.Nested(CountsOut, dump_default=None, allow_none=True)


class WatchedOut(Schema):
    rule = fields.String(attribute="rule.code", required=True)
    name = Words(attribute="rule.name", required=True)
    source = Words(attribute="rule.source", required=True)
    verified = fields.Boolean(attribute="rule.verified", required=True)
    period = fields.String(attribute="figures.period", required=True)
    minimum = fields.Integer(attribute="figures.minimum", required=True)
    seen_by = _seen_by()
    kinds = _kinds()
    duty = fields.Nested(DutyOut, required=True, allow_none=True)
    periods = fields.List(fields.Nested(PeriodOut), required=True)


class OverdueOut(Schema):
    organisation_id = fields.UUID(required=True)
    name = fields.String(required=True)
    rule = fields.String(required=True)
    period = fields.String(required=True)


class UnitOut(Schema):
    """A unit of the city; `overdue` is null until it has been counted."""

    organisation_id = fields.UUID(required=True)
    name = fields.String(required=True)
    overdue = fields.Integer(required=True, allow_none=True)


class CadenceOut(Schema):
    """The calendar; `overdue` item by item for a unit, `units` with their counts for the city."""

    organisation_id = fields.UUID(attribute="organisation.id", required=True)
    name = fields.String(attribute="organisation.name", required=True)
    kind = fields.String(attribute="organisation.kind", required=True)
    year = fields.Integer(required=True)
    today = fields.Date(required=True)
    rules = fields.List(fields.Nested(WatchedOut), required=True)
    overdue = fields.List(fields.Nested(OverdueOut), required=True, allow_none=True)
    units = fields.List(fields.Nested(UnitOut), required=True, allow_none=True)
    counted_at = fields.AwareDateTime(
        required=True,
        allow_none=True,
        metadata={"description": "of the city: when the oldest of its units' figures was counted"},
    )
