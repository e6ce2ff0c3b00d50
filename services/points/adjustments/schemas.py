"""Shapes of adjustments."""

from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from services.points.adjustments.policy import LARGEST
from services.points.ledger.schemas import EntryOut
from services.points.scoring.vocabulary import LEVELS
from shared.fields import Words
from shared.web import CursorIn, Points, Schema

STATES = ("proposed", "approved", "rejected", "withdrawn")
REASON = 500
EVIDENCE = 4000
DAY = validate.Range(date(2000, 1, 1), date(2100, 12, 31))


class AdjustmentIn(Schema):
    """A proposal. A correction states its points; all other kinds are worth what the rules say."""

    member_id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=validate.Length(1, 60))
    day = fields.Date(required=True, validate=DAY)
    reason = Words(REASON, required=True)
    evidence = Words(EVIDENCE, load_default=None, allow_none=True)
    attachment_id = fields.UUID(load_default=None, allow_none=True)
    points = Points(
        load_default=None,
        allow_none=True,
        validate=[validate.Range(-LARGEST, LARGEST), validate.NoneOf((0,))],
    )
    level = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(LEVELS))
    corrects = fields.UUID(load_default=None, allow_none=True)
    claim_id = fields.UUID(load_default=None, allow_none=True)

    @validates_schema
    def what_goes_with_the_kind(self, data: dict[str, Any], **_kwargs: Any) -> None:
        kind = data.get("kind")
        if (data.get("points") is not None) != (kind == "correction"):
            raise ValidationError("A correction has points; no other kind has.", "points")
        if data.get("corrects") is not None and kind != "correction":
            raise ValidationError("Only a correction corrects an entry.", "corrects")
        if (data.get("claim_id") is not None) != (kind == "false_claim"):
            raise ValidationError("A false claim names the claim; no other kind does.", "claim_id")


class ReasonIn(Schema):
    reason = Words(REASON, required=True)


class AdjustmentsQuery(CursorIn):
    """`queue=approval`: what waits for the asker's decision."""

    member_id = fields.UUID(load_default=None)
    organisation_id = fields.UUID(load_default=None)
    state = fields.String(load_default=None, validate=validate.OneOf(STATES))
    queue = fields.String(load_default=None, validate=validate.OneOf(("approval",)))


class AdjustmentOut(Schema):
    """An adjustment.

    `worth` is what it adds before any limit, by the rules as they stood when it was proposed.
    `reversed_by` names the reversal that is proposed or approved; `undone` tells that it no longer
    counts. Whom it concerns may appeal until `appeal_until`. Names are None of people whom the
    roster does not know.
    """

    id = fields.UUID(required=True)
    member_id = fields.UUID(required=True)
    member_name = fields.String(required=True)
    organisation_id = fields.UUID(required=True)
    kind = fields.String(required=True)
    day = fields.Date(required=True)
    points = Points(required=True, allow_none=True)
    level = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True)
    evidence = fields.String(required=True, allow_none=True)
    attachment_id = fields.UUID(required=True, allow_none=True)
    corrects = fields.UUID(required=True, allow_none=True)
    claim_id = fields.UUID(required=True, allow_none=True)
    reverses = fields.UUID(required=True, allow_none=True)
    reversed_by = fields.UUID(required=True, allow_none=True)
    undone = fields.Boolean(required=True)
    worth = Points(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    proposed_by = fields.UUID(required=True)
    proposed_by_name = fields.String(required=True, allow_none=True)
    proposed_at = fields.AwareDateTime(required=True)
    decided_by = fields.UUID(required=True, allow_none=True)
    decided_by_name = fields.String(required=True, allow_none=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)
    decision_reason = fields.String(required=True, allow_none=True)
    appeal_until = fields.Date(required=True, allow_none=True)


class ForecastOut(EntryOut):
    """An entry that an approval at this moment would post."""

    class Meta(EntryOut.Meta):
        exclude = ("id", "posted_at")


class AdjustmentDetailOut(AdjustmentOut):
    """With what the ledger would gain, while it waits, and what it gained, once approved.

    `forecast` is None once it is decided, and where it can no longer be approved.
    """

    forecast = fields.List(fields.Nested(ForecastOut), required=True, allow_none=True)
    entries = fields.List(fields.Nested(EntryOut), required=True)
