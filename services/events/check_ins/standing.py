"""What of a member stands already: an earlier answer, a presence."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, literal, select

from services.events.catalogue.models import EventRow
from services.events.catalogue.snapshot import SessionSnapshot
from services.events.check_ins.models import CheckInRow, MarkRow
from shared.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an earlier request with the same client_ref brought about."""

    check_in: CheckInRow
    event_title: str
    fenced: bool
    request_hash: bytes


def find_earlier(uow: UnitOfWork, member_id: UUID, client_ref: UUID) -> Earlier | None:
    """Return what a member's client_ref stands for, be it an arrival, a return or a departure."""
    of_member = (
        select(CheckInRow, EventRow.title, EventRow.__table__.c.radius.is_not(None))
        .join(EventRow, EventRow.id == CheckInRow.event_id)
        .where(CheckInRow.member_id == member_id)
    )
    made = uow.session.execute(of_member.where(CheckInRow.client_ref == client_ref)).first()
    if made is not None:
        return Earlier(made[0], made[1], made[2], made[0].request_hash)
    same = (MarkRow.session_id == CheckInRow.session_id) & (MarkRow.member_id == member_id)
    marked = uow.session.execute(
        of_member.join(MarkRow, same)
        .where(MarkRow.id == client_ref)
        .add_columns(MarkRow.request_hash)
    ).first()
    return Earlier(*marked) if marked is not None else None


def is_in(session: SessionSnapshot, row: CheckInRow) -> bool:
    """Tell whether a check-in is of somebody who is in, so that a further arrival says nothing.

    Who left is still in for a session that does not count the length of the stay.
    """
    return row.state == "present" and (row.checked_out_at is None or not session.timed)


def of_member(uow: UnitOfWork, session: SessionSnapshot, member_id: UUID) -> CheckInRow | None:
    """Return a member's check-in at a session."""
    return of_members(uow, session, [member_id]).get(member_id)


def of_members(
    uow: UnitOfWork, session: SessionSnapshot, members: Sequence[UUID]
) -> dict[UUID, CheckInRow]:
    """Return members' check-ins at a session."""
    rows = uow.session.scalars(
        select(CheckInRow).where(
            CheckInRow.session_id == session.session_id,
            CheckInRow.member_id == any_(literal(list(members), ARRAY(Uuid))),
        )
    )
    return {row.member_id: row for row in rows}
