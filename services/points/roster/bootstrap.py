"""The first organisation and the first administrator, without whom nobody could add the others."""

from typing import Final
from uuid import UUID

from sqlalchemy import select

from services.points.roster import history, publish
from services.points.roster.models import Member, Organisation, RoleAssignment
from shared.database import UnitOfWork
from shared.ids import new_id


def bootstrap(uow: UnitOfWork, *, code: str, name: str, member_no: str, member_name: str) -> UUID:
    """Make the city work committee and its first administrator where they are missing.

    Done again it changes nothing. A member who is there already gets the role only while nobody
    else administers the city: whoever can run this command can always get in, and no more.

    Returns:
        The administrator's member id.
    """
    root = uow.session.scalar(select(Organisation).where(Organisation.parent_id.is_(None)))
    if root is None:
        root = Organisation(
            id=new_id(), code=code, name=name, kind="committee", parent_id=None, path=f"/{code}/",
            version=1,
        )  # fmt: skip
        uow.session.add(root)
        publish.organisations_changed(uow, [root.id])
    member = uow.session.scalar(select(Member).where(Member.member_no == member_no))
    if member is None:
        member = _add(uow, root.id, member_no, member_name)
    held = select(RoleAssignment.id).where(RoleAssignment.role == _ROLE)
    if uow.session.scalar(held.limit(1)) is None:
        uow.session.add(
            RoleAssignment(
                id=new_id(), member_id=member.id, role=_ROLE, organisation_id=root.id,
                given_by=None, given_at=uow.clock.now(),
            )
        )  # fmt: skip
        publish.members_touched(uow, [member.id])
    return member.id


_ROLE: Final = "city_admin"


def _add(uow: UnitOfWork, root_id: UUID, member_no: str, name: str) -> Member:
    # The committee itself takes its first member; a transfer to a branch may follow.
    member = Member(
        id=new_id(), member_no=member_no, name=name, organisation_id=root_id, group_id=None,
        status="full", scored=False, joined_on=None, hide_name=False, version=1,
    )  # fmt: skip
    uow.session.add(member)
    uow.session.flush()
    history.begin(uow, member.id, root_id, reason="bootstrap")
    publish.members_changed(uow, [member.id])
    return member
