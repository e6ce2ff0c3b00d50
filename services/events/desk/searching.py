"""Finding whom to tick: by name, by the first letters of its pinyin, by number."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, case, false, or_, select

from services.events.catalogue.models import EventRow, GuestRow, RoleRow
from services.events.catalogue.visibility import audience_of
from services.events.check_ins.models import CheckInRow
from services.events.expected import sources
from services.events.roster_copy.members import belongs_to
from services.events.roster_copy.models import MemberCopy, OrganisationCopy
from shared.database import UnitOfWork

MOST: Final = 20


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody who may be meant, and whether they are in."""

    member: MemberCopy
    organisation_name: str | None
    expected: bool
    check_in: CheckInRow | None


def search(uow: UnitOfWork, event: EventRow, session_id: UUID, typed: str) -> list[Found]:
    """Return at most `MOST` who may be meant, those expected first, then by number.

    Staff of one event are not shown the city's roster: whoever is neither expected nor of the
    event's audience nor named by it is found by the whole number alone.
    """
    ids = sources.expected(event, sources.basis_of(uow, event))
    expected = MemberCopy.id.in_(ids) if ids is not None else false()
    rank = case((expected, 0), else_=1)
    rows = uow.session.execute(
        select(MemberCopy, OrganisationCopy.name, rank, CheckInRow)
        .outerjoin(OrganisationCopy, OrganisationCopy.id == MemberCopy.organisation_id)
        .outerjoin(
            CheckInRow,
            (CheckInRow.session_id == session_id) & (CheckInRow.member_id == MemberCopy.id),
        )
        .where(
            MemberCopy.status != "left",
            or_(
                (_of_event(event) | expected) & _matches(typed),
                MemberCopy.member_no == typed,
            ),
        )
        .order_by(rank, MemberCopy.member_no, MemberCopy.id)
        .limit(MOST)
    ).all()
    return [Found(member, name, not place, check_in) for member, name, place, check_in in rows]


def shown(found: Found) -> dict[str, Any]:
    """Return what `FoundOut` shows."""
    check_in = found.check_in
    return {
        "member_id": found.member.id,
        "member_no": found.member.member_no,
        "name": found.member.name,
        "organisation_name": found.organisation_name,
        "expected": found.expected,
        "check_in_id": check_in.id if check_in else None,
        "state": check_in.state if check_in else None,
        "checked_in_at": check_in.checked_in_at if check_in else None,
    }


def _of_event(event: EventRow) -> ColumnElement[bool]:
    audience = audience_of(event)
    named = (
        select(GuestRow.member_id)
        .where(GuestRow.event_id == event.id)
        .union(select(RoleRow.member_id).where(RoleRow.event_id == event.id))
    )
    paths = [belongs_to(path) for path in audience.paths]
    return or_(MemberCopy.id.in_(named), *paths)


def _matches(typed: str) -> ColumnElement[bool]:
    return or_(
        MemberCopy.name.contains(typed, autoescape=True),
        MemberCopy.initials.startswith(typed.casefold(), autoescape=True),
        MemberCopy.member_no.istartswith(typed, autoescape=True),
    )
