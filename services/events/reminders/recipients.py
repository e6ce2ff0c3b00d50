"""Whom an event concerns: who is expected at it, who has a part in it, who was invited or waits."""

from uuid import UUID

from sqlalchemy import Select, select

from services.events.catalogue.models import EventRow, GuestRow, RoleRow
from services.events.expected import sources
from services.events.expected.models import LeaveRow
from services.events.registrations.models import LIVE, RegistrationRow
from services.events.roster_copy.models import MemberCopy
from services.events.teams.models import TeamMemberRow
from shared.database import UnitOfWork

Ids = Select[UUID]


def coming(uow: UnitOfWork, event: EventRow) -> set[UUID]:
    """Return who is to be reminded of an event: who is expected or has a part, and has no leave."""
    away = select(LeaveRow.member_id).where(
        LeaveRow.event_id == event.id, LeaveRow.state == "approved"
    )
    return _members(uow, _coming(uow, event)) - set(uow.session.scalars(away))


def concerned(uow: UnitOfWork, event: EventRow) -> set[UUID]:
    """Return who is to hear of an event's changes: besides, guests and whoever waits for a seat."""
    guests = select(GuestRow.member_id).where(GuestRow.event_id == event.id)
    registered = select(RegistrationRow.member_id).where(
        RegistrationRow.event_id == event.id, RegistrationRow.state.in_(LIVE)
    )
    return _members(uow, [*_coming(uow, event), guests, registered])


def _coming(uow: UnitOfWork, event: EventRow) -> list[Ids]:
    parts = select(RoleRow.member_id).where(RoleRow.event_id == event.id)
    players = select(TeamMemberRow.member_id).where(
        TeamMemberRow.event_id == event.id, TeamMemberRow.state == "joined"
    )
    expected = sources.expected(event, sources.basis_of(uow, event))
    return [parts, players, *([expected] if expected is not None else [])]


def _members(uow: UnitOfWork, selections: list[Ids]) -> set[UUID]:
    found = {member for each in selections for member in uow.session.scalars(each)}
    left = select(MemberCopy.id).where(MemberCopy.id.in_(found), MemberCopy.status == "left")
    return found - set(uow.session.scalars(left))
