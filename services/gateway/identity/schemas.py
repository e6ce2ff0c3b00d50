"""What sign-in takes and answers."""

from marshmallow import fields, validate

from shared.web import Schema, page_of

# Longer than any good value, short enough to hash without thinking.
_TEXT = validate.Length(1, 256)


class PasswordIn(Schema):
    username = fields.String(required=True, validate=_TEXT)
    password = fields.String(required=True, validate=_TEXT)
    totp = fields.String(load_default=None, validate=validate.Length(1, 16))


class WechatIn(Schema):
    code = fields.String(required=True, validate=_TEXT)


class BindIn(Schema):
    invitation = fields.String(required=True, validate=_TEXT)
    wechat_ticket = fields.String(required=True, validate=_TEXT)


class InvitationIn(Schema):
    invitation = fields.String(required=True, validate=_TEXT)
    username = fields.String(required=True, validate=_TEXT)
    password = fields.String(required=True, validate=_TEXT)


class EnrolIn(Schema):
    username = fields.String(required=True, validate=_TEXT)
    password = fields.String(required=True, validate=_TEXT)
    code = fields.String(
        required=True, validate=_TEXT, metadata={"description": "of the security administrator"}
    )


class TotpIn(Schema):
    totp = fields.String(required=True, validate=validate.Length(1, 16))


class EnrolConfirmIn(EnrolIn, TotpIn):
    """The same again, and a code of the authenticator."""


class OfferOut(Schema):
    secret = fields.String(required=True, metadata={"description": "base32, to be typed"})
    uri = fields.String(required=True, metadata={"description": "otpauth, as the picture has it"})
    svg = fields.String(required=True)
    expires_in = fields.Integer(required=True, metadata={"description": "seconds it can be used"})


class NewPasswordIn(Schema):
    password = fields.String(
        required=True, validate=_TEXT, metadata={"description": "the present one"}
    )
    new_password = fields.String(required=True, validate=_TEXT)


class SignInOut(Schema):
    """A sign-in that is not over. Where from is not kept."""

    id = fields.UUID(required=True)
    how = fields.String(
        required=True,
        allow_none=True,
        validate=validate.OneOf(("password", "wechat", "invitation", "enrolment")),
        metadata={"description": "null: from before it was kept"},
    )
    second_factor = fields.Boolean(required=True)
    begun_at = fields.AwareDateTime(required=True)
    renewed_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True, metadata={"description": "at the latest"})
    current = fields.Boolean(required=True, metadata={"description": "the one that asks"})


SessionsPage = page_of(SignInOut)


class RefreshIn(Schema):
    refresh_token = fields.String(required=True, validate=_TEXT)


class TokensOut(Schema):
    access_token = fields.String(required=True)
    refresh_token = fields.String(required=True)
    expires_in = fields.Integer(
        required=True, metadata={"description": "seconds the access token has left"}
    )


class InvitationsIn(Schema):
    member_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(1, 200))


class InvitationOut(Schema):
    member_id = fields.UUID(required=True)
    name = fields.String(required=True)
    code = fields.String(required=True, metadata={"description": "shown this once"})
    expires_at = fields.AwareDateTime(required=True)


class InvitationsOut(Schema):
    items = fields.List(fields.Nested(InvitationOut), required=True)


class GrantOut(Schema):
    role = fields.String(required=True)
    path = fields.String(required=True)


class OrganisationOut(Schema):
    id = fields.UUID(required=True)
    name = fields.String(required=True, allow_none=True)
    path = fields.String(required=True)


class MeOut(Schema):
    member_id = fields.UUID(required=True)
    member_no = fields.String(required=True)
    name = fields.String(required=True)
    status = fields.String(required=True)
    organisation = fields.Nested(OrganisationOut, required=True)
    roles = fields.List(
        fields.Nested(GrantOut), required=True, metadata={"description": "of this session"}
    )


class WaysOut(Schema):
    username = fields.String(
        required=True, allow_none=True, metadata={"description": "null: without a password"}
    )
    wechat_bound_at = fields.AwareDateTime(required=True, allow_none=True)
    second_factor = fields.Boolean(required=True)


class UnboundOut(WaysOut):
    advice = fields.String(required=True, metadata={"description": "how to sign in from now on"})
