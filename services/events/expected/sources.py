"""Who is expected at one event, and what that is known from.

Those somebody named; or, where the event asks for registration, those who have a seat; or, where
its category is one of the roster (三会一课), everyone of the organisations it is for. Roles are not
in the copy of the roster, so that where a role is asked for (a meeting of the committee) only a
list of names can say who is expected.

When an event is over its list is frozen: whoever joins or leaves the branch later changes nothing.
"""

from uuid import UUID

from sqlalchemy import Select, or_, select

from services.events.catalogue.categories import CATEGORIES
from services.events.catalogue.models import EventRow
from services.events.catalogue.visibility import audience_of
from services.events.expected.models import ExpectedListRow, ExpectedMemberRow
from services.events.registrations.models import RegistrationRow
from services.events.roster_copy.members import belongs_to
from services.events.roster_copy.models import MemberCopy
from shared.database import UnitOfWork

Ids = Select[UUID]


def basis_of(uow: UnitOfWork, event: EventRow) -> str | None:
    """Return `named`, `registered` or `roster`; None where nobody in particular is expected."""
    listed = uow.session.get(ExpectedListRow, event.id)
    if listed is not None and listed.named:
        return "named"
    if event.registration is not None:
        return "registered"
    roster = any(CATEGORIES[code].roster for code in (event.category, *event.tags))
    audience = audience_of(event)
    return "roster" if roster and not audience.everyone and not audience.roles else None


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
    return select(MemberCopy.id).where(
        or_(*(belongs_to(path) for path in audience_of(event).paths)),
        MemberCopy.status != "left",
    )
