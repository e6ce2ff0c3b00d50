"""Asking for a seat, giving it up, answering an offer: each by the member or by the organiser."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from services.events.catalogue import service as catalogue
from services.events.catalogue.models import EventRow
from services.events.catalogue.visibility import is_meant
from services.events.refusal import stop_at
from services.events.registrations import news, policy, seats
from services.events.registrations.models import LIVE, RegistrationRow
from services.events.registrations.refusals import REFUSALS
from services.events.registrations.seats import Held
from services.events.roster_copy.finding import find
from shared.auth import Principal
from shared.database import UnitOfWork
from shared.ids import new_id


def register(uow: UnitOfWork, principal: Principal, event_id: UUID) -> tuple[RegistrationRow, bool]:
    """Give the asker a seat, or the last place on the list; return it and whether it is new.

    Raises:
        NotFound: see `catalogue.get`.
        Problem: see `policy.may_ask`; `not_eligible`.
    """
    # Read without all that belongs to it: many may do this at the same moment.
    event = uow.session.get(EventRow, event_id, options=[joinedload(EventRow.also_for)])
    if event is None or event.published_at is None or not is_meant(uow, principal, event):
        catalogue.get(uow, principal, event_id)  # not there, for all they may know; or they run it
        raise REFUSALS["not_eligible"].to_problem()
    held = seats.hold(uow, event_id)
    standing = _live(uow, event_id, principal.member_id)
    if standing is not None:
        seats.give(uow, held)
        return standing, False
    stop_at(policy.may_ask(held.terms, held.now))
    return _ask(uow, held, principal.member_id), True


def enter(
    uow: UnitOfWork, principal: Principal, event_id: UUID, member_id: UUID, reason: str
) -> tuple[RegistrationRow, bool]:
    """Register somebody else, by whoever runs the event; a stranger becomes a guest thereby.

    Raises:
        NotFound, Forbidden: see `catalogue.get_to_run`.
        Unprocessable: `member_unknown`.
        Problem: see `policy.running`; `seats_taken`.
    """
    event = catalogue.get_to_run(uow, principal, event_id, lock=True)
    (member_id,) = find(uow, [{"member_id": member_id}])
    held = seats.hold(uow, event_id)
    standing = _live(uow, event_id, member_id)
    if standing is not None:
        seats.give(uow, held)
        return standing, False
    stop_at(policy.running(held.terms))
    catalogue.let_in(uow, event, [member_id], principal)
    row = _ask(uow, held, member_id, by=principal.member_id, reason=reason)
    if row.state == "waiting" and not policy.list_moves(held.terms, held.now):
        raise REFUSALS["seats_taken"].to_problem()
    if member_id != principal.member_id:
        news.tell_entered(uow, event, row, reason)
    return row, True


def give_up(uow: UnitOfWork, principal: Principal, event_id: UUID) -> RegistrationRow:
    """End the own registration: cancel a seat, leave the list, decline an offer.

    Raises:
        Problem: `not_registered`; see `policy.may_give_up`.
    """
    _latest(uow, event_id, principal.member_id)
    held = seats.hold(uow, event_id)
    row = _live_one(uow, event_id, principal.member_id)
    stop_at(policy.may_give_up(held.terms, row.state, held.now))
    state = "declined" if row.state == "offered" else "cancelled"
    return _end(uow, held, row, state, principal.member_id)


def remove(
    uow: UnitOfWork, principal: Principal, event_id: UUID, member_id: UUID, reason: str
) -> RegistrationRow:
    """End somebody's registration, with a reason, by whoever runs the event.

    Raises:
        NotFound, Forbidden: see `catalogue.get_to_run`.
        Problem: `not_registered`; see `policy.running`.
    """
    event = catalogue.get_to_run(uow, principal, event_id)
    held = seats.hold(uow, event_id)
    stop_at(policy.running(held.terms))
    row = _live_one(uow, event_id, member_id)
    if member_id != principal.member_id:
        news.tell_removed(uow, event, row, reason)
    return _end(uow, held, row, "cancelled", principal.member_id, reason)


def accept(uow: UnitOfWork, principal: Principal, event_id: UUID) -> RegistrationRow:
    """Take the seat that is offered; taking what one has already changes nothing.

    Raises:
        Problem: `not_registered`; see `policy.may_accept`.
    """
    latest = _latest(uow, event_id, principal.member_id)
    held = seats.hold(uow, event_id)
    row = uow.session.get_one(RegistrationRow, (event_id, latest))
    if row.state == "registered":
        seats.give(uow, held)
        return row
    stop_at(policy.may_accept(held.terms, row.state))
    row.state = "registered"
    seats.give(uow, held)
    return row


def has_seat(uow: UnitOfWork, event_id: UUID, member_id: UUID) -> bool:
    """Tell whether somebody has a seat, or may still take one that is offered."""
    row = _live(uow, event_id, member_id)
    return row is not None and row.state != "waiting"


def _ask(
    uow: UnitOfWork, held: Held, member_id: UUID, by: UUID | None = None, reason: str | None = None
) -> RegistrationRow:
    row = RegistrationRow(
        event_id=held.event_id,
        id=new_id(),
        member_id=member_id,
        state="waiting",
        asked_at=held.now,
        entered_by=by,
        entry_reason=reason,
    )
    uow.session.add(row)
    seats.give(uow, held, asking=row.id)
    uow.session.refresh(row)
    return row


def _end(
    uow: UnitOfWork,
    held: Held,
    row: RegistrationRow,
    state: str,
    by: UUID,
    reason: str | None = None,
) -> RegistrationRow:
    row.state, row.ended_at, row.ended_by, row.end_reason = state, held.now, by, reason
    seats.give(uow, held)
    return row


def _latest(uow: UnitOfWork, event_id: UUID, member_id: UUID) -> UUID:
    """Return the id of what a member asked for last; what became of it is read under the lock."""
    found = uow.session.scalar(
        select(RegistrationRow.id)
        .where(RegistrationRow.event_id == event_id, RegistrationRow.member_id == member_id)
        .order_by(RegistrationRow.asked_at.desc(), RegistrationRow.id.desc())
        .limit(1)
    )
    if found is None:
        raise REFUSALS["not_registered"].to_problem()
    return found


def _live(uow: UnitOfWork, event_id: UUID, member_id: UUID) -> RegistrationRow | None:
    return uow.session.scalar(
        select(RegistrationRow).where(
            RegistrationRow.event_id == event_id,
            RegistrationRow.member_id == member_id,
            RegistrationRow.state.in_(LIVE),
        )
    )


def _live_one(uow: UnitOfWork, event_id: UUID, member_id: UUID) -> RegistrationRow:
    row = _live(uow, event_id, member_id)
    if row is None:
        raise REFUSALS["not_registered"].to_problem()
    return row
