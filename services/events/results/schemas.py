"""Shapes of results."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from marshmallow import ValidationError, fields, validate, validates_schema

from services.events.catalogue.schemas import Line, Moment
from shared.contracts.results import KINDS, LEVELS
from shared.web import CursorIn, Schema, page_of

_MOST_MEMBERS: Final = 100


def _once_each(ids: Sequence[UUID]) -> None:
    if len(ids) != len({*ids}):
        raise ValidationError("Name each member once.")


def _members(**kwargs: Any) -> "fields.List[UUID]":
    return fields.List(
        fields.UUID(), validate=[validate.Length(1, _MOST_MEMBERS), _once_each], **kwargs
    )


class ResultIn(Schema):
    """A result of one member, or of a team's members as one."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    level = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.OneOf(LEVELS),
        metadata={"description": "of a prize; points go by it"},
    )
    place = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(1, 1000))
    note = Line(load_default="", validate=validate.Length(0, 200))
    team = Line(load_default="", validate=validate.Length(0, 100))
    team_id = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={
            "description": "a team of the event: its name and who has joined are taken from it"
        },
    )
    member_ids = _members(load_default=None, allow_none=True)

    @validates_schema
    def members_or_team(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if (data["team_id"] is None) == (data["member_ids"] is None):
            raise ValidationError("Name the members, or a team of the event.", "member_ids")


class ResultPatch(Schema):
    """What was done stays: withdraw a result of another kind, and enter it anew."""

    level = fields.String(allow_none=True, validate=validate.OneOf(LEVELS))
    place = fields.Integer(allow_none=True, validate=validate.Range(1, 1000))
    note = Line(validate=validate.Length(0, 200))
    team = Line(validate=validate.Length(0, 100))
    member_ids = _members()
    reason = Line(
        validate=validate.Length(1, 500), metadata={"description": "once it is confirmed"}
    )


class ConfirmIn(Schema):
    result_ids = fields.List(
        fields.UUID(),
        load_default=None,
        allow_none=True,
        validate=validate.Length(1, 500),
        metadata={"description": "all drafts if not said"},
    )


class WithdrawIn(Schema):
    reason = Line(required=True, validate=validate.Length(1, 500))


class ResultsIn(CursorIn):
    pass


class WinnerOut(Schema):
    member_id = fields.UUID(required=True)
    name = fields.String(attribute="member.name", dump_default=None, allow_none=True)


class ResultOut(Schema):
    id = fields.UUID(required=True)
    event_id = fields.UUID(required=True)
    kind = fields.String(required=True)
    level = fields.String(required=True, allow_none=True)
    place = fields.Integer(required=True, allow_none=True)
    note = fields.String(required=True)
    team = fields.String(required=True)
    members = fields.List(fields.Nested(WinnerOut), required=True)
    state = fields.String(required=True, metadata={"description": "draft, confirmed or withdrawn"})
    reason = fields.String(required=True, allow_none=True)
    confirmed_at = Moment(required=True, allow_none=True)
    version = fields.Integer(required=True)


class ConfirmedOut(Schema):
    items = fields.List(fields.Nested(ResultOut), required=True)


ResultsPage = page_of(ResultOut)
