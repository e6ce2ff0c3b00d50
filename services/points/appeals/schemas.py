"""Shapes of appeals."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from services.points.adjustments.policy import LARGEST
from services.points.adjustments.schemas import DAY, EVIDENCE, REASON
from services.points.appeals.policy import LEVELS
from services.points.ledger.schemas import EntryOut
from services.points.scoring.vocabulary import FACT_KINDS
from shared.fields import Words
from shared.web import CursorIn, Points, Schema

STATES = ("open", "upheld", "dismissed", "withdrawn")
ACTIONS = ("lodged", "upheld", "dismissed", "escalated", "withdrawn")
REMEDIES = ("annul", "correct")


class AppealIn(Schema):
    """What is appealed against: an own entry, an adjustment, or what was never posted.

    A rejected claim is named by its kind and day.
    """

    entry_id = fields.UUID(load_default=None, allow_none=True)
    adjustment_id = fields.UUID(load_default=None, allow_none=True)
    fact_kind = fields.String(
        load_default=None, allow_none=True, validate=validate.OneOf(FACT_KINDS)
    )
    day = fields.Date(load_default=None, allow_none=True, validate=DAY)
    reason = Words(REASON, required=True)
    evidence = Words(EVIDENCE, load_default=None, allow_none=True)
    attachment_id = fields.UUID(load_default=None, allow_none=True)

    @validates_schema
    def one_thing(self, data: dict[str, Any], **_kwargs: Any) -> None:
        named = [name for name in ("entry_id", "adjustment_id", "fact_kind") if data.get(name)]
        if len(named) != 1:
            raise ValidationError("Name one: entry_id, adjustment_id, or fact_kind with its day.")
        if (data.get("day") is not None) != (named == ["fact_kind"]):
            raise ValidationError("What was never posted has a day; nothing else has.", "day")


class AppealDecisionIn(Schema):
    """To uphold takes a remedy: the deduction is annulled, or points are added by a correction.

    A correction adds only: whoever wants to take points proposes an adjustment.
    """

    decision = fields.String(required=True, validate=validate.OneOf(("uphold", "dismiss")))
    reason = Words(REASON, required=True)
    remedy = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(REMEDIES))
    points = Points(load_default=None, allow_none=True, validate=validate.Range(1, LARGEST))

    @validates_schema
    def what_goes_together(self, data: dict[str, Any], **_kwargs: Any) -> None:
        remedy = data.get("remedy")
        if (remedy is not None) != (data.get("decision") == "uphold"):
            raise ValidationError("To uphold takes a remedy; to dismiss takes none.", "remedy")
        if (data.get("points") is not None) != (remedy == "correct"):
            raise ValidationError("To correct takes points; nothing else does.", "points")


class AppealsQuery(CursorIn):
    """`queue=decision`: what waits for the asker's decision."""

    member_id = fields.UUID(load_default=None)
    organisation_id = fields.UUID(load_default=None)
    state = fields.String(load_default=None, validate=validate.OneOf(STATES))
    queue = fields.String(load_default=None, validate=validate.OneOf(("decision",)))


class AppealOut(Schema):
    """An appeal.

    `level` is the lowest that may decide now. `asker_involved` tells that whoever asks has had a hand
    in it, as the member whose it is or otherwise, and so does not decide. `can_escalate` says why the member may take it a
    level up: ``dismissed``, ``overdue``, or None.
    """

    id = fields.UUID(required=True)
    member_id = fields.UUID(required=True)
    member_name = fields.String(required=True)
    organisation_id = fields.UUID(required=True)
    entry_id = fields.UUID(required=True, allow_none=True)
    adjustment_id = fields.UUID(required=True, allow_none=True)
    fact_kind = fields.String(required=True, allow_none=True)
    day = fields.Date(required=True, allow_none=True)
    reason = fields.String(required=True)
    evidence = fields.String(required=True, allow_none=True)
    attachment_id = fields.UUID(required=True, allow_none=True)
    level = fields.String(required=True, validate=validate.OneOf(LEVELS))
    escalated = fields.Boolean(required=True)
    asker_involved = fields.Boolean(required=True)
    due_on = fields.Date(required=True)
    overdue = fields.Boolean(required=True)
    can_escalate = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    lodged_at = fields.AwareDateTime(required=True)
    decided_by = fields.UUID(required=True, allow_none=True)
    decided_by_name = fields.String(required=True, allow_none=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)
    decision_reason = fields.String(required=True, allow_none=True)
    remedy = fields.String(required=True, allow_none=True)
    points = Points(required=True, allow_none=True)


class AppealStepOut(Schema):
    action = fields.String(required=True, validate=validate.OneOf(ACTIONS))
    level = fields.String(required=True, validate=validate.OneOf(LEVELS))
    actor = fields.UUID(required=True)
    actor_name = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True)
    at = fields.AwareDateTime(required=True)


class AppealDetailOut(AppealOut):
    """With its history, the entries it is about, and those that upholding it gave.

    `claim_ids` are the member's claims of the kind and day that something is missing of.
    """

    steps = fields.List(fields.Nested(AppealStepOut), required=True)
    about = fields.List(fields.Nested(EntryOut), required=True)
    claim_ids = fields.List(fields.UUID(), required=True)
    entries = fields.List(fields.Nested(EntryOut), required=True)
