"""Who is expected at one event, and what that is known from.

Those somebody named; or, where the event asks for registration, those who have a seat; or, where
its category is one of the roster (三会一课), everyone of the organisations it is for, or everyone
there who holds a role it asks for; or, at a committee's meeting, those who hold its offices.

When an event is over its list is frozen: whoever joins or leaves the branch later changes nothing.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Select, or_, select

from services.events.catalogue.categories import CATEGORIES, Category
from services.events.catalogue.models import EventRow
from services.events.catalogue.visibility import audience_of
from services.events.expected.models import ExpectedListRow, ExpectedMemberRow
from services.events.registrations.models import RegistrationRow
from services.events.roster_copy.members import belongs_to
from services.events.roster_copy.models import DutyCopy, MemberCopy
from shared.database import UnitOfWork

Ids = Select[UUID]


def basis_of(uow: UnitOfWork, event: EventRow) -> str | None:
    """Return `named`, `registered`, `roster` or `offices`; None where nobody in particular is."""
    listed = uow.session.get(ExpectedListRow, event.id)
    if listed is not None and listed.named:
        return "named"
    if event.registration is not None:
        return "registered"
    if audience_of(event).everyone:
        return None
    if any(category.roster for category in _categories(event)):
        return "roster"
    return "offices" if _offices(event) else None


def expected(event: EventRow, basis: str | None) -> Ids | None:
    """Return as SQL the ids of those expected."""
    if basis is None:
        return None
    if basis == "named" or event.list_frozen_at is not None:
        return select(ExpectedMemberRow.member_id).where(ExpectedMemberRow.event_id == event.id)
    return living(event, basis)


def living(event: EventRow, basis: str) -> Ids:
    """Return as SQL the ids of those who are expected as things are now, whatever is frozen."""
    if basis == "registered":
        return select(RegistrationRow.member_id).where(
            RegistrationRow.event_id == event.id, RegistrationRow.state == "registered"
        )
    audience = audience_of(event)
    members = select(MemberCopy.id).where(MemberCopy.status != "left")
    if basis == "offices":
        held = _held(_offices(event)).where(DutyCopy.path.in_(audience.paths))
        return members.where(MemberCopy.id.in_(held))
    members = members.where(or_(*(belongs_to(path) for path in audience.paths)))
    # A role may be held anywhere, as for whom the event is meant (`access.may_attend`).
    return members.where(MemberCopy.id.in_(_held(audience.roles))) if audience.roles else members


def _held(roles: Collection[str]) -> Ids:
    return select(DutyCopy.member_id).where(DutyCopy.role.in_(roles))


def _offices(event: EventRow) -> set[str]:
    return {office for category in _categories(event) for office in category.offices}


def _categories(event: EventRow) -> list[Category]:
    return [CATEGORIES[code] for code in (event.category, *event.tags)]
