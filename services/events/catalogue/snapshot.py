"""All that a decision at the door needs to know of a session, as it was at one version."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from services.events.catalogue.access import Audience
from services.events.catalogue.categories import CATEGORIES
from services.events.catalogue.models import EventRow, GuestRow, RoleRow, SessionRow
from services.events.catalogue.visibility import audience_of
from shared.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class SessionSnapshot:
    """A session together with what it inherits from its event.

    `roles` names those who lecture or help, by member; everyone else takes part. `seat_needed`
    says that they need a seat to be let in. Organisers may come like guests. `fenced` says that the
    event asks phones where they are. `static_version` is what a printed code
    must name to be good; None: none is.
    """

    session_id: UUID
    short_id: int
    event_id: UUID
    event_title: str
    category: str
    tags: tuple[str, ...]
    level: str | None
    organisation_path: str
    audience: Audience
    seat_needed: bool
    state: str
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    closes_at: datetime
    version: int
    roles: Mapping[UUID, str]
    published_at: datetime | None = None
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    fenced: bool = False
    static_version: int | None = None

    @property
    def timed(self) -> bool:
        """Tell whether the length of the stay matters, by any of what the event counts as."""
        return any(CATEGORIES[code].timed for code in (self.category, *self.tags))

    @property
    def over_at(self) -> datetime:
        """The moment after which nobody arrives or leaves any more."""
        return max(self.ends_at, self.closes_at)


def read_snapshots(uow: UnitOfWork, *conditions: object) -> list[SessionSnapshot]:
    """Return the sessions that meet SQL conditions on `SessionRow` and `EventRow`."""
    rows = uow.session.execute(
        select(SessionRow, EventRow)
        .join(EventRow, EventRow.id == SessionRow.event_id)
        .options(joinedload(EventRow.registration), selectinload(EventRow.also_for))
        .where(*conditions)  # type: ignore[arg-type] # column expressions
        .order_by(SessionRow.starts_at, SessionRow.id)
    ).all()
    events = {event.id for _, event in rows}
    roles: dict[UUID, dict[UUID, str]] = {}
    named: dict[UUID, set[UUID]] = {}
    for event_id, member_id, role in uow.session.execute(
        select(RoleRow.event_id, RoleRow.member_id, RoleRow.role).where(
            RoleRow.event_id.in_(events)
        )
    ):
        if role == "organiser":
            named.setdefault(event_id, set()).add(member_id)
        else:
            roles.setdefault(event_id, {})[member_id] = role
    for event_id, member_id in uow.session.execute(
        select(GuestRow.event_id, GuestRow.member_id).where(GuestRow.event_id.in_(events))
    ):
        named.setdefault(event_id, set()).add(member_id)
    return [
        SessionSnapshot(
            session_id=session.id,
            short_id=session.short_id,
            event_id=event.id,
            event_title=event.title,
            category=event.category,
            tags=tuple(event.tags),
            level=event.level,
            organisation_path=event.organisation_path,
            audience=audience_of(event, frozenset(named.get(event.id, ()))),
            seat_needed=event.registration is not None and event.registration.required,
            state=event.state,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            opens_at=session.opens_at,
            closes_at=session.closes_at,
            version=session.version,
            roles=roles.get(event.id, {}),
            published_at=event.published_at,
            opened_at=event.opened_at,
            closed_at=event.closed_at,
            fenced=event.geofence is not None,
            static_version=session.static_version,
        )
        for session, event in rows
    ]
