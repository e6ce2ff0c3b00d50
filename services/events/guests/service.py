"""Inviting members of other organisations to one event, and taking it back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, tuple_

from services.events.catalogue import audiences, policy
from services.events.catalogue import service as catalogue
from services.events.catalogue.models import EventRow, GuestRow
from services.events.roster_copy.finding import find
from services.events.roster_copy.models import MemberCopy
from shared.auth import Principal
from shared.database import UnitOfWork


def invite(
    uow: UnitOfWork, principal: Principal, event_id: UUID, named: Sequence[dict[str, Any]]
) -> EventRow:
    """Make members guests: they see the event, register and check in as if it were meant for them.

    Raises:
        NotFound, Forbidden: see `catalogue.get_to_run`.
        Conflict: `event_not_editable`.
        Unprocessable: `member_unknown`.
    """
    event = catalogue.get_to_run(uow, principal, event_id, lock=True)
    policy.check_editable(event.state)
    if audiences.invite(uow, event, find(uow, named), principal.member_id):
        catalogue.changed(uow, event)
    return event


def take_back(uow: UnitOfWork, principal: Principal, event_id: UUID, member_id: UUID) -> EventRow:
    """Take an invitation back; what the guest has registered for stays.

    Raises:
        NotFound, Forbidden: see `catalogue.get_to_run`.
        Conflict: `event_not_editable`.
    """
    event = catalogue.get_to_run(uow, principal, event_id, lock=True)
    policy.check_editable(event.state)
    gone = uow.session.scalar(
        delete(GuestRow)
        .where(GuestRow.event_id == event_id, GuestRow.member_id == member_id)
        .returning(GuestRow.member_id)
    )
    if gone is not None:
        catalogue.changed(uow, event)
    return event


def listing(
    uow: UnitOfWork,
    principal: Principal,
    event_id: UUID,
    limit: int,
    after: tuple[datetime, UUID] | None,
) -> list[dict[str, Any]]:
    """Return the guests of an event the asker runs, in order of invitation; one more than `limit`."""
    catalogue.get_to_run(uow, principal, event_id)
    order = tuple_(GuestRow.invited_at, GuestRow.member_id)
    query = (
        select(GuestRow.member_id, GuestRow.invited_at, MemberCopy.name, MemberCopy.member_no)
        .outerjoin(MemberCopy, MemberCopy.id == GuestRow.member_id)
        .where(GuestRow.event_id == event_id)
        .order_by(GuestRow.invited_at, GuestRow.member_id)
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(order > tuple_(*after))
    return [dict(row) for row in uow.session.execute(query).mappings()]
