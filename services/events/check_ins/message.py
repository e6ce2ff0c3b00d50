"""The news of one attendance: ``attendance.recorded.v1``."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from services.events.catalogue.snapshot import SessionSnapshot
from shared.clock import local_day, start_of_day

_ONE_DAY: Final = timedelta(days=1)


def counts_at(session: SessionSnapshot, arrived: datetime) -> datetime:
    """Return the moment an attendance counts at: the session's start, the same for everyone.

    So neither the minute of an arrival nor the order in which devices tell of it changes what it
    is worth, and a night that ends in the new year belongs to the old one. What lasts for days
    counts on the day of arrival, in Shanghai.
    """
    if session.ends_at - session.starts_at <= _ONE_DAY:
        return session.starts_at
    return max(session.starts_at, start_of_day(local_day(arrived)))


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
    """Return the message's data."""
    occurred_at = counts_at(session, checked_in_at)
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
