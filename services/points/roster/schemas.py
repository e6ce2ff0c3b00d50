"""What the roster's routes take and answer."""

from marshmallow import ValidationError, fields, validate

from services.points.roster import policy
from shared.contracts.roster import KINDS, STATUSES
from shared.spreadsheets import is_formula
from shared.web import CursorIn, Schema, page_of


def _plain(value: str) -> None:
    if not value.isprintable() or value != value.strip():
        raise ValidationError("Write it without line breaks, invisible characters or outer spaces.")
    if is_formula(value):
        # It would run when an export of ours is opened.
        raise ValidationError("Write it without = + - @ at the beginning.")


_NAME = (validate.Length(1, 200), _plain)
_PERSON = (validate.Length(1, 60), _plain)


class OrganisationsQuery(CursorIn):
    organisation_id = fields.UUID(metadata={"description": "itself and all below it"})
    parent_id = fields.UUID()
    kind = fields.String(validate=validate.OneOf(KINDS))
    q = fields.String(
        validate=validate.Length(1, 60),
        metadata={"description": "part of the name or beginning of the code"},
    )


class OrganisationIn(Schema):
    code = fields.String(
        required=True,
        validate=validate.Regexp(r"[a-z0-9-]{1,32}\Z"),
        metadata={"description": "never changes"},
    )
    name = fields.String(required=True, validate=_NAME)
    kind = fields.String(required=True, validate=validate.OneOf(tuple(policy.PARENTS)))
    parent_id = fields.UUID(required=True)


class OrganisationPatch(Schema):
    name = fields.String(validate=_NAME)
    parent_id = fields.UUID(metadata={"description": "moves it with all that lies below"})


class OrganisationOut(Schema):
    id = fields.UUID(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    parent_id = fields.UUID(required=True, allow_none=True)
    path = fields.String(required=True)
    version = fields.Integer(required=True)


OrganisationsPage = page_of(OrganisationOut)


class MembersQuery(CursorIn):
    organisation_id = fields.UUID(metadata={"description": "everybody in it and below it"})
    status = fields.String(validate=validate.OneOf(STATUSES))
    q = fields.String(
        validate=validate.Length(1, 60),
        metadata={"description": "beginning of the number or part of the name"},
    )


class MemberIn(Schema):
    member_no = fields.String(
        required=True, validate=(validate.Length(1, 32), validate.Regexp(r"[0-9A-Za-z-]+\Z"))
    )
    name = fields.String(required=True, validate=_PERSON)
    organisation_id = fields.UUID(required=True, metadata={"description": "a branch"})
    group_id = fields.UUID(load_default=None, allow_none=True)
    status = fields.String(load_default="full", validate=validate.OneOf(STATUSES))
    scored = fields.Boolean(
        load_default=None,
        allow_none=True,
        metadata={"description": "null: yes, but for retired, mobile and left members"},
    )
    joined_on = fields.Date(load_default=None, allow_none=True)


class MemberPatch(Schema):
    name = fields.String(validate=_PERSON)
    group_id = fields.UUID(allow_none=True)
    status = fields.String(validate=validate.OneOf(STATUSES))
    scored = fields.Boolean()
    joined_on = fields.Date(allow_none=True)


class MemberOut(Schema):
    id = fields.UUID(required=True, attribute="member.id")
    member_no = fields.String(required=True, attribute="member.member_no")
    name = fields.String(required=True, attribute="member.name")
    organisation_id = fields.UUID(required=True, attribute="organisation.id")
    organisation_name = fields.String(required=True, attribute="organisation.name")
    organisation_path = fields.String(required=True, attribute="organisation.path")
    group_id = fields.UUID(required=True, allow_none=True, attribute="member.group_id")
    status = fields.String(required=True, attribute="member.status")
    scored = fields.Boolean(required=True, attribute="member.scored")
    joined_on = fields.Date(required=True, allow_none=True, attribute="member.joined_on")
    version = fields.Integer(required=True, attribute="member.version")


MembersPage = page_of(MemberOut)


class NamesakeOut(Schema):
    """One of two entries that look alike."""

    id = fields.UUID(required=True)
    member_no = fields.String(required=True, attribute="no")
    name = fields.String(required=True)
    organisation_name = fields.String(required=True)
    status = fields.String(required=True)
    joined_on = fields.Date(required=True, allow_none=True)


class NamesakesOut(Schema):
    first = fields.Nested(NamesakeOut, required=True)
    second = fields.Nested(NamesakeOut, required=True)
    alike = fields.List(
        fields.String(validate=validate.OneOf(("same_day", "same_branch"))),
        required=True,
        metadata={"description": "beside the name: the day of joining, the branch"},
    )


NamesakesPage = page_of(NamesakesOut)


class RoleAssignmentOut(Schema):
    id = fields.UUID(required=True)
    member_id = fields.UUID(required=True)
    member_name = fields.String(required=True)
    role = fields.String(required=True)
    organisation_id = fields.UUID(required=True)
    organisation_name = fields.String(required=True)
    path = fields.String(required=True)
    given_by = fields.UUID(required=True, allow_none=True)
    given_at = fields.AwareDateTime(required=True)


RoleAssignmentsPage = page_of(RoleAssignmentOut)


class MemberDetailOut(MemberOut):
    cross_groups = fields.List(fields.Nested(OrganisationOut), required=True)
    roles = fields.List(fields.Nested(RoleAssignmentOut), required=True)


class TransferIn(Schema):
    organisation_id = fields.UUID(required=True, metadata={"description": "the new branch"})
    group_id = fields.UUID(load_default=None, allow_none=True)
    reason = fields.String(load_default="", validate=(validate.Length(max=200), _plain))


class MembershipOut(Schema):
    organisation_id = fields.UUID(required=True)
    since = fields.AwareDateTime(required=True)
    until = fields.AwareDateTime(required=True, allow_none=True)
    reason = fields.String(required=True)
    recorded_by = fields.UUID(required=True, allow_none=True)


MembershipsPage = page_of(MembershipOut)


class RoleAssignmentsQuery(CursorIn):
    organisation_id = fields.UUID()
    member_id = fields.UUID()
    role = fields.String(validate=validate.OneOf(tuple(policy.BOUND_TO)))


class RoleAssignmentIn(Schema):
    member_id = fields.UUID(required=True)
    role = fields.String(required=True, validate=validate.OneOf(tuple(policy.BOUND_TO)))
    organisation_id = fields.UUID(required=True)


class GivableRoleOut(Schema):
    role = fields.String(required=True, validate=validate.OneOf(tuple(policy.BOUND_TO)))
    path = fields.String(required=True)
    kinds = fields.List(
        fields.String(validate=validate.OneOf(KINDS)),
        required=True,
        metadata={"description": "of organisation it may be bound to"},
    )


GivableRolesPage = page_of(GivableRoleOut)


class GroupMembersIn(Schema):
    member_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(1, 500))


class GroupMembersOut(Schema):
    added = fields.Integer(required=True, metadata={"description": "who was not in it yet"})
