"""Making events: who may, and what a draft begins with."""

from typing import Any

from services.events.catalogue import audiences, policy, sessions
from services.events.catalogue.models import EventRow
from services.events.catalogue.permissions import EVENTS_CREATE, EVENTS_OF
from services.events.roster_copy.models import OrganisationCopy
from shared.auth import Principal
from shared.database import UnitOfWork
from shared.errors import Forbidden
from shared.ids import new_id
from shared.text import Text


def create(uow: UnitOfWork, principal: Principal, data: dict[str, Any]) -> EventRow:
    """Make a draft; without sessions of its own it has one, as long as itself.

    Raises:
        Unprocessable: `organisation_unknown`, or times that make no sense.
        Forbidden: `out_of_reach`, `category_not_yours`, `not_for_everyone`.
    """
    organisation = place_for(uow, principal, data)
    event = draft(uow, principal, organisation, data)
    uow.session.flush()
    return event


def place_for(uow: UnitOfWork, principal: Principal, data: dict[str, Any]) -> OrganisationCopy:
    """Return the organisation that somebody may make such an event in.

    Raises:
        Unprocessable: `organisation_unknown`.
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
    return organisation


def draft(
    uow: UnitOfWork, principal: Principal, organisation: OrganisationCopy, data: dict[str, Any]
) -> EventRow:
    """Add a draft where `place_for` allowed it; the caller flushes.

    Raises:
        Unprocessable: times that make no sense.
    """
    policy.check_span(data["starts_at"], data["ends_at"])
    fields = {name: v for name, v in data.items() if name not in ("sessions", "also_for")}
    given = data["sessions"] or [{name: data[name] for name in ("starts_at", "ends_at")}]
    event = EventRow(
        id=new_id(),
        organisation_path=organisation.path,
        state="draft",
        created_by=principal.member_id,
        created_at=uow.clock.now(),
        version=1,
        **fields,
    )
    for session in given:
        sessions.add(event, session)
    audiences.widen(uow, principal, event, data.get("also_for", ()))
    uow.session.add(event)
    return event
