"""Who belongs to a cross-cutting group, beside the own branch."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from services.points.roster import organisations, publish, refusals
from services.points.roster.models import GroupMember, Member, Organisation
from services.points.roster.permissions import GROUPS_WRITE
from shared.auth import Principal
from shared.database import UnitOfWork


def add(
    uow: UnitOfWork, principal: Principal, organisation_id: UUID, member_ids: Sequence[UUID]
) -> int:
    """Add members within reach to a group within reach; return how many were not in it yet."""
    _group(uow, principal, organisation_id)
    rows = uow.session.execute(
        select(Member.id, Member.status, Organisation.path)
        .join(Organisation, Organisation.id == Member.organisation_id)
        .where(Member.id.in_(member_ids))
        .order_by(Member.id)
        .with_for_update(of=Member)
    ).all()
    if len(rows) < len(set(member_ids)):
        raise refusals.member_unknown()
    for row in rows:
        principal.require(GROUPS_WRITE, row.path)
        if row.status == "left":
            raise refusals.member_has_left()
    added = uow.session.scalars(
        insert(GroupMember)
        .values([{"organisation_id": organisation_id, "member_id": row.id} for row in rows])
        .on_conflict_do_nothing()
        .returning(GroupMember.member_id)
    ).all()
    if added:
        publish.members_touched(uow, added)
    return len(added)


def remove(uow: UnitOfWork, principal: Principal, organisation_id: UUID, member_id: UUID) -> None:
    """Take a member out of a group within reach."""
    _group(uow, principal, organisation_id)
    removed = uow.session.scalar(
        delete(GroupMember)
        .where(GroupMember.organisation_id == organisation_id, GroupMember.member_id == member_id)
        .returning(GroupMember.member_id)
    )
    if removed is None:
        raise refusals.member_unknown()
    publish.members_touched(uow, [member_id])


def _group(uow: UnitOfWork, principal: Principal, organisation_id: UUID) -> None:
    group = organisations.find(uow, organisation_id)
    principal.require(GROUPS_WRITE, group.path)
    if group.kind != "cross_cutting":
        raise refusals.not_cross_cutting()
