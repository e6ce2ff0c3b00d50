"""Stream ``results`` (events → points): who won or placed in what, as the organiser confirmed it.

A message holds the *absolute* state of one member's share in one result. A correction or a withdrawal
sends it again with a higher revision; the highest revision is what counts, whatever order messages
arrive in. Kind, title and moment stay as they were first told.
"""

from typing import Final

from marshmallow import RAISE, Schema, fields, validate

STREAM: Final = "results"
RECORDED_V1: Final = "results.recorded.v1"

KINDS: Final = ("prize", "quiz", "placing")
LEVELS: Final = ("unit", "city", "province")
STATES: Final = ("present", "annulled")


class ResultRecordedV1(Schema):
    """``results.recorded.v1``; key: the member's id."""

    class Meta:
        unknown = RAISE

    result_id = fields.UUID(required=True)
    event_id = fields.UUID(required=True)
    member_id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    level = fields.String(required=True, allow_none=True, validate=validate.OneOf(LEVELS))
    place = fields.Integer(required=True, allow_none=True, validate=validate.Range(1))
    title = fields.String(required=True)
    occurred_at = fields.AwareDateTime(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    reason = fields.String(required=True, allow_none=True)
    revision = fields.Integer(required=True, validate=validate.Range(1))
