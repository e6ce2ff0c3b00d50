"""Marks and check-ins, each as the other."""

from datetime import datetime
from uuid import UUID

from services.events.catalogue.snapshot import SessionSnapshot
from services.events.check_ins.models import CheckInRow, MarkRow
from services.events.check_ins.stay import Mark
from services.events.check_ins.storing import MARK_FIELDS
from services.events.check_ins.writer import NewCheckIn


def arrival_of(check_in: NewCheckIn) -> Mark:
    """Return a phone's scan as the mark it is where another check-in stands in its way."""
    return Mark(
        id=check_in.client_ref,
        member_id=check_in.member_id,
        direction="in",
        at=check_in.checked_in_at,
        received_at=check_in.received_at or check_in.checked_in_at,
        request_hash=check_in.request_hash,
        role=check_in.role,
        method=check_in.method,
        recorded_by=check_in.recorded_by,
        reason=check_in.reason,
        device=check_in.device,
        code_age=check_in.code_age,
        inside=check_in.inside,
        flags=check_in.flags,
    )


def with_own(row: CheckInRow, known: dict[UUID, Mark]) -> list[Mark]:
    """Return what is known of a check-in; its own arrival is kept only once there is another mark."""
    return list(({row.client_ref: own_arrival(row)} | known).values())


def own_arrival(row: CheckInRow) -> Mark:
    """Return the mark by which a check-in was written, as long as no other has changed it."""
    received: datetime = row.received_at or row.checked_in_at
    return Mark(
        id=row.client_ref,
        member_id=row.member_id,
        direction="in",
        at=row.checked_in_at,
        received_at=received,
        request_hash=row.request_hash,
        role=row.role,
        method=row.method,
        recorded_by=row.recorded_by,
        # Of an annulled one it is the annulment's.
        reason=None if row.state == "annulled" else row.reason,
        device=row.device,
        code_age=row.code_age,
        inside=row.inside,
        flags=tuple(row.flags),
    )


def as_mark(row: MarkRow) -> Mark:
    values = {name: getattr(row, name) for name in MARK_FIELDS}
    return Mark(**(values | {"flags": tuple(row.flags)}))


def as_check_in(session: SessionSnapshot, identity: UUID, mark: Mark) -> NewCheckIn:
    return NewCheckIn(
        id=identity,
        session=session,
        member_id=mark.member_id,
        role=mark.role or "participant",
        method=mark.method or "",
        client_ref=mark.id,
        request_hash=mark.request_hash,
        checked_in_at=mark.at,
        received_at=mark.received_at if mark.received_at > mark.at else None,
        flags=mark.flags,
        device=mark.device,
        code_age=mark.code_age,
        inside=mark.inside,
        reason=mark.reason,
        recorded_by=mark.recorded_by,
    )
