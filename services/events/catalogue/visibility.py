"""Whom stored events are shown to: the rules of `access` over rows, and as SQL."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_

from services.events.catalogue.access import (
    Audience,
    belonging_paths,
    held_roles,
    may_attend,
    may_run,
)
from services.events.catalogue.models import AudienceRow, EventRow, GuestRow, RoleRow
from services.events.catalogue.permissions import EVENTS_MANAGE
from shared.auth import Principal
from shared.database import UnitOfWork


def audience_of(event: EventRow, guests: frozenset[UUID] = frozenset()) -> Audience:
    """Return whom an event is meant for, those invited by name if they are given."""
    return Audience(
        paths=(event.organisation_path, *(further.path for further in event.also_for)),
        everyone=event.audience == "everyone",
        roles=frozenset(event.required_roles),
        guests=guests,
    )


def is_meant(uow: UnitOfWork, principal: Principal, event: EventRow) -> bool:
    """Tell whether an event is for somebody: as one of its audience, with a part in it, invited."""
    return (
        may_attend(principal, audience_of(event))
        or any(role.member_id == principal.member_id for role in event.roles)
        or uow.session.get(GuestRow, (event.id, principal.member_id)) is not None
    )


def runs(principal: Principal, event: EventRow) -> bool:
    """Tell whether somebody runs an event."""
    organisers = {role.member_id for role in event.roles if role.role == "organiser"}
    return may_run(principal, event.organisation_path, event.created_by, organisers)


def meant_for(principal: Principal) -> ColumnElement[bool]:
    """Return `is_meant` as a condition on `EventRow`."""
    held = sorted(held_roles(principal))
    return meant_to(principal.member_id, belonging_paths(principal), held)


def meant_to(member_id: UUID, paths: Sequence[str], held: Sequence[str]) -> ColumnElement[bool]:
    """Return the same of a member who belongs to organisations and holds roles."""
    in_audience = or_(
        EventRow.audience == "everyone",
        EventRow.organisation_path.in_(paths),
        EventRow.also_for.any(AudienceRow.path.in_(paths)),
    )
    allowed = or_(EventRow.required_roles == [], EventRow.required_roles.overlap(held))
    return or_(
        and_(in_audience, allowed),
        EventRow.roles.any(RoleRow.member_id == member_id),
        EventRow.guests.any(GuestRow.member_id == member_id),
    )


def visible_to(principal: Principal) -> ColumnElement[bool]:
    """Return as a condition on `EventRow` that it is published and meant for them, or theirs to run."""
    own = RoleRow.member_id == principal.member_id
    return or_(
        EventRow.published_at.is_not(None) & meant_for(principal),
        EventRow.created_by == principal.member_id,
        EventRow.roles.any(own & (RoleRow.role == "organiser")),
        *(
            EventRow.organisation_path.startswith(p, autoescape=True)
            for p in principal.paths(EVENTS_MANAGE)
        ),
    )
