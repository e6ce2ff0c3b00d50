"""Who lectures, helps or organises at one event."""

from uuid import UUID

from services.events.catalogue import policy, service
from services.events.catalogue.models import EventRow, RoleRow
from services.events.roster_copy.models import MemberCopy
from shared.auth import Principal
from shared.database import UnitOfWork
from shared.errors import Conflict, Unprocessable
from shared.text import Text


def give(
    uow: UnitOfWork, principal: Principal, event_id: UUID, member_id: UUID, role: str
) -> EventRow:
    """Name a member lecturer, helper or organiser of an event.

    Raises:
        Unprocessable: `member_unknown`.
        Conflict: `part_taken`, where the member already has another part.
    """
    event = service.get_to_run(uow, principal, event_id, lock=True)
    policy.check_editable(event.state)
    member = uow.session.get(MemberCopy, member_id)
    if member is None or member.status == "left":
        raise Unprocessable(
            "member_unknown",
            Text(zh="名册中没有这位党员。", en="The roster has no such member; check the id."),
        )
    held = {r.role for r in event.roles if r.member_id == member_id}
    if role in held:
        return event
    if role != "organiser" and held & {"lecturer", "helper"}:
        raise Conflict(
            "part_taken",
            Text(
                zh="此人在本活动中已有其他角色，请先取消。",
                en="This member already has another part in the event; remove it first.",
            ),
        )
    event.roles.append(RoleRow(member_id=member_id, role=role))
    return service.changed(uow, event)


def take(
    uow: UnitOfWork, principal: Principal, event_id: UUID, member_id: UUID, role: str
) -> EventRow:
    """Take a part in an event back; taking back what is not held changes nothing."""
    event = service.get_to_run(uow, principal, event_id, lock=True)
    policy.check_editable(event.state)
    kept = [r for r in event.roles if (r.member_id, r.role) != (member_id, role)]
    if len(kept) == len(event.roles):
        return event
    event.roles = kept
    return service.changed(uow, event)
