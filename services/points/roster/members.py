"""Members: listed within one's reach, read, added, edited, transferred."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from services.points.roster import history, organisations, policy, publish, refusals, roles
from services.points.roster.models import (
    GroupMember,
    Member,
    Membership,
    Organisation,
    RoleAssignment,
)
from services.points.roster.permissions import MEMBERS_READ, MEMBERS_WRITE
from shared.auth import Permission, Principal
from shared.database import UnitOfWork
from shared.errors import Forbidden
from shared.ids import new_id

_branch = aliased(Organisation, name="branch")
_own_group = aliased(Organisation, name="own_group")


@dataclass(frozen=True)
class Entry:
    """A member with the places that say who may see it."""

    member: Member
    organisation: Organisation
    group: Organisation | None
    cross_groups: Sequence[Organisation] = ()
    roles: Sequence[Any] = ()

    @property
    def paths(self) -> list[str]:
        places = [self.organisation, *([self.group] if self.group else []), *self.cross_groups]
        return [place.path for place in places]


def page(
    uow: UnitOfWork, principal: Principal, filters: Mapping[str, Any], after: str | None, limit: int
) -> list[Entry]:
    """Return members the principal may see, by number, beginning after one.

    Filters, each optional: `organisation_id` (of a branch's group or a cross-cutting group: its
    members; of any other: everybody below it), `q` (beginning of the number or part of the name),
    `status`.
    """
    query = _entries().order_by(Member.member_no).limit(limit)
    query = _within(query, list(principal.paths(MEMBERS_READ)))
    if filters.get("organisation_id"):
        query = _within(query, [organisations.find(uow, filters["organisation_id"]).path])
    if filters.get("status"):
        query = query.where(Member.status == filters["status"])
    if filters.get("q"):
        query = query.where(
            Member.member_no.startswith(filters["q"], autoescape=True)
            | Member.name.contains(filters["q"], autoescape=True)
        )
    if after is not None:
        query = query.where(Member.member_no > after)
    return [Entry(member, branch, group) for member, branch, group in uow.session.execute(query)]


def get(uow: UnitOfWork, principal: Principal, member_id: UUID) -> Entry:
    """Return a member with groups and roles: the principal's own entry, or one within reach."""
    entry = find(uow, member_id)
    if principal.member_id != member_id:
        require_any(principal, MEMBERS_READ, entry.paths)
    return entry


def find(uow: UnitOfWork, member_id: UUID, *, lock: bool = False) -> Entry:
    """Return a member as it now is; `lock` keeps others from changing it until the end.

    Raises:
        NotFound: `member_unknown`.
    """
    if lock:
        uow.session.scalar(select(Member.id).where(Member.id == member_id).with_for_update())
    query = _entries().where(Member.id == member_id).execution_options(populate_existing=True)
    row = uow.session.execute(query).one_or_none()
    if row is None:
        raise refusals.member_unknown()
    crossing = (
        select(Organisation)
        .join(GroupMember, GroupMember.organisation_id == Organisation.id)
        .where(GroupMember.member_id == member_id)
        .order_by(Organisation.path)
    )
    member, branch, group = row
    return Entry(
        member, branch, group, uow.session.scalars(crossing).all(), roles.of(uow, member_id)
    )


def open_for_edit(uow: UnitOfWork, principal: Principal, member_id: UUID) -> Entry:
    """Return a member within the principal's reach, locked until the end."""
    entry = find(uow, member_id, lock=True)
    principal.require(MEMBERS_WRITE, entry.organisation.path)
    return entry


def create(
    uow: UnitOfWork,
    principal: Principal,
    *,
    member_no: str,
    organisation_id: UUID,
    group_id: UUID | None = None,
    **fields: Any,
) -> Entry:
    """Add a member to a branch that the principal reaches."""
    branch = organisations.find(uow, organisation_id)
    principal.require(MEMBERS_WRITE, branch.path)
    _check_place(uow, branch, group_id)
    if fields.get("scored") is None:
        fields["scored"] = policy.scored_by_default(fields["status"])
    created = uow.session.scalar(
        insert(Member)
        .values(
            id=new_id(),
            member_no=member_no,
            organisation_id=branch.id,
            group_id=group_id,
            **fields,
        )
        .on_conflict_do_nothing(index_elements=[Member.member_no])
        .returning(Member.id)
    )
    if created is None:
        raise refusals.member_no_taken()
    if fields["status"] != "left":
        history.begin(uow, created, branch.id, recorded_by=principal.member_id)
    publish.members_changed(uow, [created])
    return find(uow, created)


def edit(uow: UnitOfWork, principal: Principal, entry: Entry, changes: Mapping[str, Any]) -> Entry:
    """Change name, status, scored, group or joined_on of a member opened for it."""
    member = entry.member
    values = dict(changes)
    status = values.get("status", member.status)
    if status != member.status:
        values.setdefault("scored", policy.scored_by_default(status))
        if status == "left":
            values["group_id"] = None
            _end_everything(uow, principal, entry)
        elif member.status == "left":
            history.begin(uow, member.id, member.organisation_id, recorded_by=principal.member_id)
    if values.get("group_id") is not None:
        if status == "left":
            raise refusals.member_has_left()
        _check_place(uow, entry.organisation, values["group_id"])
    scored = values.get("scored", member.scored)
    if scored != member.scored:
        history.scoring_change(uow, member.id, scored=scored)
    if any(getattr(member, name) != value for name, value in values.items()):
        for name, value in values.items():
            setattr(member, name, value)
        publish.members_touched(uow, [member.id])
    return find(uow, member.id)


def transfer(
    uow: UnitOfWork,
    principal: Principal,
    member_id: UUID,
    *,
    organisation_id: UUID,
    group_id: UUID | None = None,
    reason: str = "",
) -> Membership:
    """Move a member to another branch; the principal must reach both.

    Duties of the old branch (secretary, group leader) end with it; those of a unit or the city and
    places in cross-cutting groups stay.
    """
    entry = open_for_edit(uow, principal, member_id)
    branch = organisations.find(uow, organisation_id)
    principal.require(MEMBERS_WRITE, branch.path)
    if entry.member.status == "left":
        raise refusals.member_has_left()
    if branch.id == entry.organisation.id:
        raise refusals.already_there()
    _check_place(uow, branch, group_id)
    roles.end_those_of_branch(uow, member_id, entry.organisation.path)
    history.close(uow, member_id)
    begun = history.begin(uow, member_id, branch.id, reason=reason, recorded_by=principal.member_id)
    entry.member.organisation_id, entry.member.group_id = branch.id, group_id
    publish.members_touched(uow, [member_id])
    return begun


def require_any(principal: Principal, permission: Permission, paths: Sequence[str]) -> None:
    """Raise Forbidden (`out_of_reach`) unless the permission is held at one of the paths."""
    refused: Forbidden | None = None
    for path in paths:
        try:
            return principal.require(permission, path)
        except Forbidden as error:
            refused = refused or error
    if refused is not None:
        raise refused
    return None


def _entries() -> Select[*tuple[Any, ...]]:
    return (
        select(Member, _branch, _own_group)
        .join(_branch, _branch.id == Member.organisation_id)
        .outerjoin(_own_group, _own_group.id == Member.group_id)
    )


def _within(query: Select[*tuple[Any, ...]], paths: list[str]) -> Select[*tuple[Any, ...]]:
    """Keep members whose branch, group or cross-cutting group lies at or below one of the paths."""
    if any(path.count("/") == 2 for path in paths):  # noqa: PLR2004 - "/city/": all of the tree
        return query
    places = select(Organisation.id).where(
        or_(*(Organisation.path.startswith(path, autoescape=True) for path in paths))
    )
    return query.where(
        Member.id.in_(
            select(Member.id)
            .where(Member.organisation_id.in_(places))
            .union(
                select(Member.id).where(Member.group_id.in_(places)),
                select(GroupMember.member_id).where(GroupMember.organisation_id.in_(places)),
            )
        )
    )


def _check_place(uow: UnitOfWork, branch: Organisation, group_id: UUID | None) -> None:
    if branch.kind != "branch":
        raise refusals.not_a_branch()
    if group_id is not None:
        group = organisations.find(uow, group_id)
        if group.kind != "group" or group.parent_id != branch.id:
            raise refusals.not_a_group_of_the_branch()


def _end_everything(uow: UnitOfWork, principal: Principal, entry: Entry) -> None:
    """Who leaves keeps no duty and no place in a group.

    A duty above one's reach cannot be ended this way round either.
    """
    member_id = entry.member.id
    for duty in entry.roles:
        principal.require(policy.GIVEN_BY[duty.role], duty.path)
    for role in policy.NEVER_WITHOUT:
        roles.keep_the_last(uow, member_id, role)
    uow.session.execute(delete(RoleAssignment).where(RoleAssignment.member_id == member_id))
    uow.session.execute(delete(GroupMember).where(GroupMember.member_id == member_id))
    history.close(uow, member_id)
