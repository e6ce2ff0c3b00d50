"""Shapes of lists and of what was noted on them."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from services.events.catalogue.schemas import Moment, SessionOut
from services.events.check_ins.flags import FLAGS
from services.events.check_ins.schemas import DEVICE
from services.events.codes.offline_lists import LENGTH
from services.events.offline.refusals import REFUSALS
from shared.web import Schema

MOST_MARKS = 5000
OUTCOMES = ("present", "pending", "kept", "refused")


class OfflineListIn(Schema):
    device = fields.String(
        required=True,
        validate=validate.Regexp(DEVICE),
        metadata={"description": "a random name the app gave its installation"},
    )


class OfflineMemberOut(Schema):
    """Somebody on the list; the full name can be searched for, not read."""

    member_id = fields.UUID(required=True)
    name = fields.String(required=True, metadata={"description": "masked: 张*"})
    initials = fields.String(required=True, metadata={"description": "of the name in pinyin"})
    name_hash = fields.String(
        required=True,
        metadata={"description": "first 4 hex digits of SHA-256(salt's 16 bytes + full name)"},
    )
    pass_digest = fields.String(
        required=True, metadata={"description": "first 16 hex digits of SHA-256(pass)"}
    )


class OfflineListOut(Schema):
    list_token = fields.String(required=True)
    expires_at = Moment(
        required=True, metadata={"description": "until then what was noted may be sent"}
    )
    salt = fields.UUID(required=True)
    event_id = fields.UUID(required=True)
    title = fields.String(required=True)
    sessions = fields.List(fields.Nested(SessionOut), required=True)
    complete = fields.Boolean(
        required=True,
        metadata={"description": "false: more are expected than listed; keep unknown passes, too"},
    )
    members = fields.List(fields.Nested(OfflineMemberOut), required=True)


class MarkIn(Schema):
    """Somebody came or went; without `session_id` at the session nearest in time."""

    client_ref = fields.UUID(required=True)
    member_id = fields.UUID()
    pass_ = fields.String(data_key="pass", attribute="pass", validate=validate.Length(1, 64))
    direction = fields.String(required=True, validate=validate.OneOf(("in", "out")))
    at = Moment(required=True, metadata={"description": "by the device's clock"})
    session_id = fields.UUID()

    @validates_schema
    def one_member(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if ("member_id" in data) == ("pass" in data):
            raise ValidationError("Send exactly one of: member_id, pass.", "member_id")


class MarksIn(Schema):
    list_token = fields.String(required=True, validate=validate.Length(LENGTH, LENGTH))
    device = fields.String(required=True, validate=validate.Regexp(DEVICE))
    device_now = Moment(
        required=True, metadata={"description": "the device's clock as it sends this"}
    )
    marks = fields.List(
        fields.Nested(MarkIn), required=True, validate=validate.Length(1, MOST_MARKS)
    )

    @validates_schema
    def each_once(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if len({mark["client_ref"] for mark in data["marks"]}) < len(data["marks"]):
            raise ValidationError("Each mark has a client_ref of its own.", "marks")


class ToldOut(Schema):
    """`kept`: a departure of somebody whose arrival is not known yet."""

    client_ref = fields.UUID(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(OUTCOMES))
    check_in_id = fields.UUID(required=True, allow_none=True)
    flags = fields.List(fields.String(validate=validate.OneOf(sorted(FLAGS))), required=True)
    code = fields.String(required=True, allow_none=True, validate=validate.OneOf(sorted(REFUSALS)))
    detail = fields.String(required=True, allow_none=True)


class TellingOut(Schema):
    items = fields.List(fields.Nested(ToldOut), required=True)
