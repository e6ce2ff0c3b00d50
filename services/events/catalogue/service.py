"""Making, finding and steering events."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, tuple_, update
from sqlalchemy.orm import selectinload

from services.events.catalogue import policy
from services.events.catalogue.access import belonging_paths, may_attend, may_run
from services.events.catalogue.categories import CATEGORIES
from services.events.catalogue.models import EventRow, RoleRow, SessionRow
from services.events.catalogue.permissions import EVENTS_CREATE, EVENTS_MANAGE
from services.events.catalogue.snapshot import SessionSnapshot
from services.events.roster_copy.models import MemberCopy, OrganisationCopy
from shared.auth import Principal
from shared.database import UnitOfWork
from shared.errors import Conflict, Forbidden, NotFound, Unprocessable
from shared.ids import new_id
from shared.text import Text


def create(uow: UnitOfWork, principal: Principal, data: dict[str, Any]) -> EventRow:
    """Make a draft; without sessions of its own it has one, as long as itself.

    Raises:
        Unprocessable: `organisation_unknown`.
        Forbidden: `out_of_reach`.
    """
    organisation = uow.session.get(OrganisationCopy, data["organisation_id"])
    if organisation is None:
        raise Unprocessable(
            "organisation_unknown",
            Text(
                zh="没有这个组织，请重新选择。", en="There is no such organisation; choose again."
            ),
        )
    principal.require(EVENTS_CREATE, organisation.path)
    sessions = data.pop("sessions") or [
        {"title": "", "starts_at": data["starts_at"], "ends_at": data["ends_at"]}
    ]
    event = EventRow(
        id=new_id(),
        organisation_path=organisation.path,
        created_by=principal.member_id,
        created_at=uow.clock.now(),
        **data,
    )
    event.sessions = [_session(event, session) for session in sessions]
    uow.session.add(event)
    uow.session.flush()
    return event


def _session(event: EventRow, data: dict[str, Any]) -> SessionRow:
    starts_at, ends_at = data["starts_at"], data["ends_at"]
    if starts_at < event.starts_at or ends_at > event.ends_at:
        raise Unprocessable(
            "session_outside_event",
            Text(
                zh="场次时间须在活动起止时间之内。",
                en="A session must lie between its event's start and end.",
            ),
        )
    opens_at, closes_at = policy.window(CATEGORIES[event.category], starts_at, ends_at)
    return SessionRow(
        id=new_id(),
        title=data.get("title", ""),
        starts_at=starts_at,
        ends_at=ends_at,
        opens_at=data.get("opens_at") or opens_at,
        closes_at=data.get("closes_at") or closes_at,
    )


def add_session(
    uow: UnitOfWork, principal: Principal, event_id: UUID, data: dict[str, Any]
) -> EventRow:
    """Add a session to an event that is not over."""
    event = get_to_run(uow, principal, event_id, lock=True)
    policy.check_editable(event.state)
    event.sessions.append(_session(event, data))
    return _changed(uow, event)


def get(uow: UnitOfWork, principal: Principal, event_id: UUID) -> EventRow:
    """Return an event that the asker may attend or run.

    Raises:
        NotFound: `event_unknown`, also for drafts and events of others.
    """
    event = _load(uow, event_id)
    if not _runs(principal, event):
        takes_part = any(role.member_id == principal.member_id for role in event.roles)
        meant = may_attend(principal, event.audience, event.organisation_path)
        if event.state == "draft" or not (meant or takes_part):
            raise _unknown()
    return event


def get_to_run(
    uow: UnitOfWork, principal: Principal, event_id: UUID, *, lock: bool = False
) -> EventRow:
    """Return an event that the asker runs.

    Raises:
        NotFound: `event_unknown`, where the asker may not even see it.
        Forbidden: `not_your_event`.
    """
    get(uow, principal, event_id)
    event = _load(uow, event_id, lock=lock)
    if not _runs(principal, event):
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
        .options(selectinload(EventRow.sessions), selectinload(EventRow.roles))
        .where(_visible(principal))
        .order_by(EventRow.starts_at, EventRow.id)
        .limit(filters["limit"] + 1)
    )
    if filters["starts_after"] is not None:
        query = query.where(EventRow.starts_at >= filters["starts_after"])
    if filters["starts_before"] is not None:
        query = query.where(EventRow.starts_at < filters["starts_before"])
    for field in ("category", "state", "organisation_id"):
        if filters[field] is not None:
            query = query.where(getattr(EventRow, field) == filters[field])
    if after is not None:
        query = query.where(tuple_(EventRow.starts_at, EventRow.id) > tuple_(*after))
    return list(uow.session.scalars(query))


def _visible(principal: Principal) -> ColumnElement[bool]:
    meant = or_(
        EventRow.audience == "everyone",
        EventRow.organisation_path.in_(belonging_paths(principal)),
    )
    return or_(
        (EventRow.state != "draft") & meant,
        EventRow.created_by == principal.member_id,
        EventRow.roles.any(RoleRow.member_id == principal.member_id),
        *(EventRow.organisation_path.startswith(p) for p in principal.paths(EVENTS_MANAGE)),
    )


def change(
    uow: UnitOfWork, principal: Principal, event_id: UUID, changes: dict[str, Any]
) -> EventRow:
    """Edit an event that is not over; a lone session moves with its event.

    Raises:
        Unprocessable: `session_outside_event`, or `times_out_of_order`.
    """
    event = get_to_run(uow, principal, event_id, lock=True)
    policy.check_editable(event.state)
    for field, value in changes.items():
        setattr(event, field, value)
    if event.starts_at >= event.ends_at:
        raise Unprocessable(
            "times_out_of_order",
            Text(zh="结束时间须晚于开始时间。", en="The end must be later than the start."),
        )
    if {"starts_at", "ends_at"} & changes.keys():
        _move_sessions(event)
    return _changed(uow, event)


def _move_sessions(event: EventRow) -> None:
    if len(event.sessions) == 1:
        lone = event.sessions[0]
        early, late = lone.starts_at - lone.opens_at, lone.closes_at - lone.ends_at
        lone.starts_at, lone.ends_at = event.starts_at, event.ends_at
        lone.opens_at, lone.closes_at = event.starts_at - early, event.ends_at + late
        return
    for session in event.sessions:
        _session(event, {"starts_at": session.starts_at, "ends_at": session.ends_at})


def move(
    uow: UnitOfWork, principal: Principal, event_id: UUID, state: str, reason: str | None = None
) -> EventRow:
    """Take an event to its next state."""
    event = get_to_run(uow, principal, event_id, lock=True)
    policy.check_move(event.state, state)
    event.state = state
    event.cancel_reason = reason
    if state == "published":
        event.published_at = uow.clock.now()
    return _changed(uow, event)


def give_role(
    uow: UnitOfWork, principal: Principal, event_id: UUID, member_id: UUID, role: str
) -> EventRow:
    """Name a member lecturer, helper or organiser of an event.

    Raises:
        Unprocessable: `member_unknown`.
        Conflict: `part_taken`, where the member already has another part.
    """
    event = get_to_run(uow, principal, event_id, lock=True)
    policy.check_editable(event.state)
    if uow.session.get(MemberCopy, member_id) is None:
        raise Unprocessable(
            "member_unknown",
            Text(zh="名册中没有这位党员。", en="The roster has no such member; check the id."),
        )
    held = {r.role for r in event.roles if r.member_id == member_id}
    if role in held:
        return event
    if role != "organiser" and held & {"lecturer", "helper"}:
        raise Conflict(
            "part_taken",
            Text(
                zh="此人在本活动中已有其他角色，请先取消。",
                en="This member already has another part in the event; remove it first.",
            ),
        )
    event.roles.append(RoleRow(member_id=member_id, role=role))
    return _changed(uow, event)


def take_role(
    uow: UnitOfWork, principal: Principal, event_id: UUID, member_id: UUID, role: str
) -> EventRow:
    """Take a part in an event back; taking back what is not held changes nothing."""
    event = get_to_run(uow, principal, event_id, lock=True)
    policy.check_editable(event.state)
    kept = [r for r in event.roles if (r.member_id, r.role) != (member_id, role)]
    if len(kept) == len(event.roles):
        return event
    event.roles = kept
    return _changed(uow, event)


def nearest(sessions: Sequence[SessionSnapshot], now: datetime) -> SessionSnapshot:
    """Return the session that is on, or else the one that is nearest in time."""

    def distance(session: SessionSnapshot) -> float:
        if session.opens_at <= now <= session.closes_at:
            return 0
        edges = (session.opens_at - now, now - session.closes_at)
        return max(edge.total_seconds() for edge in edges)

    return min(sessions, key=distance)


def _changed(uow: UnitOfWork, event: EventRow) -> EventRow:
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


def _load(uow: UnitOfWork, event_id: UUID, *, lock: bool = False) -> EventRow:
    query = (
        select(EventRow)
        .where(EventRow.id == event_id)
        .options(selectinload(EventRow.sessions), selectinload(EventRow.roles))
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    event = uow.session.scalar(query)
    if event is None:
        raise _unknown()
    return event


def _runs(principal: Principal, event: EventRow) -> bool:
    organisers = {role.member_id for role in event.roles if role.role == "organiser"}
    return may_run(principal, event.organisation_path, event.created_by, organisers)


def _unknown() -> NotFound:
    return NotFound(
        "event_unknown",
        Text(zh="没有这个活动，或它不面向您。", en="There is no such event, or it is not for you."),
    )
