"""The news of one attendance: ``attendance.recorded.v1``."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.events.catalogue.snapshot import SessionSnapshot


def attendance(  # noqa: PLR0913, PLR0917 - the columns of one check-in
    session: SessionSnapshot,
    check_in_id: UUID,
    member_id: UUID,
    role: str,
    checked_in_at: datetime,
    minutes: int | None = None,
    state: str = "present",
    reason: str | None = None,
    revision: int = 1,
) -> dict[str, Any]:
    """Return the message's data.

    The attendance counts when the session begins for those who were there in time: whoever
    arrives before midnight for a session after it attended on the session's day.
    """
    occurred_at = max(checked_in_at, session.starts_at)
    return {
        "check_in_id": str(check_in_id),
        "event_id": str(session.event_id),
        "session_id": str(session.session_id),
        "member_id": str(member_id),
        "category": session.category,
        "tags": list(session.tags),
        "role": role,
        "title": session.event_title,
        "occurred_at": occurred_at.isoformat(),
        "minutes": minutes,
        "level": session.level,
        "state": state,
        "reason": reason,
        "revision": revision,
    }
