"""Finding and steering events; `making` makes them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.orm import joinedload, selectinload

from services.events.catalogue import audiences, policy, sessions
from services.events.catalogue.models import AudienceRow, EventRow, RoleRow, SessionRow
from services.events.catalogue.snapshot import SessionSnapshot
from services.events.catalogue.visibility import is_meant, runs
from shared.auth import Principal
from shared.database import UnitOfWork
from shared.errors import Forbidden, NotFound
from shared.text import Text

WITH_ALL = (
    selectinload(EventRow.sessions),
    selectinload(EventRow.roles).joinedload(RoleRow.member),
    selectinload(EventRow.also_for).joinedload(AudienceRow.organisation),
    joinedload(EventRow.organisation),
    joinedload(EventRow.registration),
)
# Slices above this one own seats, check-ins and results, so their tables are asked by name.
_LOCK_SEATS = text("SELECT FROM registration_settings WHERE event_id = :id FOR NO KEY UPDATE")
_LOCK_EVENT = text("SELECT FROM events WHERE id = :id FOR NO KEY UPDATE")
_LOCK_SESSIONS = text("SELECT FROM event_sessions WHERE event_id = :id ORDER BY id FOR UPDATE")
_ATTENDED = text("""
    SELECT event_id FROM check_ins WHERE event_id = ANY(:ids) AND state = 'present'
    UNION SELECT event_id FROM event_results WHERE event_id = ANY(:ids) AND state = 'confirmed'
""")


def get(uow: UnitOfWork, principal: Principal, event_id: UUID, *, lock: bool = False) -> EventRow:
    """Return an event that the asker may attend or run.

    Raises:
        NotFound: `event_unknown`, also for drafts and events of others.
    """
    event = _load(uow, event_id, lock=lock)
    if event is None or not (
        runs(principal, event)
        or (event.published_at is not None and is_meant(uow, principal, event))
    ):
        raise NotFound(
            "event_unknown",
            Text(
                zh="没有这个活动，或它不面向您。",
                en="There is no such event, or it is not for you.",
            ),
        )
    return event


def get_to_run(
    uow: UnitOfWork, principal: Principal, event_id: UUID, *, lock: bool = False
) -> EventRow:
    """Return an event that the asker runs.

    With `lock`, other changes, check-ins and registrations wait.

    Raises:
        NotFound: `event_unknown`, where the asker may not even see it.
        Forbidden: `not_your_event`.
    """
    event = get(uow, principal, event_id, lock=lock)
    if not runs(principal, event):
        raise Forbidden(
            "not_your_event",
            Text(
                zh="只有活动组织者和该组织的管理员可以办理。",
                en="Only the event's organisers and administrators can do this.",
            ),
        )
    return event


def hold(uow: UnitOfWork, event_id: UUID) -> None:
    """Keep others from changing an event until this transaction ends; people go on checking in."""
    uow.session.execute(_LOCK_EVENT, {"id": event_id})


def change(
    uow: UnitOfWork, principal: Principal, event: EventRow, changes: dict[str, Any]
) -> EventRow:
    """Edit a locked event that is not over; a lone session moves with its event.

    Raises:
        Conflict: `event_not_editable`, `event_attended`.
        Forbidden: `not_for_everyone`, `out_of_reach`.
        Unprocessable: `organisation_unknown`, times that make no sense.
    """
    policy.check_editable(event.state)
    if "also_for" in changes:
        audiences.widen(uow, principal, event, changes.pop("also_for"))
    different = check_change(principal, event, changes, attended=bool(attended(uow, [event.id])))
    carry_out(event, different)
    return changed(uow, event)


def check_change(
    principal: Principal, event: EventRow, changes: dict[str, Any], *, attended: bool
) -> dict[str, Any]:
    """Return what an edit changes of an event, if it may; `attended` as the function says.

    Raises:
        Conflict: `event_not_editable`, `event_attended`.
        Forbidden: `not_for_everyone`.
    """
    policy.check_editable(event.state)
    different = {name: v for name, v in changes.items() if getattr(event, name) != v}
    if different.keys() & policy.SCORED_BY and attended:
        raise policy.event_attended()
    if "audience" in different:
        audiences.check(principal, different["audience"], event.organisation_path)
    return different


def carry_out(event: EventRow, different: dict[str, Any]) -> None:
    """Make a change that was checked.

    Raises:
        Unprocessable: times that make no sense.
    """
    for name, value in different.items():
        setattr(event, name, value)
    if different.keys() & {"starts_at", "ends_at"}:
        policy.check_span(event.starts_at, event.ends_at)
        sessions.follow(event)
        # Who is expected is settled when it is over, which is now another time.
        event.list_frozen_at = None


def add_session(
    uow: UnitOfWork, principal: Principal, event_id: UUID, data: dict[str, Any]
) -> EventRow:
    """Add a session to an event that is not over."""
    event = get_to_run(uow, principal, event_id, lock=True)
    policy.check_editable(event.state)
    sessions.add(event, data)
    return changed(uow, event)


def change_session(
    uow: UnitOfWork, event: EventRow, session_id: UUID, changes: dict[str, Any]
) -> EventRow:
    """Change a session of a locked event that is not over."""
    policy.check_editable(event.state)
    sessions.change(event, session_id, changes)
    return changed(uow, event)


def remove_session(
    uow: UnitOfWork, principal: Principal, event_id: UUID, session_id: UUID
) -> EventRow:
    """Take a session out of a draft."""
    event = get_to_run(uow, principal, event_id, lock=True)
    sessions.remove(event, session_id)
    return changed(uow, event)


def move(
    uow: UnitOfWork, principal: Principal, event_id: UUID, state: str, reason: str | None = None
) -> EventRow:
    """Take an event to its next state.

    Raises:
        Conflict: `event_state_wrong`, `event_attended`.
    """
    event = get_to_run(uow, principal, event_id, lock=True)
    enter(uow, event, state, reason)
    return changed(uow, event)


def enter(uow: UnitOfWork, event: EventRow, state: str, reason: str | None = None) -> None:
    """Take a locked event to its next state; the caller writes it by `changed`.

    Raises:
        Conflict: `event_state_wrong`, `event_attended`.
    """
    policy.check_move(event.state, state)
    if state == "cancelled" and attended(uow, [event.id]):
        raise policy.event_attended()
    event.state = state
    event.cancel_reason = reason
    if state in policy.MOMENTS:
        setattr(event, policy.MOMENTS[state], uow.clock.now())
    if state == "published":
        audiences.tell_guests(uow, event)


def changed(uow: UnitOfWork, event: EventRow, *more: EventRow) -> EventRow:
    """Write changes; every session's version rises, so no check-in is decided on what was."""
    events = (event, *more)
    for each in events:
        each.version += 1
    uow.session.flush()
    uow.session.execute(
        update(SessionRow)
        .where(SessionRow.event_id.in_([each.id for each in events]))
        .values(version=SessionRow.version + 1)
        .execution_options(synchronize_session=False)
    )
    return event


def let_in(
    uow: UnitOfWork, event: EventRow, member_ids: Sequence[UUID], principal: Principal
) -> None:
    """Let in whom somebody who runs a locked event named: strangers among them become guests."""
    if audiences.let_in(uow, event, member_ids, principal.member_id):
        changed(uow, event)


def nearest(sessions: Sequence[SessionSnapshot], now: datetime) -> SessionSnapshot:
    """Return the session that is on, or else the one that is nearest in time."""

    def distance(session: SessionSnapshot) -> float:
        if session.opens_at <= now <= session.closes_at:
            return 0
        edges = (session.opens_at - now, now - session.closes_at)
        return max(edge.total_seconds() for edge in edges)

    return min(sessions, key=distance)


def _load(uow: UnitOfWork, event_id: UUID, *, lock: bool) -> EventRow | None:
    query = select(EventRow).where(EventRow.id == event_id).options(*WITH_ALL)
    if lock:
        # Check-ins hold a key-share lock on event and session, since they refer to them. Locking
        # the sessions as a whole makes them wait, and then see the new version; the event is only
        # locked against other changes, so that nobody waits for the other in a circle.
        # Registrations hold the seats first and then look at the event, so here too they come first.
        uow.session.execute(_LOCK_SEATS, {"id": event_id})
        uow.session.execute(_LOCK_EVENT, {"id": event_id})
        uow.session.execute(_LOCK_SESSIONS, {"id": event_id})
        query = query.execution_options(populate_existing=True)
    return uow.session.scalar(query)


def attended(uow: UnitOfWork, event_ids: Sequence[UUID]) -> set[UUID]:
    """Return which of some events have led to something: somebody came, or results stand."""
    return set(uow.session.scalars(_ATTENDED, {"ids": list(event_ids)}))
