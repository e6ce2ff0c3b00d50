"""What sign-in takes and answers."""

from marshmallow import fields, validate

from shared.web import Schema

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


class UnboundOut(WaysOut):
    advice = fields.String(required=True, metadata={"description": "how to sign in from now on"})
