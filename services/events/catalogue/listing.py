"""Which events somebody may see, and the list of them that a calendar shows."""

import re
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, any_, false, literal, or_, select, text, tuple_

from services.events.catalogue.models import EventRow, GuestRow, RoleRow
from services.events.catalogue.policy import LONGEST_EVENT
from services.events.catalogue.service import WITH_ALL
from services.events.catalogue.visibility import visible_to
from services.events.roster_copy.models import OrganisationCopy
from shared.auth import Principal
from shared.database import UnitOfWork

_WILD: Final = re.compile(r"([\\%_])")
# Slices above this one own seats, lists and teams, so their tables are asked by name.
_OWN: Final = text("""
    SELECT event_id FROM registrations
        WHERE member_id = :member AND state IN ('waiting', 'offered', 'registered')
    UNION SELECT event_id FROM expected_members WHERE member_id = :member
    UNION SELECT event_id FROM team_members WHERE member_id = :member
""").columns(EventRow.id)


def listing(
    uow: UnitOfWork,
    principal: Principal,
    filters: dict[str, Any],
    after: tuple[datetime, UUID] | None,
) -> list[EventRow]:
    """Return the events the asker may see, by start; one more than `filters["limit"]`."""
    query = (
        select(EventRow)
        .options(*WITH_ALL)
        .where(
            visible_to(principal),
            *_spans(filters),
            *_equals(filters),
            *_below(uow, filters["organisation_id"]),
        )
        .order_by(EventRow.starts_at, EventRow.id)
        .limit(filters["limit"] + 1)
    )
    if filters["mine"]:
        query = query.where(or_(*concerning(principal.member_id)))
    if filters["organised"]:
        query = query.where(or_(*organised_by(principal.member_id)))
    if filters["q"] is not None:
        typed = f"%{_escaped(filters['q'])}%"
        query = query.where(or_(EventRow.title.ilike(typed), EventRow.place.ilike(typed)))
    if after is not None:
        query = query.where(tuple_(EventRow.starts_at, EventRow.id) > tuple_(*after))
    return list(uow.session.scalars(query))


def concerning(member_id: UUID) -> list[ColumnElement[bool]]:
    """Return the SQL of what makes an event a member's own.

    It was made by them, or has a part, a seat, a place on the list or in a team for them; or they
    were invited to it, or are expected by name.
    """
    return [
        EventRow.created_by == member_id,
        EventRow.roles.any(RoleRow.member_id == member_id),
        EventRow.guests.any(GuestRow.member_id == member_id),
        EventRow.id.in_(_OWN.bindparams(member=member_id)),
    ]


def organised_by(member_id: UUID) -> list[ColumnElement[bool]]:
    """Return the SQL of what makes an event one that somebody organises."""
    own = (RoleRow.member_id == member_id) & (RoleRow.role == "organiser")
    return [EventRow.created_by == member_id, EventRow.roles.any(own)]


def _escaped(typed: str) -> str:
    return _WILD.sub(r"\\\1", typed)


def _spans(filters: dict[str, Any]) -> list[ColumnElement[bool]]:
    conditions = []
    if filters["starts_after"] is not None:
        conditions.append(EventRow.starts_at >= filters["starts_after"])
    if filters["starts_before"] is not None:
        conditions.append(EventRow.starts_at < filters["starts_before"])
    if filters["month"] is not None:
        begins, ends = filters["month"]
        # Whatever is on in it; the third condition says nothing new, but the index can use it.
        conditions += [
            EventRow.starts_at < ends,
            EventRow.ends_at > begins,
            EventRow.starts_at > begins - LONGEST_EVENT,
        ]
    return conditions


def _equals(filters: dict[str, Any]) -> list[ColumnElement[bool]]:
    conditions = [
        getattr(EventRow, field) == filters[field]
        for field in ("category", "state", "series_id")
        if filters[field] is not None
    ]
    if filters["tag"] is not None:
        # What an event counts as: a co-held event is found under each of its names.
        tag = filters["tag"]
        conditions.append(or_(EventRow.category == tag, literal(tag) == any_(EventRow.tags)))
    return conditions


def _below(uow: UnitOfWork, organisation_id: UUID | None) -> list[ColumnElement[bool]]:
    if organisation_id is None:
        return []
    organisation = uow.session.get(OrganisationCopy, organisation_id)
    if organisation is None:
        return [false()]
    return [EventRow.organisation_path.startswith(organisation.path, autoescape=True)]
