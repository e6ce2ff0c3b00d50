"""Arrivals that were noted elsewhere become check-ins: many at once, in any order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from itertools import groupby
from typing import Any, Final, cast
from uuid import UUID, uuid5

import psycopg
from sqlalchemy import select, text

from services.events.catalogue.models import SessionRow
from services.events.catalogue.snapshot import SessionSnapshot, read_snapshots
from services.events.check_ins import writer
from services.events.check_ins.merging import merge
from services.events.check_ins.models import CheckInRow
from services.events.offline import statements
from shared.database import UnitOfWork

_HOLD: Final = text(statements.HOLD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What staff noted of one member; `id` is the client_ref it was noted under.

    `at` is never later than `received_at`, when it was told. Flagged, it waits to be confirmed.
    """

    id: UUID
    member_id: UUID
    direction: str
    at: datetime
    received_at: datetime
    request_hash: bytes
    role: str
    method: str
    recorded_by: UUID
    reason: str | None
    flags: tuple[str, ...] = ()


class MarkOutcome(Enum):
    """What became of a mark."""

    RECORDED = "recorded"
    # Its id stands for something else of this event.
    REUSED = "reused"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a mark, and the check-in as it is now; None for who never arrived."""

    mark: Mark
    outcome: MarkOutcome
    check_in: CheckInRow | None


def hold_session(uow: UnitOfWork, session_id: UUID) -> SessionSnapshot:
    """Return a session that does not change until the transaction ends; others that record wait."""
    uow.session.execute(_HOLD, {"id": session_id})
    uow.session.expire_all()
    return read_snapshots(uow, SessionRow.id == session_id)[0]


def record_marks(
    uow: UnitOfWork, session: SessionSnapshot, marks: Sequence[Mark]
) -> list[Recorded]:
    """Record what was noted at a held session; tell points what changed.

    The outcome depends on which marks are recorded, not on their order, nor on how they are spread
    over calls.

    Returns:
        What became of each mark, in the order given.
    """
    known = _keep(uow, session, marks)
    same = {m.id for m in marks if known.get(m.id) == (m.member_id, m.request_hash)}
    arrivals = sorted(
        (mark for mark in marks if mark.direction == "in" and mark.id in same),
        key=lambda m: (m.member_id, bool(m.flags), m.at, m.id),
    )
    firsts = [next(own) for _, own in groupby(arrivals, key=lambda m: m.member_id)]
    check_ins = {mark.member_id: _arrival(session, mark) for mark in firsts}
    standing = _write(uow, check_ins)
    rows = {
        row.member_id: row
        for row in uow.session.scalars(
            select(CheckInRow)
            .where(
                CheckInRow.session_id == session.session_id,
                CheckInRow.member_id.in_({mark.member_id for mark in marks}),
            )
            .order_by(CheckInRow.member_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    }
    for member in standing:
        merge(uow, rows[member], check_ins[member])
    uow.session.flush()
    return [
        Recorded(
            mark,
            MarkOutcome.RECORDED if mark.id in same else MarkOutcome.REUSED,
            rows.get(mark.member_id),
        )
        for mark in marks
    ]


def _keep(
    uow: UnitOfWork, session: SessionSnapshot, marks: Sequence[Mark]
) -> dict[UUID, tuple[UUID, bytes]]:
    """Store the marks that are new; return whose and what each id stands for."""
    columns = {
        name: [getattr(mark, name) for mark in marks]
        for name in ("id", "member_id", "direction", "method", "at", "received_at", "recorded_by",
                     "request_hash")
    }  # fmt: skip
    uow.session.execute(
        text(statements.KEEP_MARKS),
        {"event_id": session.event_id, "session_id": session.session_id, **columns},
    )
    found = uow.session.execute(
        text(statements.KEPT_MARKS), {"event_id": session.event_id, "ids": columns["id"]}
    )
    return {row.client_ref: (row.member_id, row.request_hash) for row in found}


def _write(uow: UnitOfWork, check_ins: dict[UUID, writer.NewCheckIn]) -> list[UUID]:
    """Write the check-ins of those who have none yet; return the members who have one."""
    if not check_ins:
        return []
    connection = cast(
        "psycopg.Connection[Any]", uow.session.connection().connection.driver_connection
    )
    outcomes = writer.insert(connection, list(check_ins.values()))
    if writer.Outcome.STALE in outcomes.values():
        raise RuntimeError("marks are recorded at a session that is held")
    return [
        member
        for member, check_in in check_ins.items()
        if outcomes[check_in.id] is not writer.Outcome.WRITTEN
    ]


def _arrival(session: SessionSnapshot, mark: Mark) -> writer.NewCheckIn:
    # The same id on whichever device's word it is written.
    identity = uuid5(session.session_id, str(mark.member_id))
    return writer.NewCheckIn(
        id=identity,
        session=session,
        member_id=mark.member_id,
        role=mark.role,
        method=mark.method,
        client_ref=identity,
        request_hash=b"",
        checked_in_at=mark.at,
        received_at=mark.received_at if mark.received_at > mark.at else None,
        flags=mark.flags,
        reason=mark.reason,
        recorded_by=mark.recorded_by,
    )
