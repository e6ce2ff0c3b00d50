"""Roles bound to a part of the tree: given and taken away within the giver's own reach."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, or_, select
from sqlalchemy.dialects.postgresql import insert

from services.points.roster import organisations, policy, publish, refusals
from services.points.roster.models import Member, Organisation, RoleAssignment
from services.points.roster.permissions import MEMBERS_READ, ROLES_READ
from shared.auth import Principal
from shared.database import UnitOfWork
from shared.ids import new_id

_ASSIGNMENTS = (
    select(
        RoleAssignment.id,
        RoleAssignment.member_id,
        Member.name.label("member_name"),
        RoleAssignment.role,
        RoleAssignment.organisation_id,
        Organisation.name.label("organisation_name"),
        Organisation.path,
        RoleAssignment.given_by,
        RoleAssignment.given_at,
    )
    .join(Member, Member.id == RoleAssignment.member_id)
    .join(Organisation, Organisation.id == RoleAssignment.organisation_id)
)


def of(uow: UnitOfWork, member_id: UUID) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return a member's assignments."""
    query = _ASSIGNMENTS.where(RoleAssignment.member_id == member_id)
    return uow.session.execute(query.order_by(RoleAssignment.role, Organisation.path)).all()


def page(
    uow: UnitOfWork,
    principal: Principal,
    filters: Mapping[str, Any],
    after: UUID | None,
    limit: int,
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return assignments within reach. Filters: `organisation_id` (subtree), `member_id`, `role`."""
    reaches = principal.paths(ROLES_READ)
    query = _ASSIGNMENTS.where(
        or_(*(Organisation.path.startswith(reach, autoescape=True) for reach in reaches))
    )
    if filters.get("organisation_id"):
        top = organisations.find(uow, filters["organisation_id"])
        query = query.where(Organisation.path.startswith(top.path, autoescape=True))
    if filters.get("member_id"):
        query = query.where(RoleAssignment.member_id == filters["member_id"])
    if filters.get("role"):
        query = query.where(RoleAssignment.role == filters["role"])
    if after is not None:
        query = query.where(RoleAssignment.id > after)
    return uow.session.execute(query.order_by(RoleAssignment.id).limit(limit)).all()


def give(
    uow: UnitOfWork, principal: Principal, *, member_id: UUID, role: str, organisation_id: UUID
) -> Row[*tuple[Any, ...]]:
    """Give a role: to a member within reach, at an organisation within reach."""
    organisation = organisations.find(uow, organisation_id)
    principal.require(policy.GIVEN_BY[role], organisation.path)
    if problem := policy.misbound(role, organisation.kind):
        raise problem
    member = uow.session.get(Member, member_id, with_for_update=True, populate_existing=True)
    if member is None:
        raise refusals.member_unknown()
    principal.require(MEMBERS_READ, organisations.find(uow, member.organisation_id).path)
    if member.status == "left":
        raise refusals.member_has_left()
    # The database holds it too, for every other door.
    held = select(RoleAssignment.role).where(
        RoleAssignment.member_id == member_id, RoleAssignment.role.in_(policy.clashing(role))
    )
    if (other := uow.session.scalar(held.limit(1))) is not None:
        raise refusals.duties_separate(other)
    given = uow.session.scalar(
        insert(RoleAssignment)
        .values(
            id=new_id(),
            member_id=member_id,
            role=role,
            organisation_id=organisation_id,
            given_by=principal.member_id,
            given_at=uow.clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(RoleAssignment.id)
    )
    if given is None:
        raise refusals.role_already_given()
    publish.members_touched(uow, [member_id])
    return uow.session.execute(_ASSIGNMENTS.where(RoleAssignment.id == given)).one()


def take_away(uow: UnitOfWork, principal: Principal, assignment_id: UUID) -> None:
    """End an assignment; whoever may give the role there may take it away."""
    found = uow.session.execute(
        _ASSIGNMENTS.where(RoleAssignment.id == assignment_id)
    ).one_or_none()
    if found is None:
        raise refusals.role_unknown()
    principal.require(policy.GIVEN_BY[found.role], found.path)
    keep_the_last(uow, found.member_id, found.role)
    uow.session.execute(delete(RoleAssignment).where(RoleAssignment.id == assignment_id))
    publish.members_touched(uow, [found.member_id])


def keep_the_last(uow: UnitOfWork, member_id: UUID, role: str) -> None:
    """Refuse when nobody but this member holds a role that the city is never without.

    The rows stay locked, so two holders cannot take each other's role at the same time.
    """
    if role not in policy.NEVER_WITHOUT:
        return
    holders = uow.session.scalars(
        select(RoleAssignment.member_id)
        .where(RoleAssignment.role == role)
        .order_by(RoleAssignment.id)
        .with_for_update()
    ).all()
    if set(holders) == {member_id}:
        raise refusals.last_of(role)


def end_those_of_branch(uow: UnitOfWork, member_id: UUID, path: str) -> None:
    """End the duties bound to a branch, or to its groups, that a member leaves."""
    within = select(Organisation.id).where(Organisation.path.startswith(path, autoescape=True))
    uow.session.execute(
        delete(RoleAssignment).where(
            RoleAssignment.member_id == member_id,
            RoleAssignment.role.in_(policy.ROLES_OF_THE_BRANCH),
            RoleAssignment.organisation_id.in_(within),
        )
    )
