"""Whom an event is meant for beside its organisation: everyone, further organisations, guests."""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert

from services.events.catalogue.models import AudienceRow, EventRow, GuestRow
from services.events.catalogue.permissions import EVENTS_CREATE, EVENTS_FOR_EVERYONE
from services.events.catalogue.visibility import audience_of
from services.events.reminders.telling import News, tell_of_event
from services.events.reminders.texts import moment
from services.events.roster_copy.members import belongs_to
from services.events.roster_copy.models import MemberCopy, OrganisationCopy
from shared.auth import Principal
from shared.database import UnitOfWork
from shared.errors import Forbidden, Unprocessable
from shared.text import Text

INVITED: Final = "guest.invited"


def check(principal: Principal, audience: str, path: str) -> None:
    """Refuse to address the whole city where that is not the asker's to do.

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


def widen(
    uow: UnitOfWork, principal: Principal, event: EventRow, organisation_ids: Collection[UUID]
) -> None:
    """Set the further organisations an event is meant for.

    They lie within the asker's reach, unless the asker may address everyone anyway.

    Raises:
        Unprocessable: `organisation_unknown`.
        Forbidden: `out_of_reach`.
    """
    wanted = set(organisation_ids)
    if wanted == {further.organisation_id for further in event.also_for}:
        return
    # Locked, so that their paths cannot change before the event stands: see `following`.
    found = uow.session.scalars(
        select(OrganisationCopy)
        .where(OrganisationCopy.id.in_(wanted))
        .order_by(OrganisationCopy.id)
        .with_for_update(read=True)
    ).all()
    if len(found) < len(wanted):
        raise organisation_unknown()
    known = {further.organisation_id: further for further in event.also_for}
    for organisation in found:
        if organisation.id not in known and not principal.reaches(
            EVENTS_FOR_EVERYONE, event.organisation_path
        ):
            principal.require(EVENTS_CREATE, organisation.path)
    event.also_for = [
        known.get(o.id) or AudienceRow(organisation_id=o.id, path=o.path) for o in found
    ]


def invite(uow: UnitOfWork, event: EventRow, member_ids: Sequence[UUID], by: UUID) -> int:
    """Make members guests of an event; return how many had not been.

    The caller holds the event and says that it has changed (`service.changed`).
    """
    rows = [
        {"event_id": event.id, "member_id": member, "invited_by": by, "invited_at": uow.clock.now()}
        for member in member_ids
    ]
    if not rows:
        return 0
    made = uow.session.scalars(
        insert(GuestRow).values(rows).on_conflict_do_nothing().returning(GuestRow.member_id)
    ).all()
    if event.published_at is not None:
        _tell_invited(uow, event, made)
    return len(made)


def tell_guests(uow: UnitOfWork, event: EventRow) -> None:
    """Tell all guests of an event that is just published of it."""
    query = select(GuestRow.member_id).where(GuestRow.event_id == event.id)
    _tell_invited(uow, event, uow.session.scalars(query).all())


def _tell_invited(uow: UnitOfWork, event: EventRow, members: Sequence[UUID]) -> None:
    at = moment(event.starts_at)
    text = Text(
        f"邀请您参加{at.zh}的活动“{event.title}”。", f"You are invited to “{event.title}”, {at.en}."
    )
    tell_of_event(uow, event, members, News(kind=INVITED, text=text, note="邀请您参加"))


def let_in(uow: UnitOfWork, event: EventRow, member_ids: Sequence[UUID], by: UUID) -> int:
    """Make guests of those of some members who may not be of the event's audience.

    Whether they hold the roles an event asks for is not known here, so that where it asks for any
    they all become guests: somebody who runs the event has named them.
    """
    audience = audience_of(event)
    if audience.roles:
        return invite(uow, event, member_ids, by)
    if audience.everyone:
        return 0
    belonging = set(
        uow.session.scalars(
            select(MemberCopy.id).where(
                MemberCopy.id.in_(member_ids),
                or_(*(belongs_to(path) for path in audience.paths)),
            )
        )
    )
    strangers = [member for member in member_ids if member not in belonging]
    return invite(uow, event, strangers, by)


def organisation_unknown() -> Unprocessable:
    return Unprocessable(
        "organisation_unknown",
        Text(zh="没有这个组织，请重新选择。", en="There is no such organisation; choose again."),
    )
