"""One tap: whoever runs an event confirms check-ins that wait, or that it was right to look at."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, text

from services.events.catalogue import service as catalogue
from services.events.check_ins.models import CheckInRow
from services.events.check_ins.record import hold_session, work_out
from services.events.check_ins.refusals import Refusal
from services.events.reviews import statements
from services.events.reviews.refusals import REFUSALS
from shared.auth import Principal
from shared.database import UnitOfWork


def confirm(
    uow: UnitOfWork, principal: Principal, event_id: UUID, check_in_ids: Sequence[UUID]
) -> dict[UUID, Refusal | None]:
    """Confirm check-ins of an event; return each one's refusal, or None where it is confirmed now.

    What waited becomes present, and points are told of it for the first time. Confirming again
    changes nothing.

    Raises:
        NotFound: `event_unknown`.
        Forbidden: `not_your_event`.
    """
    catalogue.get_to_run(uow, principal, event_id)
    wanted = CheckInRow.event_id == event_id, CheckInRow.id.in_(check_in_ids)
    ids = uow.session.scalars(select(CheckInRow.session_id).where(*wanted).distinct())
    # Sessions before their check-ins, as everything that records does.
    held = {session_id: hold_session(uow, session_id) for session_id in sorted(ids)}
    event = catalogue.get_to_run(uow, principal, event_id)
    query = select(CheckInRow).where(*wanted).order_by(CheckInRow.id).with_for_update()
    rows = uow.session.scalars(query.execution_options(populate_existing=True)).all()
    outcomes: dict[UUID, Refusal | None] = dict.fromkeys(check_in_ids, REFUSALS["check_in_unknown"])
    outcomes |= {row.id: _refusal(row, principal, event.state) for row in rows}
    new = [row for row in rows if outcomes[row.id] is None and row.reviewed_at is None]
    waiting = {(row.session_id, row.member_id) for row in new if row.state == "pending"}
    uow.session.execute(
        text(statements.REVIEWED),
        {"ids": [r.id for r in new], "by": principal.member_id, "now": uow.clock.now()},
    )
    for session_id, session in held.items():
        work_out(uow, session, {member for where, member in waiting if where == session_id})
    return outcomes


def _refusal(row: CheckInRow, principal: Principal, event_state: str) -> Refusal | None:
    if event_state == "cancelled":
        return REFUSALS["event_cancelled"]
    if row.state == "annulled":
        return REFUSALS["check_in_annulled"]
    if row.member_id == principal.member_id and row.reviewed_at is None:
        return REFUSALS["own_check_in"]
    return None
