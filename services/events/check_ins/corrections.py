"""What happens to a check-in afterwards: leaving, and annulment. Each re-sends its news."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from services.events.catalogue.access import may_run
from services.events.catalogue.models import EventRow, SessionRow
from services.events.catalogue.snapshot import SessionSnapshot, read_snapshots
from services.events.check_ins.message import attendance
from services.events.check_ins.models import CheckInRow
from services.events.check_ins.policy import minutes_of_stay
from shared.auth import Principal
from shared.contracts import attendance as contract
from shared.database import UnitOfWork
from shared.errors import Conflict, NotFound
from shared.text import Text


@dataclass(frozen=True, slots=True)
class Checked:
    """A check-in with its session, and whether the asker runs the event."""

    check_in: CheckInRow
    session: SessionSnapshot
    runs: bool


def find(
    uow: UnitOfWork, principal: Principal, check_in_id: UUID, *, lock: bool = False
) -> Checked:
    """Return an own check-in, or one of an event that the asker runs.

    Raises:
        NotFound: `check_in_unknown`, also for those of others.
    """
    query = select(CheckInRow).where(CheckInRow.id == check_in_id)
    row = uow.session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise _unknown()
    event = uow.session.get_one(EventRow, row.event_id)
    organisers = {r.member_id for r in event.roles if r.role == "organiser"}
    runs = may_run(principal, event.organisation_path, event.created_by, organisers)
    if not runs and row.member_id != principal.member_id:
        raise _unknown()
    session = read_snapshots(uow, SessionRow.id == row.session_id)[0]
    return Checked(row, session, runs)


def check_out(uow: UnitOfWork, principal: Principal, check_in_id: UUID) -> Checked:
    """Record that somebody leaves; the first time stands.

    Raises:
        Conflict: `check_in_annulled`.
    """
    checked = find(uow, principal, check_in_id, lock=True)
    row = checked.check_in
    if row.state == "annulled":
        raise _annulled()
    if row.checked_out_at is None:
        row.checked_out_at = max(uow.clock.now(), row.checked_in_at)
        row.minutes = minutes_of_stay(checked.session, row.checked_in_at, row.checked_out_at)
        _tell(uow, checked)
    return checked


def annul(uow: UnitOfWork, principal: Principal, check_in_id: UUID, reason: str) -> Checked:
    """Take a check-in back, with a reason; points follow by linked reversals.

    Raises:
        NotFound: `check_in_unknown`, also where the asker does not run the event.
        Conflict: `check_in_annulled`.
    """
    checked = find(uow, principal, check_in_id, lock=True)
    if not checked.runs:
        raise _unknown()
    row = checked.check_in
    if row.state == "annulled":
        raise _annulled()
    row.state = "annulled"
    row.reason = reason
    row.annulled_by = principal.member_id
    row.annulled_at = uow.clock.now()
    _tell(uow, checked)
    return checked


def _tell(uow: UnitOfWork, checked: Checked) -> None:
    row = checked.check_in
    if row.state == "pending" or (row.state == "annulled" and row.revision == 0):
        # Nobody has been told of it, so there is nothing to put right.
        uow.session.flush()
        return
    row.revision += 1
    arrived: datetime = row.checked_in_at
    message = attendance(
        checked.session, row.id, row.member_id, row.role, arrived,
        row.minutes, row.state, row.reason, row.revision,
    )  # fmt: skip
    uow.publish(contract.STREAM, contract.RECORDED_V1, str(row.member_id), message)
    uow.session.flush()


def _unknown() -> NotFound:
    return NotFound(
        "check_in_unknown",
        Text(
            zh="没有这条签到记录，或您无权处理。",
            en="There is no such check-in, or it is not yours to handle.",
        ),
    )


def _annulled() -> Conflict:
    return Conflict(
        "check_in_annulled",
        Text(zh="这条签到已被撤销。", en="This check-in has been annulled already."),
    )
