"""Stream ``study`` (points → events): study that is not attended at an event.

Courses come by import and make-up study by approved claims; both are facts of the points service.
A message holds the *absolute* state of one of them. Annulled or corrected, it is sent again with a
higher revision; the highest revision is what counts, whatever order messages arrive in.
"""

from typing import Final

from marshmallow import RAISE, Schema, fields, validate

STREAM: Final = "study"
RECORDED_V1: Final = "study.recorded.v1"

COURSE: Final = "training_course"
MAKE_UP: Final = "make_up_study"
KINDS: Final = (COURSE, MAKE_UP)
STATES: Final = ("present", "annulled")


class StudyRecordedV1(Schema):
    """``study.recorded.v1``; key: the member's id."""

    class Meta:
        unknown = RAISE

    fact_id = fields.UUID(required=True)
    member_id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    title = fields.String(required=True)
    # Of a course its first moment; of make-up study, when the session was that was missed.
    occurred_at = fields.AwareDateTime(required=True)
    # Of a course, where it is known.
    days = fields.Integer(required=True, allow_none=True, validate=validate.Range(1))
    # Of make-up study: the category of the session that was missed.
    missed = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    reason = fields.String(required=True, allow_none=True)
    revision = fields.Integer(required=True, validate=validate.Range(1))
