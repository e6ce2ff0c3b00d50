"""What happens to a check-in afterwards: annulment, and what makes it good again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select

from services.events.catalogue.access import may_run
from services.events.catalogue.models import EventRow, SessionRow
from services.events.catalogue.snapshot import SessionSnapshot, read_snapshots
from services.events.check_ins.models import CheckInRow
from services.events.check_ins.news import tell
from services.events.check_ins.record import apply, hold_session, marks_of, record_marks
from services.events.check_ins.stay import Mark, stay
from shared.auth import Principal
from shared.database import UnitOfWork
from shared.errors import Conflict, NotFound
from shared.ids import new_id
from shared.text import Text

# A finger slips on the wrong name; later than this it is no slip.
_SLIP: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Checked:
    """A check-in with its session, and whether the asker runs the event."""

    check_in: CheckInRow
    session: SessionSnapshot
    runs: bool


def find(uow: UnitOfWork, principal: Principal, check_in_id: UUID) -> Checked:
    """Return an own check-in, or one of an event that the asker runs.

    Raises:
        NotFound: `check_in_unknown`, also for those of others.
    """
    row = uow.session.get(CheckInRow, check_in_id)
    if row is None:
        raise _unknown()
    event = uow.session.get_one(EventRow, row.event_id)
    organisers = {r.member_id for r in event.roles if r.role == "organiser"}
    runs = may_run(principal, event.organisation_path, event.created_by, organisers)
    if not runs and row.member_id != principal.member_id:
        raise _unknown()
    session = read_snapshots(uow, SessionRow.id == row.session_id)[0]
    return Checked(row, session, runs)


def hold(uow: UnitOfWork, principal: Principal, check_in_id: UUID) -> Checked:
    """Return what `find` does, with session and check-in held until the transaction ends."""
    found = find(uow, principal, check_in_id)
    session = hold_session(uow, found.session.session_id)
    row = uow.session.scalars(
        select(CheckInRow).where(CheckInRow.id == check_in_id).with_for_update()
    ).one()
    return Checked(row, session, found.runs)


def annul(uow: UnitOfWork, principal: Principal, check_in_id: UUID, reason: str) -> Checked:
    """Take a check-in back, with a reason; points follow by linked reversals.

    Raises:
        NotFound: `check_in_unknown`, also where the asker does not run the event.
        Conflict: `check_in_annulled`.
    """
    checked = _hold_to_correct(uow, principal, check_in_id)
    row = checked.check_in
    if row.state == "annulled":
        raise annulled()
    row.state = "annulled"
    row.reason = reason
    row.annulled_by = principal.member_id
    row.annulled_at = uow.clock.now()
    tell(uow, checked.session, row)
    uow.session.flush()
    return checked


def restore(uow: UnitOfWork, principal: Principal, check_in_id: UUID, reason: str) -> Checked:
    """Let an annulled check-in count again, with a reason and all that was told of it since.

    Raises:
        NotFound: `check_in_unknown`, also where the asker does not run the event.
        Conflict: `check_in_not_annulled`, `nothing_to_restore`.
    """
    checked = _hold_to_correct(uow, principal, check_in_id)
    row, now = checked.check_in, uow.clock.now()
    if row.state != "annulled":
        raise Conflict(
            "check_in_not_annulled",
            Text(
                zh="这条签到有效，无需恢复。",
                en="This check-in stands; there is nothing to restore.",
            ),
        )
    # Whoever restores it has looked at it.
    if row.flags:
        row.reviewed_by, row.reviewed_at = principal.member_id, now
    stayed = stay(checked.session, marks_of(uow, row), now, row.reviewed_at)
    if stayed.arrival is None:
        raise Conflict(
            "nothing_to_restore",
            Text(
                zh="这次登记当时即被撤回，请重新登记。",
                en="This tick was taken back as a mistake; tick the name again.",
            ),
        )
    apply(row, stayed)
    row.reason = reason
    tell(uow, checked.session, row)
    uow.session.flush()
    return checked


def undo(uow: UnitOfWork, principal: Principal, check_in_id: UUID) -> Checked:
    """Take back what the asker recorded of somebody last, if that was a moment ago.

    Raises:
        NotFound: `check_in_unknown`, also where the asker does not run the event.
        Conflict: `check_in_annulled`, `nothing_to_undo`.
    """
    checked = _hold_to_correct(uow, principal, check_in_id)
    row, now = checked.check_in, uow.clock.now()
    if row.state == "annulled":
        raise annulled()
    slipped = _last_of(marks_of(uow, row), principal.member_id, now - _SLIP)
    if slipped is None:
        raise Conflict(
            "nothing_to_undo",
            Text(
                zh="只能撤回本人两分钟内的登记；请改为撤销并写明理由。",
                en="Only what you recorded within two minutes can be undone; annul it with a reason.",
            ),
        )
    void = Mark(
        id=new_id(),
        member_id=row.member_id,
        direction="void",
        at=now,
        received_at=now,
        request_hash=b"",
        recorded_by=principal.member_id,
        voids=slipped.id,
    )
    record_marks(uow, checked.session, [void])
    return checked


def _last_of(marks: Iterable[Mark], staff: UUID, since: datetime) -> Mark | None:
    known = list(marks)
    voided = {mark.voids for mark in known}
    own = [
        mark
        for mark in known
        if mark.direction != "void" and mark.recorded_by == staff and mark.id not in voided
    ]
    recent = [mark for mark in own if mark.received_at >= since]
    return max(recent, key=lambda m: (m.received_at, m.id), default=None)


def _hold_to_correct(uow: UnitOfWork, principal: Principal, check_in_id: UUID) -> Checked:
    checked = hold(uow, principal, check_in_id)
    if not checked.runs:
        raise _unknown()
    return checked


def _unknown() -> NotFound:
    return NotFound(
        "check_in_unknown",
        Text(
            zh="没有这条签到记录，或您无权处理。",
            en="There is no such check-in, or it is not yours to handle.",
        ),
    )


def annulled() -> Conflict:
    return Conflict(
        "check_in_annulled",
        Text(zh="这条签到已被撤销。", en="This check-in has been annulled already."),
    )
