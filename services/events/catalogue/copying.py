"""An event as the template of another one, on another day."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from services.events.catalogue import making, service
from services.events.catalogue.models import EventRow, RoleRow
from shared.auth import Principal
from shared.database import UnitOfWork

# What people say of an event when they make it, but for its times and whom else it is for; a test
# holds it to the schema.
SAID: Final = (
    "title", "category", "tags", "level", "organisation_id", "audience", "required_roles", "place",
    "geofence",
)  # fmt: skip
_TIMES: Final = ("starts_at", "ends_at", "opens_at", "closes_at")


def shifted(data: dict[str, Any], by: timedelta) -> dict[str, Any]:
    """Return an event's data at another time, its sessions and their windows moved along.

    Shanghai knows no summer time, so the hour on the clock stays.
    """
    moved = {name: data[name] + by for name in _TIMES if data.get(name) is not None}
    return data | moved | {"sessions": [shifted(s, by) for s in data.get("sessions", ())]}


def copy(
    uow: UnitOfWork,
    principal: Principal,
    event_id: UUID,
    starts_at: datetime,
    *,
    with_roles: bool,
    changes: dict[str, Any],
) -> EventRow:
    """Draft an event like another that the asker may see, beginning at a moment.

    Args:
        uow: where.
        principal: who; the rules of making an event hold.
        event_id: of the one to copy.
        starts_at: when the new one begins; its sessions and windows move by as much.
        with_roles: whether those who lecture, help or organise do so again.
        changes: what is said otherwise, e.g. another title or organisation.

    Raises:
        NotFound: `event_unknown`.
        Forbidden, Unprocessable: as `making.create`.
    """
    template = service.get(uow, principal, event_id)
    data = {name: getattr(template, name) for name in SAID} | {
        "starts_at": template.starts_at,
        "ends_at": template.ends_at,
        "also_for": [further.organisation_id for further in template.also_for],
        "sessions": [
            {name: getattr(session, name) for name in ("title", *_TIMES)}
            for session in template.sessions
        ],
    }
    event = making.create(uow, principal, shifted(data, starts_at - template.starts_at) | changes)
    if with_roles:
        event.roles = [
            RoleRow(member_id=part.member_id, role=part.role)
            for part in template.roles
            if part.member is not None and part.member.status != "left"
        ]
        uow.session.flush()
    return event
