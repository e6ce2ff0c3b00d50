"""Lists of registrations: one's own, and an event's for whoever runs it."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, tuple_
from sqlalchemy.orm import aliased, joinedload

from services.events.catalogue import service as catalogue
from services.events.catalogue.models import EventRow
from services.events.registrations.models import LIVE, RegistrationRow
from services.events.roster_copy.models import MemberCopy
from shared.auth import Principal
from shared.database import UnitOfWork

Shown = dict[str, Any]

_AHEAD: Final = aliased(RegistrationRow)
# A registration's place on the waiting list, from 1; null where it does not wait.
_PLACE: Final = (
    select(func.nullif(func.count(), 0))
    .where(
        RegistrationRow.state == "waiting",
        _AHEAD.event_id == RegistrationRow.event_id,
        _AHEAD.state == "waiting",
        tuple_(_AHEAD.asked_at, _AHEAD.id) <= tuple_(RegistrationRow.asked_at, RegistrationRow.id),
    )
    .correlate(RegistrationRow)
    .scalar_subquery()
)


def show(uow: UnitOfWork, row: RegistrationRow) -> Shown:
    """Return a registration with its place on the list."""
    uow.session.flush()
    if row.state != "waiting":
        return _shown(row, None)
    one = (RegistrationRow.event_id == row.event_id) & (RegistrationRow.id == row.id)
    return _shown(row, uow.session.scalar(select(_PLACE).where(one)))


def own_of(uow: UnitOfWork, event_id: UUID, member_id: UUID) -> Shown | None:
    """Return somebody's latest registration for an event, if there is one."""
    query = (
        select(RegistrationRow, _PLACE)
        .where(RegistrationRow.event_id == event_id, RegistrationRow.member_id == member_id)
        .order_by(RegistrationRow.asked_at.desc(), RegistrationRow.id.desc())
        .limit(1)
    )
    found = uow.session.execute(query).one_or_none()
    return _shown(*found) if found else None


def own(
    uow: UnitOfWork, member_id: UUID, limit: int, after: tuple[datetime, UUID] | None
) -> list[Shown]:
    """Return somebody's registrations with their events, the latest first; one more than `limit`."""
    query = (
        select(RegistrationRow, _PLACE, EventRow)
        .join(EventRow, EventRow.id == RegistrationRow.event_id)
        .where(RegistrationRow.member_id == member_id)
        .order_by(RegistrationRow.asked_at.desc(), RegistrationRow.id.desc())
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(_key() < tuple_(*after))
    return [
        {
            **_shown(row, at),
            "event_title": event.title,
            "event_state": event.state,
            "starts_at": event.starts_at,
            "ends_at": event.ends_at,
        }
        for row, at, event in uow.session.execute(query)
    ]


def of_event(
    uow: UnitOfWork,
    principal: Principal,
    event_id: UUID,
    filters: dict[str, Any],
    after: tuple[datetime, UUID] | None,
) -> list[Shown]:
    """Return the registrations for an event the asker runs, in order of asking.

    One more than `filters["limit"]`. Without a state: those that stand.
    """
    catalogue.get_to_run(uow, principal, event_id)
    query = (
        select(RegistrationRow, _PLACE)
        .options(joinedload(RegistrationRow.member))
        .where(RegistrationRow.event_id == event_id, _state(filters["state"]))
        .order_by(RegistrationRow.asked_at, RegistrationRow.id)
        .limit(filters["limit"] + 1)
    )
    if filters["q"]:
        words = filters["q"]
        found = or_(
            MemberCopy.name.contains(words, autoescape=True),
            MemberCopy.member_no.startswith(words, autoescape=True),
        )
        query = query.where(RegistrationRow.member.has(found))
    if after is not None:
        query = query.where(_key() > tuple_(*after))
    return [
        {
            **_shown(row, at),
            "member_no": row.member.member_no if row.member else None,
            "name": row.member.name if row.member else None,
            "entered_by": row.entered_by,
            "entry_reason": row.entry_reason,
            "ended_by": row.ended_by,
        }
        for row, at in uow.session.execute(query)
    ]


def _state(wanted: str | None) -> ColumnElement[bool]:
    return RegistrationRow.state == wanted if wanted else RegistrationRow.state.in_(LIVE)


def _key() -> Any:
    return tuple_(RegistrationRow.asked_at, RegistrationRow.id)


def _shown(row: RegistrationRow, at: int | None) -> Shown:
    return {
        "id": row.id,
        "event_id": row.event_id,
        "member_id": row.member_id,
        "state": row.state,
        "place": at,
        "asked_at": row.asked_at,
        "reply_by": row.reply_by if row.state == "offered" else None,
        "ended_at": row.ended_at,
        "end_reason": row.end_reason,
    }
