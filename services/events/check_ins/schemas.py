"""Shapes of check-ins."""

import re
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from services.events.catalogue.schemas import Moment
from services.events.codes.digits import LENGTH
from shared.web import Schema, reason

WAYS = ("code", "claim", "digits")
MAX_CODE = 64
DEVICE = re.compile(r"[A-Za-z0-9_-]{16,64}\Z", re.ASCII)


REASON = reason(200)


class ScanIn(Schema):
    """One of `code`, `claim` and `digits`, and the phone's own reference for this scan.

    A phone that had no network sends the code it kept, with the time it scanned it: the check-in
    then waits for the organiser to confirm it.
    """

    code = fields.String(validate=validate.Length(1, MAX_CODE))
    claim = fields.String(validate=validate.Length(1, 128))
    digits = fields.String(validate=validate.Regexp(rf"^[0-9]{{{LENGTH}}}\Z"))
    client_ref = fields.UUID(required=True)
    device = fields.String(
        validate=validate.Regexp(DEVICE),
        metadata={"description": "a random name the app gave its installation"},
    )
    scanned_at = Moment(metadata={"description": "with a code that is sent later than scanned"})

    @validates_schema
    def one_way(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if sum(way in data for way in WAYS) != 1:
            raise ValidationError("Send exactly one of: code, claim, digits.", "code")
        if "scanned_at" in data and "code" not in data:
            raise ValidationError("Only a scanned code can be sent later.", "scanned_at")


class WhomIn(Schema):
    """Whom staff have before them: a `pass` that they scanned, or a `member_id`."""

    member_id = fields.UUID()
    pass_ = fields.String(data_key="pass", validate=validate.Length(1, MAX_CODE))
    client_ref = fields.UUID(
        load_default=None, metadata={"description": "sent again, it is carried out once"}
    )

    @validates_schema
    def one_person(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if ("member_id" in data) == ("pass_" in data):
            raise ValidationError("Send either a pass or a member_id.", "member_id")


class TickIn(WhomIn):
    """By pass; or, with a reason, by name or a guest's pass."""

    session_id = fields.UUID(load_default=None)
    role = fields.String(
        load_default=None, validate=validate.OneOf(("participant", "lecturer", "helper"))
    )
    reason = fields.String(load_default=None, validate=REASON)

    @validates_schema
    def ticked_for_a_reason(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if "member_id" in data and data.get("reason") is None:
            raise ValidationError("Say why.", "reason")


class ListIn(Schema):
    """A paper list: ids or numbers of members, in the list's order."""

    members = fields.List(
        fields.String(validate=(validate.Length(1, 64), validate.ContainsNoneOf("\0"))),
        required=True,
        validate=validate.Length(1, 2000),
    )
    session_id = fields.UUID(load_default=None)
    reason = fields.String(required=True, validate=REASON)


class ReasonIn(Schema):
    reason = fields.String(required=True, validate=REASON)


class CodeIn(Schema):
    code = fields.String(required=True, validate=validate.Length(1, MAX_CODE))


class ClaimOut(Schema):
    claim = fields.String(required=True)
    expires_in = fields.Integer(required=True)


class CheckInOut(Schema):
    id = fields.UUID(required=True)
    event_id = fields.UUID(required=True)
    session_id = fields.UUID(required=True)
    event_title = fields.String(required=True)
    member_id = fields.UUID(required=True)
    role = fields.String(required=True)
    method = fields.String(required=True)
    state = fields.String(required=True)
    checked_in_at = fields.AwareDateTime(required=True)
    checked_out_at = fields.AwareDateTime(required=True, allow_none=True)
    auto_checked_out = fields.Boolean(
        required=True,
        metadata={"description": "never checked out: taken to have left when the session ended"},
    )
    minutes = fields.Integer(required=True, allow_none=True)


class AnswerOut(Schema):
    check_in = fields.Nested(CheckInOut, required=True)
    replayed = fields.Boolean(required=True)
    already = fields.Boolean(required=True)
    position_wanted = fields.Boolean(
        required=True,
        metadata={"description": "ask the member for the position, and send it if given"},
    )
    returned = fields.Boolean(
        required=True, metadata={"description": "had checked out, and is back"}
    )


class WhoOut(Schema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    member_no = fields.String(required=True)
    organisation_name = fields.String(required=True, allow_none=True)


class SeenOut(AnswerOut):
    member = fields.Nested(WhoOut, required=True)


class ListedOut(Schema):
    given = fields.String(required=True)
    member_id = fields.UUID(required=True, attribute="member.id")
    name = fields.String(required=True, attribute="member.name")
    outcome = fields.String(
        required=True, validate=validate.OneOf(("checked_in", "already", "annulled"))
    )
    check_in_id = fields.UUID(required=True, attribute="check_in.id")


class ListOut(Schema):
    """What became of each line, in the list's order."""

    items = fields.List(fields.Nested(ListedOut), required=True)
