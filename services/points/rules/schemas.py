"""Shapes of rules and rule sets; points are numbers with at most one decimal here."""

from pathlib import Path
from typing import Any, Final

from marshmallow import ValidationError, fields, pre_load, validate, validates_schema

from services.points.rules.words import value_forms
from services.points.scoring import vocabulary
from services.points.scoring.kinds import KINDS, deducts
from shared.text import Text
from shared.web import Points, Schema, reason

_LARGEST = 10_000_000
_TENTHS = validate.Range(-_LARGEST, _LARGEST)
_LIMIT = validate.Range(0, _LARGEST, error="A cap is never below zero, nor above 1000000.")
PRESETS: Final = sorted(path.stem for path in (Path(__file__).parent / "presets").glob("*.json"))


class ValueField(fields.Dict):
    """A rule's value: ``{"kind": …}`` and the parameters that kind declares."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        shown = dict(value)
        kind = KINDS[shown.pop("kind")]
        return {"kind": kind.NAME, **kind.PARAMETERS().dump(shown)}

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, dict):
            raise ValidationError("An object with `kind` and its parameters.")
        parameters = dict(value)
        kind = KINDS.get(str(parameters.pop("kind", None)))
        if kind is None:
            raise ValidationError({"kind": [f"One of: {', '.join(sorted(KINDS))}."]})
        return {"kind": kind.NAME, **kind.PARAMETERS().load(parameters)}


class Words(fields.List[str]):
    """Words in no order, each once: however they are sent, the same ones are stored the same."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[Any]:
        return sorted(set(super()._deserialize(value, attr, data, **kwargs)))


class CapSchema(Schema):
    per = fields.String(required=True, validate=validate.OneOf(vocabulary.PERIODS))
    points = Points(required=True, validate=_LIMIT)


class RuleIn(Schema):
    """A rule without its code, which the address names."""

    name_zh = fields.String(required=True, validate=validate.Length(1, 60))
    name_en = fields.String(required=True, validate=validate.Length(1, 80))
    category = fields.String(required=True, validate=validate.OneOf(vocabulary.CATEGORIES))
    trigger = Words(
        fields.String(validate=validate.OneOf(vocabulary.TRIGGERS)),
        required=True,
        validate=validate.Length(1, 4),
    )
    kinds = Words(
        fields.String(validate=validate.OneOf(vocabulary.FACT_KINDS)),
        required=True,
        validate=validate.Length(1, 40),
    )
    role = fields.String(load_default="participant", validate=validate.OneOf(vocabulary.ROLES))
    minimum_minutes = fields.Integer(load_default=0, validate=validate.Range(0, 1440))
    value = ValueField(required=True, metadata={"oneOf": value_forms()})
    caps = fields.List(fields.Nested(CapSchema), load_default=list, validate=validate.Length(0, 5))

    @validates_schema
    def one_cap_a_period(self, data: dict[str, Any], **_kwargs: Any) -> None:
        periods = [cap["per"] for cap in data.get("caps", [])]
        if len(periods) != len(set(periods)):
            raise ValidationError("One cap for each period.", "caps")

    @validates_schema
    def the_system_opens_years(self, data: dict[str, Any], **_kwargs: Any) -> None:
        opens = data.get("kinds") == ["year_opening"]
        if opens != (data.get("trigger") == ["system"]):
            raise ValidationError("Trigger system belongs to kind year_opening alone.", "trigger")

    @validates_schema
    def the_value_fits_the_trigger(self, data: dict[str, Any], **_kwargs: Any) -> None:
        value, trigger = data.get("value"), data.get("trigger")
        if value is None or trigger is None:
            return
        allowed = KINDS[value["kind"]].TRIGGERS
        if not set(trigger) <= set(allowed):
            raise ValidationError(f"This kind of value allows: {', '.join(allowed)}.", "trigger")
        if deducts(value) and trigger != ["manual"]:
            raise ValidationError(
                "What takes points away needs two people: trigger manual alone.", "trigger"
            )


class RuleOut(RuleIn):
    code = fields.String(required=True)


class RuleShownOut(RuleOut):
    """A rule with what it gives in words."""

    words_zh = fields.Function(lambda rule: _words(rule).zh, metadata={"type": "string"})
    words_en = fields.Function(lambda rule: _words(rule).en, metadata={"type": "string"})


def _words(rule: dict[str, Any]) -> Text:
    return KINDS[rule["value"]["kind"]].explain(rule["value"])


class RulesOut(Schema):
    """The rules in force where the asker belongs: the city's, with the unit's own laid over."""

    rule_set_id = fields.UUID(required=True)
    name = fields.String(required=True)
    unit_rule_set_id = fields.UUID(required=True, allow_none=True)
    effective_at = fields.AwareDateTime(required=True)
    category_caps = fields.Dict(keys=fields.String(), values=Points(), required=True)
    monthly_gain = Points(required=True, allow_none=True)
    floor = Points(required=True)
    rules = fields.List(fields.Nested(RuleShownOut), required=True)


class WordOut(Schema):
    code = fields.String(required=True)
    name = fields.String(required=True)


class ValueKindOut(Schema):
    kind = fields.String(required=True)
    name = fields.String(required=True)
    triggers = fields.List(fields.String(), required=True)
    parameters = fields.Dict(
        keys=fields.String(), required=True, metadata={"description": "their JSON schema"}
    )


class WordsOut(Schema):
    """What a rule can be made of; what is not here cannot be scored."""

    values = fields.List(fields.Nested(ValueKindOut), required=True)
    categories = fields.List(fields.Nested(WordOut), required=True)
    triggers = fields.List(fields.Nested(WordOut), required=True)
    kinds = fields.List(fields.Nested(WordOut), required=True)
    roles = fields.List(fields.Nested(WordOut), required=True)
    periods = fields.List(fields.Nested(WordOut), required=True)
    levels = fields.List(fields.Nested(WordOut), required=True)


class _Settings(Schema):
    category_caps = fields.Dict(
        keys=fields.String(validate=validate.OneOf(vocabulary.CATEGORIES)),
        values=Points(validate=_LIMIT),
    )
    monthly_gain = Points(allow_none=True, validate=_LIMIT)
    floor = Points(validate=_TENTHS)


class RuleSetPatch(_Settings):
    name = fields.String(validate=validate.Length(1, 200))
    category_caps = fields.Dict(
        keys=fields.String(validate=validate.OneOf(vocabulary.CATEGORIES)),
        values=Points(validate=_LIMIT, allow_none=True),
        metadata={"description": "those to change; null takes a cap away"},
    )

    @pre_load
    def something(self, data: Any, **_kwargs: Any) -> Any:
        if data == {}:
            raise ValidationError("Name what to change.")
        return data


class RuleSetIn(Schema):
    """A draft is a copy: of the set in force, of the one named, or of a preset."""

    name = fields.String(required=True, validate=validate.Length(1, 200))
    based_on = fields.UUID(load_default=None)
    preset = fields.String(load_default=None, validate=validate.OneOf(PRESETS))
    organisation_id = fields.UUID(
        load_default=None, metadata={"description": "a unit, for rules of its own; else the city's"}
    )

    @validates_schema
    def one_source(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data["preset"] and (data["based_on"] or data["organisation_id"]):
            raise ValidationError("A preset is the whole source of a set of the city's.", "preset")


class SubmitIn(Schema):
    """A day of the past needs a reason and a finished simulation of the draft from that day on."""

    effective_from = fields.Date(required=True)
    reason = fields.String(validate=reason(500))
    simulation_id = fields.UUID()

    @validates_schema
    def both_or_neither(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if ("reason" in data) != ("simulation_id" in data):
            raise ValidationError("Rules for the past need a reason and a simulation.", "reason")


class ApproveIn(Schema):
    digest = fields.String(
        load_default=None,
        metadata={"description": "of the difference that is signed, for rules of the past"},
    )


class DifferenceOut(Schema):
    """What rules for the past change, as simulated when they were submitted."""

    digest = fields.String(required=True)
    points = Points(required=True)
    members = fields.Integer(required=True)
    below_floor = fields.Integer(required=True)
    simulated_at = fields.String(required=True, metadata={"format": "date-time"})


class RuleSetSummary(_Settings):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    state = fields.String(required=True)
    based_on = fields.UUID(required=True, allow_none=True)
    effective_from = fields.Date(required=True, allow_none=True)
    effective_at = fields.AwareDateTime(required=True, allow_none=True)
    created_by = fields.UUID(required=True)
    created_at = fields.AwareDateTime(required=True)
    submitted_by = fields.UUID(required=True, allow_none=True)
    approved_by = fields.UUID(required=True, allow_none=True)
    approved_at = fields.AwareDateTime(required=True, allow_none=True)
    organisation_id = fields.UUID(required=True, allow_none=True)
    retroactive = fields.Boolean(required=True)
    reason = fields.String(required=True, allow_none=True)
    simulation_id = fields.UUID(required=True, allow_none=True)
    difference = fields.Nested(DifferenceOut, required=True, allow_none=True)
    revoked_by = fields.UUID(required=True, allow_none=True)
    revoked_at = fields.AwareDateTime(required=True, allow_none=True)
    version = fields.Integer(required=True)


class RuleSetOut(RuleSetSummary):
    rules = fields.List(fields.Nested(RuleShownOut), required=True)


class ChangeOut(Schema):
    """One difference; `rule` is None for the set's own limits, `before`/`after` None if absent."""

    rule = fields.String(required=True, allow_none=True)
    field = fields.String(required=True)
    before = fields.Raw(required=True, allow_none=True)
    after = fields.Raw(required=True, allow_none=True)


class DiffOut(Schema):
    against = fields.UUID(
        required=True,
        allow_none=True,
        metadata={"description": "null: nothing, for a unit's first"},
    )
    changes = fields.List(fields.Nested(ChangeOut), required=True)
