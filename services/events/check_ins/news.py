"""Telling points what a check-in has become."""

from datetime import datetime
from typing import Final

from services.events.catalogue.snapshot import SessionSnapshot
from services.events.check_ins.message import attendance, counts_at
from services.events.check_ins.models import CheckInRow
from shared.contracts import attendance as contract
from shared.database import UnitOfWork

Told = tuple[str, str, int | None, datetime]
_UNTOLD: Final = 0


def as_told(session: SessionSnapshot, row: CheckInRow) -> Told:
    """Return what points make something of: while it stays the same there is no news."""
    return row.state, row.role, row.minutes, counts_at(session, row.checked_in_at)


def tell(uow: UnitOfWork, session: SessionSnapshot, row: CheckInRow) -> None:
    """Tell what a check-in is now; of one that nobody was told of, only that it is there."""
    if row.state == "pending" or (row.state == "annulled" and row.revision == _UNTOLD):
        return
    row.revision += 1
    message = attendance(
        session, row.id, row.member_id, row.role, row.checked_in_at,
        row.minutes, row.state, row.reason, row.revision,
    )  # fmt: skip
    uow.publish(contract.STREAM, contract.RECORDED_V1, str(row.member_id), message)
