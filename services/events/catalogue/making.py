"""Making events: who may, and what a draft begins with."""

from typing import Any

from services.events.catalogue import policy, sessions
from services.events.catalogue.models import EventRow
from services.events.catalogue.permissions import (
    EVENTS_CREATE,
    EVENTS_FOR_EVERYONE,
    EVENTS_OF,
)
from services.events.roster_copy.models import OrganisationCopy
from shared.auth import Principal
from shared.database import UnitOfWork
from shared.errors import Forbidden, Unprocessable
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
        raise Unprocessable(
            "organisation_unknown",
            Text(
                zh="没有这个组织，请重新选择。", en="There is no such organisation; choose again."
            ),
        )
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
    check_audience(principal, data["audience"], organisation.path)
    return organisation


def draft(
    uow: UnitOfWork, principal: Principal, organisation: OrganisationCopy, data: dict[str, Any]
) -> EventRow:
    """Add a draft where `place_for` allowed it; the caller flushes.

    Raises:
        Unprocessable: times that make no sense.
    """
    policy.check_span(data["starts_at"], data["ends_at"])
    fields = {name: value for name, value in data.items() if name != "sessions"}
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
    uow.session.add(event)
    return event


def check_audience(principal: Principal, audience: str, path: str) -> None:
    """Refuse an event for everyone by those who may not address everyone.

    Raises:
        Forbidden: `not_for_everyone`.
    """
    if audience == "everyone" and not principal.reaches(EVENTS_FOR_EVERYONE, path):
        raise Forbidden(
            "not_for_everyone",
            Text(
                zh="面向全市的活动请由机关党委或工委管理员发布。",
                en="Ask the unit's or the city's administrator for an event that is for everyone.",
            ),
        )
