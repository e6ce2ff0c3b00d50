"""Stream ``attendance`` (events → points): who attended what, in which role, for how long.

A message holds the *absolute* state of one attendance. A check-out or an annulment sends it again
with a higher revision; the highest revision is what counts, whatever order messages arrive in.
"""

from typing import Final

from marshmallow import RAISE, Schema, fields, validate

STREAM: Final = "attendance"
RECORDED_V1: Final = "attendance.recorded.v1"

ROLES: Final = ("participant", "lecturer", "helper")
LEVELS: Final = ("branch", "unit", "city")
STATES: Final = ("present", "annulled")


class AttendanceRecordedV1(Schema):
    """``attendance.recorded.v1``; key: the member's id."""

    class Meta:
        unknown = RAISE

    check_in_id = fields.UUID(required=True)
    event_id = fields.UUID(required=True)
    session_id = fields.UUID(required=True)
    member_id = fields.UUID(required=True)
    category = fields.String(required=True)
    tags = fields.List(fields.String(), required=True)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    title = fields.String(required=True)
    occurred_at = fields.AwareDateTime(required=True)
    minutes = fields.Integer(required=True, allow_none=True, validate=validate.Range(0))
    level = fields.String(required=True, allow_none=True, validate=validate.OneOf(LEVELS))
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    reason = fields.String(required=True, allow_none=True)
    revision = fields.Integer(required=True, validate=validate.Range(1))
