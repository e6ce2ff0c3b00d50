"""What a set of marks says of one member at one session. Pure.

A mark is an arrival, a departure, or the taking back of one of those. They come from several
devices, late and in any order, some of them twice: only which marks there are counts, not when
they came. Of two departures without a return between them the first counts, of two arrivals without
a departure between them as well.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from services.events.catalogue.snapshot import SessionSnapshot

State = Literal["present", "pending", "annulled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Something that happened at a door.

    Attributes:
        id: the client_ref it was sent under; sent again it is the same mark.
        direction: ``in``, ``out``, or ``void`` for the taking back of the mark `voids`.
        at: when it happened; never later than `received_at`, when it was told.
        role, method: of an arrival.
        flags: why somebody has to look at it before it counts.
    """

    id: UUID
    member_id: UUID
    direction: str
    at: datetime
    received_at: datetime
    request_hash: bytes
    role: str | None = None
    method: str | None = None
    recorded_by: UUID | None = None
    reason: str | None = None
    device: bytes | None = None
    code_age: int | None = None
    inside: bool | None = None
    flags: tuple[str, ...] = ()
    voids: UUID | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """What the marks come to.

    Attributes:
        state: ``annulled`` where no arrival is left that was not taken back.
        arrival: the mark by which the member counts as here; None if annulled.
        checked_out_at: when the member left for good, or None while in.
        minutes: whole minutes of the session in all that has ended; None while nothing has.
        automatic: the member never left, and was taken to have left when the session ended.
        taken_back: the newest mark that took one back.
    """

    state: State
    arrival: Mark | None
    checked_out_at: datetime | None = None
    minutes: int | None = None
    automatic: bool = False
    taken_back: Mark | None = None


def stay(
    session: SessionSnapshot, marks: Iterable[Mark], now: datetime, reviewed_at: datetime | None
) -> Stay:
    """Return what a member's marks at a session come to.

    Flagged marks count once somebody has looked at them (`reviewed_at`); as long as there are no
    others, the member's attendance is pending.
    """
    known = {mark.id: mark for mark in marks}
    voids = [mark for mark in known.values() if mark.direction == "void"]
    voided = {mark.voids for mark in voids}
    standing = sorted(
        (m for m in known.values() if m.direction != "void" and m.id not in voided), key=_order
    )
    trusted = [m for m in standing if not m.flags or _looked_at(m, reviewed_at)]
    state: State = "present"
    if not any(mark.direction == "in" for mark in trusted):
        trusted, state = standing, "pending"
    arrival = next((mark for mark in trusted if mark.direction == "in"), None)
    last = max(voids, key=lambda m: (m.received_at, m.id), default=None)
    if arrival is None:
        return Stay("annulled", None, taken_back=last)
    spans, entered = _spans(trusted)
    automatic = entered is not None and session.timed and now > session.over_at
    if entered is not None and automatic:
        spans.append((entered, max(entered, session.ends_at)))
    left = None if entered is not None and not automatic else spans[-1][1]
    minutes = _minutes(session, spans) if spans else None
    return Stay(state, arrival, left, minutes, automatic, last)


def _order(mark: Mark) -> tuple[datetime, bool, UUID]:
    """Of an arrival and a departure at one moment the departure comes second."""
    return mark.at, mark.direction == "out", mark.id


def _looked_at(mark: Mark, reviewed_at: datetime | None) -> bool:
    return reviewed_at is not None and mark.received_at <= reviewed_at


def _spans(marks: Sequence[Mark]) -> tuple[list[tuple[datetime, datetime]], datetime | None]:
    """Return from when until when the member was in, and since when if still in."""
    spans: list[tuple[datetime, datetime]] = []
    entered: datetime | None = None
    for mark in marks:
        if mark.direction == "in":
            entered = entered or mark.at
        elif entered is not None:
            spans.append((entered, mark.at))
            entered = None
    return spans, entered


def _minutes(session: SessionSnapshot, spans: Iterable[tuple[datetime, datetime]]) -> int:
    """Return the whole minutes that lie inside the session and its closing time."""
    inside = sum(
        (
            max(min(left, session.over_at) - max(came, session.starts_at), timedelta())
            for came, left in spans
        ),
        timedelta(),
    )
    return inside // timedelta(minutes=1)
