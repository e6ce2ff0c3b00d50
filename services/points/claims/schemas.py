"""Shapes of claims."""

from typing import Final

from marshmallow import ValidationError, fields, validate

from services.points.claims import policy
from services.points.claims.kinds import KINDS
from services.points.rules.schemas import RuleShownOut
from shared.fields import Words
from shared.web import CursorIn, Points, Schema

_STATES: Final = (*policy.OPEN, "approved", "rejected", "withdrawn", "annulled")
_QUEUES: Final = ("own", "review", "reach")
_BULK: Final = 100


def _one_line(value: str) -> None:
    if not value.isprintable() or value != value.strip():
        raise ValidationError("Write it without line breaks, invisible characters or outer spaces.")


class ClaimIn(Schema):
    kind = fields.String(required=True, validate=validate.OneOf(tuple(KINDS)))
    day = fields.Date(required=True, metadata={"description": "when it was done, in Asia/Shanghai"})
    title = fields.String(required=True, validate=(validate.Length(1, 100), _one_line))
    description = fields.String(load_default="", validate=validate.Length(0, 2000))
    level = fields.String(
        load_default=None,
        validate=validate.Length(1, 60),
        metadata={"description": "of make-up study: the kind of the session that was missed"},
    )
    attachment_id = fields.UUID(load_default=None)
    client_ref = fields.UUID(
        load_default=None, metadata={"description": "the same one again gets the claim it made"}
    )


class ReviewIn(Schema):
    decision = fields.String(required=True, validate=validate.OneOf(tuple(policy.DECISIONS)))
    reason = Words(
        500,
        optional=True,
        load_default="",
        metadata={"description": "needed to return (what is missing) and to reject"},
    )


class ReviewsIn(ReviewIn):
    ids = fields.List(fields.UUID(), required=True, validate=validate.Length(1, _BULK))


class ClaimsQuery(CursorIn):
    queue = fields.String(
        load_default="own",
        validate=validate.OneOf(_QUEUES),
        metadata={
            "description": "own claims, newest first; what waits for the asker's review, oldest due"
            " first; or all claims of those the asker may review, newest first"
        },
    )
    organisation_id = fields.UUID(metadata={"description": "itself and all below it"})
    member_id = fields.UUID()
    kind = fields.String(validate=validate.OneOf(tuple(KINDS)))
    state = fields.String(validate=validate.OneOf(_STATES))
    round = fields.String(validate=validate.Regexp(r"^[0-9]{4}-(0[1-9]|1[0-2])\Z"))


class GrantOut(Schema):
    rule_code = fields.String(required=True)
    points = Points(required=True)
    why = fields.String(required=True)


class GrantedOut(Schema):
    """What the ledger gave for an approved claim; `why` says so where it gave nothing."""

    points = Points(required=True)
    entries = fields.List(fields.Nested(GrantOut), required=True)
    why = fields.List(fields.String(), required=True)


class ClaimStepOut(Schema):
    number = fields.Integer(required=True)
    step = fields.String(required=True)
    done_by = fields.UUID(required=True, allow_none=True)
    done_by_name = fields.String(required=True, allow_none=True)
    done_at = fields.AwareDateTime(required=True)
    reason = fields.String(required=True, allow_none=True)
    content = fields.Dict(
        keys=fields.String(),
        required=True,
        allow_none=True,
        metadata={"description": "what was claimed, where it was submitted"},
    )


class ClaimSummary(Schema):
    id = fields.UUID(required=True)
    member_id = fields.UUID(required=True)
    member_name = fields.String(required=True)
    organisation_id = fields.UUID(required=True)
    organisation_name = fields.String(required=True)
    group_id = fields.UUID(required=True, allow_none=True)
    kind = fields.String(required=True)
    day = fields.Date(required=True)
    level = fields.String(required=True, allow_none=True)
    title = fields.String(required=True)
    description = fields.String(required=True)
    attachment_id = fields.UUID(required=True, allow_none=True)
    round = fields.String(
        required=True,
        metadata={
            "description": "the month in whose round it was handed in, until the 25th, e.g. 2026-11;"
            " its points are those of the month of `day`"
        },
    )
    state = fields.String(required=True, validate=validate.OneOf(_STATES))
    due_on = fields.Date(required=True, allow_none=True)
    created_at = fields.AwareDateTime(required=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)
    version = fields.Integer(required=True)


class ClaimOut(ClaimSummary):
    history = fields.List(fields.Nested(ClaimStepOut), required=True)
    granted = fields.Nested(GrantedOut, required=True, allow_none=True)
    possible = fields.List(
        fields.String(), required=True, metadata={"description": "decisions open to the asker"}
    )


class ReviewsOut(Schema):
    items = fields.List(fields.Nested(ClaimSummary), required=True)


class KindOut(Schema):
    """A kind of claim, its rule in force, and what the asker can still get this year."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    hint = fields.String(required=True)
    levels = fields.List(fields.String(), required=True)
    attachment = fields.Boolean(required=True)
    rule = fields.Nested(RuleShownOut, required=True, allow_none=True)
    used = Points(required=True)
    left = Points(required=True, allow_none=True, metadata={"description": "null: no limit"})


class KindsOut(Schema):
    items = fields.List(fields.Nested(KindOut), required=True)
