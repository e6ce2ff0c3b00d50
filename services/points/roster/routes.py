"""The roster's addresses."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint

from services.points.roster import (
    groups,
    history,
    members,
    namesakes,
    organisations,
    policy,
    roles,
)
from services.points.roster.models import Membership
from services.points.roster.permissions import (
    GROUPS_WRITE,
    MEMBER_READ,
    MEMBERS_READ,
    MEMBERS_WRITE,
    NAMESAKES_READ,
    ORGANISATIONS_READ,
    ORGANISATIONS_WRITE,
    ROLES_GIVE,
    ROLES_READ,
)
from services.points.roster.schemas import (
    GivableRolesPage,
    GroupMembersIn,
    GroupMembersOut,
    MemberDetailOut,
    MemberIn,
    MemberPatch,
    MembershipOut,
    MembershipsPage,
    MembersPage,
    MembersQuery,
    NamesakesPage,
    OrganisationIn,
    OrganisationOut,
    OrganisationPatch,
    OrganisationsPage,
    OrganisationsQuery,
    RoleAssignmentIn,
    RoleAssignmentOut,
    RoleAssignmentsPage,
    RoleAssignmentsQuery,
    TransferIn,
)
from shared.web import (
    CursorIn,
    check_if_match,
    current_principal,
    current_uow,
    etag,
    page,
    read_cursor,
    requires,
    transactional,
)

blueprint = APIBlueprint("roster", __name__, url_prefix="/api/v1")

Answer = tuple[object, int, Mapping[str, str]]


@blueprint.get("/organisations")
@requires(ORGANISATIONS_READ)
@blueprint.input(OrganisationsQuery, location="query")
@blueprint.output(OrganisationsPage)
def get_organisations(query_data: dict[str, Any]) -> dict[str, object]:
    """List organisations, parents before what lies under them."""
    limit, (after,) = query_data["limit"], read_cursor(query_data["cursor"], str) or (None,)
    rows = organisations.page(current_uow(), query_data, after, limit + 1)
    return page(rows, limit, lambda row: [row.path])


@blueprint.post("/organisations")
@requires(ORGANISATIONS_WRITE)
@transactional
@blueprint.input(OrganisationIn)
@blueprint.output(OrganisationOut, status_code=201)
def post_organisation(json_data: dict[str, Any]) -> Answer:
    """Add an organisation below a parent."""
    created = organisations.create(current_uow(), current_principal(), **json_data)
    return created, 201, etag(created.version)


@blueprint.get("/organisations/<uuid:organisation_id>")
@requires(ORGANISATIONS_READ)
@blueprint.output(OrganisationOut)
def get_organisation(organisation_id: UUID) -> Answer:
    """Read one organisation."""
    found = organisations.find(current_uow(), organisation_id)
    return found, 200, etag(found.version)


@blueprint.patch("/organisations/<uuid:organisation_id>")
@requires(ORGANISATIONS_WRITE)
@transactional
@blueprint.input(OrganisationPatch)
@blueprint.output(OrganisationOut)
def patch_organisation(organisation_id: UUID, json_data: dict[str, Any]) -> Answer:
    """Rename an organisation, or move it with all that lies below."""
    uow, principal = current_uow(), current_principal()
    found = organisations.open_for_edit(uow, principal, organisation_id)
    check_if_match(found.version)
    changed = organisations.edit(uow, principal, found, **json_data)
    return changed, 200, etag(changed.version)


@blueprint.post("/organisations/<uuid:organisation_id>/members")
@requires(GROUPS_WRITE)
@transactional
@blueprint.input(GroupMembersIn)
@blueprint.output(GroupMembersOut)
def post_group_members(organisation_id: UUID, json_data: dict[str, Any]) -> dict[str, int]:
    """Add members to a cross-cutting group; who is in it already stays."""
    added = groups.add(current_uow(), current_principal(), organisation_id, json_data["member_ids"])
    return {"added": added}


@blueprint.delete("/organisations/<uuid:organisation_id>/members/<uuid:member_id>")
@requires(GROUPS_WRITE)
@transactional
@blueprint.output({}, status_code=204)
def delete_group_member(organisation_id: UUID, member_id: UUID) -> str:
    """Take a member out of a cross-cutting group."""
    groups.remove(current_uow(), current_principal(), organisation_id, member_id)
    return ""


@blueprint.get("/members")
@requires(MEMBERS_READ)
@blueprint.input(MembersQuery, location="query")
@blueprint.output(MembersPage)
def get_members(query_data: dict[str, Any]) -> dict[str, object]:
    """List the members of the own part of the tree, by number."""
    limit, (after,) = query_data["limit"], read_cursor(query_data["cursor"], str) or (None,)
    rows = members.page(current_uow(), current_principal(), query_data, after, limit + 1)
    return page(rows, limit, lambda row: [row.member.member_no])


@blueprint.post("/members")
@requires(MEMBERS_WRITE)
@transactional
@blueprint.input(MemberIn)
@blueprint.output(MemberDetailOut, status_code=201)
def post_member(json_data: dict[str, Any]) -> Answer:
    """Add a member to a branch."""
    created = members.create(current_uow(), current_principal(), **json_data)
    return created, 201, etag(created.member.version)


@blueprint.get("/members/<uuid:member_id>")
@requires(MEMBER_READ)
@blueprint.output(MemberDetailOut)
def get_member(member_id: UUID) -> Answer:
    """Read a member: the own entry, or one of the own part of the tree."""
    found = members.get(current_uow(), current_principal(), member_id)
    return found, 200, etag(found.member.version)


@blueprint.patch("/members/<uuid:member_id>")
@requires(MEMBERS_WRITE)
@transactional
@blueprint.input(MemberPatch)
@blueprint.output(MemberDetailOut)
def patch_member(member_id: UUID, json_data: dict[str, Any]) -> Answer:
    """Correct a member's data or status; another branch is a transfer."""
    uow, principal = current_uow(), current_principal()
    found = members.open_for_edit(uow, principal, member_id)
    check_if_match(found.member.version)
    changed = members.edit(uow, principal, found, json_data)
    return changed, 200, etag(changed.member.version)


@blueprint.post("/members/<uuid:member_id>/transfers")
@requires(MEMBERS_WRITE)
@transactional
@blueprint.input(TransferIn)
@blueprint.output(MembershipOut, status_code=201)
def post_transfer(member_id: UUID, json_data: dict[str, Any]) -> Membership:
    """Move a member to another branch; its duties in the old branch end."""
    return members.transfer(current_uow(), current_principal(), member_id, **json_data)


@blueprint.get("/members/<uuid:member_id>/transfers")
@requires(MEMBER_READ)
@blueprint.output(MembershipsPage)
def get_transfers(member_id: UUID) -> dict[str, object]:
    """List the branches a member belonged to, newest first."""
    uow = current_uow()
    members.get(uow, current_principal(), member_id)
    return {"items": history.of(uow, member_id), "next_cursor": None}


@blueprint.get("/members/namesakes")
@requires(NAMESAKES_READ)
@blueprint.input(CursorIn, location="query")
@blueprint.output(NamesakesPage)
def get_namesakes(query_data: dict[str, Any]) -> dict[str, object]:
    """List entries that may be one person entered twice: one name, and one day or one branch."""
    limit, after = query_data["limit"], read_cursor(query_data["cursor"], str, str) or ("", "")
    rows = namesakes.page(current_uow(), current_principal(), after, limit + 1)
    return page(rows, limit, lambda row: [row["first"]["no"], row["second"]["no"]])


@blueprint.put("/members/<uuid:member_id>/namesakes/<uuid:other_id>")
@requires(MEMBERS_WRITE)
@transactional
@blueprint.output({}, status_code=204)
def put_namesake(member_id: UUID, other_id: UUID) -> str:
    """Note that two entries are two people of one name."""
    namesakes.tell_apart(current_uow(), current_principal(), member_id, other_id)
    return ""


@blueprint.delete("/members/<uuid:member_id>/namesakes/<uuid:other_id>")
@requires(MEMBERS_WRITE)
@transactional
@blueprint.output({}, status_code=204)
def delete_namesake(member_id: UUID, other_id: UUID) -> str:
    """Take that back: the two are shown again."""
    namesakes.take_back(current_uow(), current_principal(), member_id, other_id)
    return ""


@blueprint.get("/role-assignments")
@requires(ROLES_READ)
@blueprint.input(RoleAssignmentsQuery, location="query")
@blueprint.output(RoleAssignmentsPage)
def get_role_assignments(query_data: dict[str, Any]) -> dict[str, object]:
    """List who holds which role in the own part of the tree."""
    limit, (after,) = query_data["limit"], read_cursor(query_data["cursor"], UUID) or (None,)
    rows = roles.page(current_uow(), current_principal(), query_data, after, limit + 1)
    return page(rows, limit, lambda row: [row.id])


@blueprint.get("/role-assignments/givable")
@requires(ROLES_GIVE)
@blueprint.output(GivableRolesPage)
def get_givable() -> dict[str, object]:
    """Read which roles one may give and take away, and at and below which place."""
    items = [
        {"role": role, "path": path, "kinds": policy.BOUND_TO[role]}
        for role, path in policy.givable(current_principal())
    ]
    return {"items": items, "next_cursor": None}


@blueprint.post("/role-assignments")
@requires(ROLES_GIVE)
@transactional
@blueprint.input(RoleAssignmentIn)
@blueprint.output(RoleAssignmentOut, status_code=201)
def post_role_assignment(json_data: dict[str, Any]) -> object:
    """Give a role that the own roles may give, within the own part of the tree."""
    return roles.give(current_uow(), current_principal(), **json_data)


@blueprint.delete("/role-assignments/<uuid:assignment_id>")
@requires(ROLES_GIVE)
@transactional
@blueprint.output({}, status_code=204)
def delete_role_assignment(assignment_id: UUID) -> str:
    """Take a role away."""
    roles.take_away(current_uow(), current_principal(), assignment_id)
    return ""
