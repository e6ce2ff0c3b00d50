"""One tap: whoever runs an event confirms check-ins that wait, or that it was right to look at."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, text

from services.events.catalogue import service as catalogue
from services.events.catalogue.models import SessionRow
from services.events.catalogue.snapshot import read_snapshots
from services.events.check_ins.message import attendance
from services.events.check_ins.models import CheckInRow
from services.events.check_ins.refusals import Refusal
from services.events.reviews import statements
from services.events.reviews.refusals import REFUSALS
from shared.auth import Principal
from shared.contracts import attendance as contract
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
    catalogue.hold(uow, event_id)  # so that what is told is what the event is
    event = catalogue.get_to_run(uow, principal, event_id)
    rows = uow.session.scalars(
        select(CheckInRow)
        .where(CheckInRow.event_id == event_id, CheckInRow.id.in_(check_in_ids))
        .order_by(CheckInRow.id)
        .with_for_update()
    ).all()
    outcomes: dict[UUID, Refusal | None] = dict.fromkeys(check_in_ids, REFUSALS["check_in_unknown"])
    outcomes |= {row.id: _refusal(row, principal, event.state) for row in rows}
    new = [row for row in rows if outcomes[row.id] is None and row.reviewed_at is None]
    uow.session.execute(
        text(statements.CONFIRM),
        {"ids": [r.id for r in new], "by": principal.member_id, "now": uow.clock.now()},
    )
    _tell(uow, event_id, [row for row in new if row.state == "pending"])
    return outcomes


def _refusal(row: CheckInRow, principal: Principal, event_state: str) -> Refusal | None:
    if event_state == "cancelled":
        return REFUSALS["event_cancelled"]
    if row.state == "annulled":
        return REFUSALS["check_in_annulled"]
    if row.member_id == principal.member_id and row.reviewed_at is None:
        return REFUSALS["own_check_in"]
    return None


def _tell(uow: UnitOfWork, event_id: UUID, rows: Sequence[CheckInRow]) -> None:
    found = read_snapshots(uow, SessionRow.event_id == event_id) if rows else []
    sessions = {session.session_id: session for session in found}
    for row in rows:
        message = attendance(
            sessions[row.session_id],
            row.id,
            row.member_id,
            row.role,
            row.checked_in_at,
            row.minutes,
        )
        uow.publish(contract.STREAM, contract.RECORDED_V1, str(row.member_id), message)
