"""What looking after accounts takes and answers."""

from marshmallow import fields, validate

from services.gateway.accounts.statements import STATES
from services.gateway.identity.schemas import GrantOut, SignInOut
from shared.fields import Words
from shared.web import CursorIn, Schema, page_of


class AccountsQuery(CursorIn):
    q = fields.String(
        validate=validate.Length(1, 60),
        metadata={"description": "beginning of the number or username, or part of the name"},
    )
    organisation_id = fields.UUID(metadata={"description": "itself and all below it"})
    state = fields.String(
        validate=validate.OneOf(tuple(STATES)),
        metadata={
            "description": "`factor_missing`: an office that needs a second factor, and none set up"
        },
    )


class AccountOut(Schema):
    """A member, and how that member can sign in."""

    member_id = fields.UUID(required=True)
    member_no = fields.String(required=True)
    name = fields.String(required=True)
    organisation_id = fields.UUID(required=True)
    organisation_name = fields.String(required=True, allow_none=True)
    roles = fields.List(fields.Nested(GrantOut), required=True)
    has_account = fields.Boolean(required=True)
    username = fields.String(
        required=True, allow_none=True, metadata={"description": "null: without a password"}
    )
    wechat_bound_at = fields.AwareDateTime(required=True, allow_none=True)
    second_factor = fields.Boolean(required=True)
    factor_missing = fields.Boolean(
        required=True,
        metadata={"description": "an office needs a second factor, and none is set up"},
    )
    signed_in_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "null: never"}
    )
    locked_at = fields.AwareDateTime(required=True, allow_none=True)


AccountsPage = page_of(AccountOut)


class AccountDetailOut(AccountOut):
    locked_by_name = fields.String(required=True, allow_none=True)
    locked_reason = fields.String(required=True, allow_none=True)
    enrolment_issued_at = fields.AwareDateTime(required=True, allow_none=True)
    enrolment_expires_at = fields.AwareDateTime(required=True, allow_none=True)
    sessions = fields.List(fields.Nested(SignInOut), required=True)


class LockIn(Schema):
    reason = Words(200, required=True)


class EnrolmentOut(Schema):
    member_id = fields.UUID(required=True)
    name = fields.String(required=True)
    username = fields.String(required=True)
    code = fields.String(required=True, metadata={"description": "shown this once"})
    expires_at = fields.AwareDateTime(required=True)
