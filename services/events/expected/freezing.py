"""A loop's work: the list of who was expected stays what it was when the event was over."""

from typing import Final

from sqlalchemy import delete, insert, literal, or_, select

from services.events.catalogue.models import EventRow
from services.events.expected import sources
from services.events.expected.models import ExpectedMemberRow
from shared.database import UnitOfWork

_BATCH: Final = 50


def freeze(uow: UnitOfWork) -> bool:
    """Freeze the lists of events that are over or closed; tell whether there were any.

    An event whose end is moved afterwards is to be frozen once more (`catalogue.service.change`).
    """
    now = uow.clock.now()
    over = uow.session.scalars(
        select(EventRow)
        .where(
            EventRow.list_frozen_at.is_(None),
            EventRow.state.in_(("published", "open", "closed")),
            or_(EventRow.state == "closed", EventRow.ends_at <= now),
        )
        .order_by(EventRow.ends_at)
        .limit(_BATCH)
        .with_for_update(key_share=True, skip_locked=True)
    ).all()
    for event in over:
        basis = sources.basis_of(uow, event)
        if basis not in (None, "named"):
            uow.session.execute(
                delete(ExpectedMemberRow).where(ExpectedMemberRow.event_id == event.id)
            )
            ids = sources.living(event, basis).subquery()
            uow.session.execute(
                insert(ExpectedMemberRow).from_select(
                    ["event_id", "member_id"], select(literal(event.id), *ids.c)
                )
            )
        event.list_frozen_at = now
    uow.session.flush()
    return bool(over)
