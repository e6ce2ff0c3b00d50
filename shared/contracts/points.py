"""Stream ``points`` (points → its own boards): what members' totals now are.

Totals are absolute, in tenths of a point, with the version of the member's year they were read
at; an older version never overwrites a newer one.
"""

from typing import Final

from marshmallow import RAISE, Schema, fields

STREAM: Final = "points"
CHANGED_V1: Final = "points.changed.v1"


class _Strict(Schema):
    class Meta:
        unknown = RAISE


class ChangeV1(_Strict):
    member_id = fields.UUID(required=True)
    year = fields.Integer(required=True)
    version = fields.Integer(required=True)
    # Period (2026, 2026-Q4, 2026-11) → tenths.
    periods = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class PointsChangedV1(_Strict):
    """``points.changed.v1``; key: ``batch``; one message a posting batch."""

    changes = fields.List(fields.Nested(ChangeV1), required=True)
