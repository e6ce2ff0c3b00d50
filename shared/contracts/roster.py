"""Stream ``roster`` (points → events, gateway): organisations and members as they now are.

Messages are absolute; a copy ignores an entry whose version is not newer than what it has.
"""

from typing import Final

from marshmallow import RAISE, Schema, fields, validate

STREAM: Final = "roster"
ORGANISATIONS_V1: Final = "roster.organisations_changed.v1"
MEMBERS_V1: Final = "roster.members_changed.v1"
# Entries in one message at most.
BATCH: Final = 500

KINDS: Final = ("committee", "unit", "general_branch", "branch", "group", "cross_cutting")
STATUSES: Final = ("full", "probationary", "mobile", "retired", "left")


class _Strict(Schema):
    class Meta:
        unknown = RAISE


class OrganisationV1(_Strict):
    id = fields.UUID(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    parent_id = fields.UUID(required=True, allow_none=True)
    path = fields.String(required=True)
    version = fields.Integer(required=True)


class OrganisationsChangedV1(_Strict):
    """``roster.organisations_changed.v1``; key: ``organisations``."""

    organisations = fields.List(fields.Nested(OrganisationV1), required=True)


class RoleV1(_Strict):
    role = fields.String(required=True)
    path = fields.String(required=True)


class MemberV1(_Strict):
    id = fields.UUID(required=True)
    member_no = fields.String(required=True)
    name = fields.String(required=True)
    organisation_id = fields.UUID(required=True)
    path = fields.String(required=True)
    group_path = fields.String(required=True, allow_none=True)
    cross_paths = fields.List(fields.String(), required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    scored = fields.Boolean(required=True)
    roles = fields.List(fields.Nested(RoleV1), required=True)
    version = fields.Integer(required=True)


class MembersChangedV1(_Strict):
    """``roster.members_changed.v1``; key: ``members``."""

    members = fields.List(
        fields.Nested(MemberV1), required=True, validate=validate.Length(max=BATCH)
    )
