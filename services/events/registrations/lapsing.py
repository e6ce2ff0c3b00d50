"""A loop's work: offers nobody answered pass on to whoever is next."""

from sqlalchemy import select

from services.events.registrations import seats
from services.events.registrations.models import RegistrationRow
from shared.database import UnitOfWork


def pass_on(uow: UnitOfWork) -> bool:
    """Let one event's overdue offers lapse and offer their seats again; tell whether there were any."""
    event_id = uow.session.scalar(
        select(RegistrationRow.event_id)
        .where(RegistrationRow.state == "offered", RegistrationRow.reply_by <= uow.clock.now())
        .limit(1)
    )
    if event_id is None:
        return False
    seats.give(uow, seats.hold(uow, event_id))
    return True
