"""An event's figures, as all who watch it are shown."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from services.events.catalogue.models import EventRow
from services.events.expected import counting
from shared.database import UnitOfWork

_SESSIONS: Final = text("""
    SELECT s.id, s.title, count(c.id) AS present, count(c.checked_out_at) AS left
    FROM event_sessions s
    LEFT JOIN check_ins c ON c.session_id = s.id AND c.state = 'present'
    WHERE s.event_id = :event
    GROUP BY s.id ORDER BY s.starts_at, s.id
""")


def read(uow: UnitOfWork, event_id: UUID) -> dict[str, Any] | None:
    """Return who is there, in all and of each session, and how many are expected.

    None where there is no such event any more.
    """
    event = uow.session.get(EventRow, event_id)
    if event is None:
        return None
    sessions = uow.session.execute(_SESSIONS, {"event": event_id})
    return {
        "event_id": event_id,
        "state": event.state,
        "present": counting.came_to(uow, event_id),
        "expected": counting.how_many(uow, event),
        "sessions": [
            {"session_id": row.id, "title": row.title, "present": row.present, "left": row.left}
            for row in sessions
        ],
    }
