"""Making, finding and steering events."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, tuple_, update
from sqlalchemy.orm import joinedload, selectinload

from services.events.catalogue import audiences, policy, sessions
from services.events.catalogue.models import AudienceRow, EventRow, RoleRow, SessionRow
from services.events.catalogue.permissions import EVENTS_CREATE, EVENTS_OF
from services.events.catalogue.snapshot import SessionSnapshot
from services.events.catalogue.visibility import is_meant, runs, visible_to
from services.events.roster_copy.models import OrganisationCopy
from shared.auth import Principal
from shared.database import UnitOfWork
from shared.errors import Forbidden, NotFound
from shared.ids import new_id
from shared.text import Text

_WITH_ALL = (
    selectinload(EventRow.sessions),
    selectinload(EventRow.roles).joinedload(RoleRow.member),
    selectinload(EventRow.also_for).joinedload(AudienceRow.organisation),
    joinedload(EventRow.organisation),
    joinedload(EventRow.registration),
)
# Check-ins and registrations are slices above this one, so their tables are asked by name.
_LOCK_SEATS = text("SELECT FROM registration_settings WHERE event_id = :id FOR NO KEY UPDATE")
_LOCK_EVENT = text("SELECT FROM events WHERE id = :id FOR NO KEY UPDATE")
_LOCK_SESSIONS = text("SELECT FROM event_sessions WHERE event_id = :id ORDER BY id FOR UPDATE")
_ATTENDED = text("SELECT EXISTS (SELECT FROM check_ins WHERE event_id = :id AND state = 'present')")


def create(uow: UnitOfWork, principal: Principal, data: dict[str, Any]) -> EventRow:
    """Make a draft; without sessions of its own it has one, as long as itself.

    Raises:
        Unprocessable: `organisation_unknown`, or times that make no sense.
        Forbidden: `out_of_reach`, `category_not_yours`, `not_for_everyone`.
    """
    # Locked, so that its path cannot change before the event stands: see `following`.
    organisation = uow.session.get(
        OrganisationCopy, data["organisation_id"], with_for_update={"read": True}
    )
    if organisation is None:
        raise audiences.organisation_unknown()
    principal.require(EVENTS_CREATE, organisation.path)
    if not principal.reaches(EVENTS_OF[data["category"]], organisation.path):
        raise Forbidden(
            "category_not_yours",
            Text(
                zh="您的角色不能举办这类活动，请选其他类别或请支部书记发布。",
                en="Your role does not make events of this category; choose another, or ask the"
                " branch secretary.",
            ),
        )
    audiences.check(principal, data["audience"], organisation.path)
    policy.check_span(data["starts_at"], data["ends_at"])
    given = data.pop("sessions") or [{"starts_at": data["starts_at"], "ends_at": data["ends_at"]}]
    also_for = data.pop("also_for", ())
    event = EventRow(
        id=new_id(),
        organisation_path=organisation.path,
        created_by=principal.member_id,
        created_at=uow.clock.now(),
        **data,
    )
    for session in given:
        sessions.add(event, session)
    audiences.widen(uow, principal, event, also_for)
    uow.session.add(event)
    uow.session.flush()
    return event


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


def listing(
    uow: UnitOfWork,
    principal: Principal,
    filters: dict[str, Any],
    after: tuple[datetime, UUID] | None,
) -> list[EventRow]:
    """Return the events the asker may see, by start; one more than `filters["limit"]`."""
    query = (
        select(EventRow)
        .options(*_WITH_ALL)
        .where(visible_to(principal))
        .order_by(EventRow.starts_at, EventRow.id)
        .limit(filters["limit"] + 1)
    )
    if filters["starts_after"] is not None:
        query = query.where(EventRow.starts_at >= filters["starts_after"])
    if filters["starts_before"] is not None:
        query = query.where(EventRow.starts_at < filters["starts_before"])
    for field in ("category", "state"):
        if filters[field] is not None:
            query = query.where(getattr(EventRow, field) == filters[field])
    if filters["organisation_id"] is not None:
        organisation = uow.session.get(OrganisationCopy, filters["organisation_id"])
        if organisation is None:
            return []
        query = query.where(
            EventRow.organisation_path.startswith(organisation.path, autoescape=True)
        )
    if after is not None:
        query = query.where(tuple_(EventRow.starts_at, EventRow.id) > tuple_(*after))
    return list(uow.session.scalars(query))


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
    different = {name for name, value in changes.items() if getattr(event, name) != value}
    if different & policy.SCORED_BY and _attended(uow, event.id):
        raise policy.event_attended()
    if "audience" in different:
        audiences.check(principal, changes["audience"], event.organisation_path)
    for name in different:
        setattr(event, name, changes[name])
    if different & {"starts_at", "ends_at"}:
        policy.check_span(event.starts_at, event.ends_at)
        sessions.follow(event)
        # Who is expected is settled when it is over, which is now another time.
        event.list_frozen_at = None
    return changed(uow, event)


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
    policy.check_move(event.state, state)
    if state == "cancelled" and _attended(uow, event.id):
        raise policy.event_attended()
    event.state = state
    event.cancel_reason = reason
    if state == "published":
        event.published_at = uow.clock.now()
    return changed(uow, event)


def changed(uow: UnitOfWork, event: EventRow) -> EventRow:
    """Write a change; every session's version rises, so no check-in is decided on what was."""
    event.version += 1
    uow.session.flush()
    uow.session.execute(
        update(SessionRow)
        .where(SessionRow.event_id == event.id)
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
    query = select(EventRow).where(EventRow.id == event_id).options(*_WITH_ALL)
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


def _attended(uow: UnitOfWork, event_id: UUID) -> bool:
    return bool(uow.session.scalar(_ATTENDED, {"id": event_id}))
