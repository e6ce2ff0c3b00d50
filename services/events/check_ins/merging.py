"""What becomes of a check-in when its member is told of again: by another scan, or by staff."""

from typing import Final

from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from services.events.catalogue.snapshot import SessionSnapshot
from services.events.check_ins.message import attendance, counts_at
from services.events.check_ins.models import CheckInRow
from services.events.check_ins.policy import minutes_of_stay
from services.events.check_ins.refusals import REFUSALS, Refusal
from services.events.check_ins.writer import NewCheckIn
from shared.contracts import attendance as contract
from shared.database import UnitOfWork

# As the writer does: whoever changes the session waits for us, or we see what it became.
_HOLD: Final = text("SELECT version FROM event_sessions WHERE id = :id FOR KEY SHARE")
_TAKEN_OVER: Final = (
    "method", "checked_in_at", "received_at", "state", "device", "code_age",
    "inside", "reason", "recorded_by",
)  # fmt: skip


def merge(uow: UnitOfWork, row: CheckInRow, new: NewCheckIn) -> None:
    """Let a locked check-in become what is told of its member now, if that counts for more.

    What needs no confirmation counts for more than what waits for it, and of two alike the earlier
    one: so the outcome is the same in whatever order they come. The check-in stays the one it was,
    with its id and client_ref. Points are told if anything changed for them.
    """
    if row.state == "annulled" or row.method == "import" or _weight(new) >= _weight(row):
        return
    before = _as_told(new.session, row)
    if row.state == "pending":
        row.role = new.role
    for name in _TAKEN_OVER:
        setattr(row, name, getattr(new, name))
    row.flags = list(new.flags)
    row.claim_nonce = new.claim_nonce or row.claim_nonce  # a claim that was used stays used
    if row.checked_out_at is not None:
        row.minutes = minutes_of_stay(new.session, row.checked_in_at, row.checked_out_at)
    if row.state == "present" and _as_told(new.session, row) != before:
        row.revision += 1
        message = attendance(
            new.session, row.id, row.member_id, row.role, row.checked_in_at,
            row.minutes, reason=row.reason, revision=row.revision,
        )  # fmt: skip
        uow.publish(contract.STREAM, contract.RECORDED_V1, str(row.member_id), message)


def meet(uow: UnitOfWork, standing: CheckInRow, new: NewCheckIn) -> CheckInRow | Refusal | None:
    """Merge a scan into the check-in that stands in its way, and commit.

    None if the session changed meanwhile: decide again.
    """
    version = uow.session.scalar(_HOLD, {"id": new.session.session_id})
    if version != new.session.version:
        return None
    row = uow.session.scalars(
        select(CheckInRow)
        .where(CheckInRow.id == standing.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    merge(uow, row, new)
    try:
        uow.commit()
    except IntegrityError:
        return REFUSALS["claim_used"]  # the only thing of a scan that somebody else can have used
    return row


def _weight(told: CheckInRow | NewCheckIn) -> tuple[object, ...]:
    """Return what decides which of two counts; the smaller one does."""
    waits = told.state == "pending"
    return waits, told.checked_in_at, tuple(told.flags), told.method, str(told.recorded_by)


def _as_told(session: SessionSnapshot, row: CheckInRow) -> tuple[object, ...]:
    """Return what points make something of."""
    return row.state, row.role, row.minutes, counts_at(session, row.checked_in_at)
