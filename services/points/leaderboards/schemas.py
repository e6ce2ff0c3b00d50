"""Shapes of boards and of their policies."""

from marshmallow import fields, validate

from services.points.leaderboards.policy import POLICIES
from services.points.leaderboards.units import BANDS
from services.points.scoring.vocabulary import CATEGORIES
from shared.web import Points, Schema

PERIOD = r"^20[0-9]{2}(-Q[1-4]|-(0[1-9]|1[0-2]))?\Z"


class BoardIn(Schema):
    organisation_id = fields.UUID(required=True)
    period = fields.String(required=True, validate=validate.Regexp(PERIOD))
    category = fields.String(load_default=None, validate=validate.OneOf(CATEGORIES))
    limit = fields.Integer(load_default=10, validate=validate.Range(1, 200))


class PersonOut(Schema):
    id = fields.UUID(required=True, allow_none=True)
    name = fields.String(required=True)


class PlaceOut(Schema):
    """A place; who hides the name has no id either."""

    rank = fields.Integer(required=True)
    member = fields.Nested(PersonOut, required=True)
    points = Points(required=True)


class OwnOut(Schema):
    """The asker's own place; `ahead_of` is the share of the board with fewer points, in percent."""

    rank = fields.Integer(required=True, allow_none=True)
    points = Points(required=True)
    ahead_of = fields.Integer(required=True, allow_none=True)
    neighbours = fields.List(fields.Nested(PlaceOut), required=True)


class BoardOut(Schema):
    organisation_id = fields.UUID(required=True)
    period = fields.String(required=True)
    category = fields.String(required=True, allow_none=True)
    policy = fields.String(required=True)
    items = fields.List(fields.Nested(PlaceOut), required=True)
    own = fields.Nested(OwnOut, required=True, allow_none=True)
    size = fields.Integer(required=True, allow_none=True)
    source = fields.String(
        required=True, validate=validate.OneOf(("redis", "snapshot", "sql", "none"))
    )


class PolicyIn(Schema):
    policy = fields.String(required=True, validate=validate.OneOf(POLICIES))
    top_n = fields.Integer(load_default=10, validate=validate.Range(1, 100))
    all_off = fields.Boolean(load_default=False)


class PolicyOut(PolicyIn):
    organisation_id = fields.UUID(required=True)
    inherited = fields.Boolean(required=True)
    version = fields.Integer(required=True)


class PreferencesIn(Schema):
    hide_name = fields.Boolean(required=True)


class UnitsIn(Schema):
    period = fields.String(required=True, validate=validate.Regexp(PERIOD))
    by = fields.String(
        load_default="per_head", validate=validate.OneOf(("per_head", "participation"))
    )
    band = fields.Integer(
        load_default=None,
        validate=validate.Range(0, len(BANDS)),
        metadata={"description": "a size band's number; default: the own unit's"},
    )


class BandOut(Schema):
    band = fields.Integer(required=True)
    from_ = fields.Integer(data_key="from", attribute="from", required=True)
    below = fields.Integer(required=True, allow_none=True)


class UnitPlaceOut(Schema):
    rank = fields.Integer(required=True)
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    members = fields.Integer(required=True, metadata={"description": "who are scored"})
    per_head = fields.Float(required=True, metadata={"description": "points a head"})
    participation = fields.Float(
        required=True, metadata={"description": "percent who earned anything in the period"}
    )


class UnitsOut(Schema):
    """Units of like size beside each other, as far as the city's policy shows them."""

    period = fields.String(required=True)
    by = fields.String(required=True)
    band = fields.Integer(required=True)
    policy = fields.String(required=True)
    bands = fields.List(fields.Nested(BandOut), required=True)
    size = fields.Integer(required=True, allow_none=True)
    items = fields.List(fields.Nested(UnitPlaceOut), required=True)
    own = fields.Nested(UnitPlaceOut, required=True, allow_none=True)
