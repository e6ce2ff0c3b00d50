"""Marks become check-ins: what staff, devices without signal and people who leave tell.

Every way in but the phone's own scan goes this way, many members at once, in the caller's
transaction. What a check-in shows is worked out by `stay` from all marks there are, so that two
devices that tell of the same people come to the same, whatever the order.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby
from typing import Any, Final, cast
from uuid import UUID, uuid5

import psycopg
from sqlalchemy import ARRAY, Uuid, any_, literal, select, text

from services.events.catalogue.models import SessionRow
from services.events.catalogue.sessions import session_unknown
from services.events.catalogue.snapshot import SessionSnapshot, read_snapshots
from services.events.check_ins import writer
from services.events.check_ins.marks import as_check_in, as_mark, own_arrival, with_own
from services.events.check_ins.models import CheckInRow, MarkRow
from services.events.check_ins.news import as_told, tell
from services.events.check_ins.stay import Mark, Stay, stay
from services.events.check_ins.storing import put_marks, put_rows, shown_by
from shared.database import UnitOfWork
from shared.text import Text

# One at a time for each session, as a departure may be told beside its arrival; phones do not wait.
_TAKE_TURNS: Final = text("SELECT pg_advisory_xact_lock(7236007, hashtext(CAST(:id AS text)))")
_HOLD: Final = text("SELECT FROM event_sessions WHERE id = :id FOR KEY SHARE")
_Key = tuple[UUID, UUID]
# What a check-in shows of its arrival, besides when.
_OF_ARRIVAL: Final = ("role", "method", "recorded_by", "device", "code_age", "inside")

TAKEN_BACK: Final = Text("误点，当即撤回。", "Ticked by mistake and taken back at once.")


class MarkOutcome(Enum):
    """What became of a mark."""

    RECORDED = "recorded"
    # This very mark is known.
    REPLAYED = "replayed"
    # Its id stands for something else of this member.
    REUSED = "reused"
    # It is kept, but somebody annulled this member's attendance.
    ANNULLED = "annulled"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a mark, and the check-in as it is now; None for who never arrived."""

    mark: Mark
    outcome: MarkOutcome
    check_in: CheckInRow | None


def hold_session(uow: UnitOfWork, session_id: UUID) -> SessionSnapshot:
    """Return a session that does not change until the transaction ends; others that record wait.

    Goes before any lock on a check-in.

    Raises:
        NotFound: `session_unknown`.
    """
    uow.session.execute(_TAKE_TURNS, {"id": session_id})
    uow.session.execute(_HOLD, {"id": session_id})
    # What was read before the wait may be old.
    uow.session.expire_all()
    found = read_snapshots(uow, SessionRow.id == session_id)
    if not found:
        raise session_unknown()
    return found[0]


def record_marks(
    uow: UnitOfWork, session: SessionSnapshot, marks: Sequence[Mark]
) -> list[Recorded]:
    """Record arrivals and departures of any members at a held session; tell points what changed.

    The outcome depends on which marks are recorded, not on their order, nor on how they are spread
    over calls. Whether a member may come in is for the caller to have decided.

    Returns:
        What became of each mark, in the order given.
    """
    if not marks:
        return []
    made = _write_arrivals(uow, session, marks)
    merging = _Merging(uow, session, {mark.member_id for mark in marks})
    outcomes = [merging.take(mark, made) for mark in marks]
    merging.finish()
    return [
        Recorded(mark, outcome, merging.rows.get(mark.member_id))
        for mark, outcome in zip(marks, outcomes, strict=True)
    ]


def work_out(uow: UnitOfWork, session: SessionSnapshot, members: Iterable[UUID]) -> None:
    """Work check-ins out again, as after the end of their session, or once they were looked at."""
    _Merging(uow, session, set(members)).finish()


def marks_of(uow: UnitOfWork, row: CheckInRow) -> list[Mark]:
    """Return all that is known of a check-in, its own arrival included."""
    found = uow.session.scalars(
        select(MarkRow).where(
            MarkRow.session_id == row.session_id, MarkRow.member_id == row.member_id
        )
    )
    return with_own(row, {mark.id: as_mark(mark) for mark in found})


def apply(row: CheckInRow, stayed: Stay) -> None:
    """Let a check-in show what its marks come to."""
    back, arrival = stayed.taken_back, stayed.arrival
    # Nobody who was told of is pending: what is left in doubt goes with what was taken back.
    if back is not None and (arrival is None or (stayed.state == "pending" and row.revision)):
        row.state, row.reason = "annulled", TAKEN_BACK.zh
        row.annulled_by, row.annulled_at = back.recorded_by, back.received_at
        row.checked_out_at, row.minutes, row.auto_checked_out = None, None, False
        return
    if arrival is None:
        return
    row.reason = arrival.reason or (None if row.state == "annulled" else row.reason)
    row.state = "present" if row.revision else stayed.state
    row.annulled_by = row.annulled_at = None
    row.checked_in_at = arrival.at
    row.received_at = arrival.received_at if arrival.received_at > arrival.at else None
    row.flags = list(arrival.flags)
    for name in _OF_ARRIVAL:
        setattr(row, name, getattr(arrival, name))
    row.checked_out_at, row.minutes = stayed.checked_out_at, stayed.minutes
    row.auto_checked_out = stayed.automatic


class _Merging:
    """The check-ins of some members at one session, and all their marks."""

    def __init__(self, uow: UnitOfWork, session: SessionSnapshot, members: set[UUID]) -> None:
        self._uow, self._session = uow, session
        wanted = any_(literal(list(members), ARRAY(Uuid)))
        locked = uow.session.scalars(
            select(CheckInRow)
            .where(CheckInRow.session_id == session.session_id, CheckInRow.member_id == wanted)
            .order_by(CheckInRow.member_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        self.rows = {row.member_id: row for row in locked}
        # Written all at once in the end, and not one by one as they change.
        for row in self.rows.values():
            uow.session.expunge(row)
        self._known: dict[UUID, dict[UUID, Mark]] = {}
        self._new: list[Mark] = []
        query = select(MarkRow).where(
            MarkRow.session_id == session.session_id, MarkRow.member_id == wanted
        )
        for found in uow.session.scalars(query):
            self._known.setdefault(found.member_id, {})[found.id] = as_mark(found)
        # Read before anything is taken in: an annulment that marks did not bring about stands.
        self._decided = {
            member for member, row in self.rows.items() if self._is_annulled_by_decision(row)
        }

    def take(self, mark: Mark, made: set[_Key]) -> MarkOutcome:
        """Take a mark in; `made` are those that made check-ins just now."""
        row, known = self.rows.get(mark.member_id), self._known.setdefault(mark.member_id, {})
        if row is not None and row.client_ref == mark.id:
            same = row.request_hash == mark.request_hash
            if not same:
                return MarkOutcome.REUSED
            if _key(mark) not in made:
                return MarkOutcome.REPLAYED
            made.discard(_key(mark))
            return MarkOutcome.RECORDED
        if mark.id in known:
            same = known[mark.id].request_hash == mark.request_hash
            return MarkOutcome.REPLAYED if same else MarkOutcome.REUSED
        if row is None and mark.direction == "in":
            # Nothing kept it from being written but its id, used at another session.
            return MarkOutcome.REUSED
        if row is not None and row.client_ref not in known:
            self._keep(own_arrival(row))
        self._keep(mark)
        return MarkOutcome.ANNULLED if mark.member_id in self._decided else MarkOutcome.RECORDED

    def finish(self) -> None:
        """Store what was taken in; work out and tell what it changes."""
        put_marks(self._uow, self._session, self._new)
        changed = []
        for member, row in self.rows.items():
            # What a file says of an event is not pieced together from marks.
            if member in self._decided or row.method == "import":
                continue
            shown, told = shown_by(row), as_told(self._session, row)
            apply(row, self._come_to(row))
            if as_told(self._session, row) != told:
                tell(self._uow, self._session, row)
            if shown_by(row) != shown:
                changed.append(row)
        put_rows(self._uow, changed)

    def _keep(self, mark: Mark) -> None:
        self._known.setdefault(mark.member_id, {})[mark.id] = mark
        self._new.append(mark)

    def _is_annulled_by_decision(self, row: CheckInRow) -> bool:
        return row.state == "annulled" and self._come_to(row).state != "annulled"

    def _come_to(self, row: CheckInRow) -> Stay:
        marks = with_own(row, self._known.get(row.member_id, {}))
        return stay(self._session, marks, self._uow.clock.now(), row.reviewed_at)


def _write_arrivals(uow: UnitOfWork, session: SessionSnapshot, marks: Sequence[Mark]) -> set[_Key]:
    """Write a check-in for each member that has none yet; return the marks that made one."""
    arrivals = sorted(
        (mark for mark in marks if mark.direction == "in"),
        key=lambda m: (m.member_id, bool(m.flags), m.at, m.id),
    )
    firsts = [next(own) for _, own in groupby(arrivals, key=lambda m: m.member_id)]
    if not firsts:
        return set()
    # The same id on whichever device's word it is written.
    check_ins = {uuid5(session.session_id, str(mark.member_id)): mark for mark in firsts}
    connection = uow.session.connection().connection.driver_connection
    outcomes = writer.insert(
        cast("psycopg.Connection[Any]", connection),
        [as_check_in(session, identity, mark) for identity, mark in check_ins.items()],
    )
    if writer.Outcome.STALE in outcomes.values():
        raise RuntimeError("marks are recorded at a session that is held")
    return {
        _key(mark)
        for identity, mark in check_ins.items()
        if outcomes[identity] is writer.Outcome.WRITTEN
    }


def _key(mark: Mark) -> _Key:
    return mark.member_id, mark.id
