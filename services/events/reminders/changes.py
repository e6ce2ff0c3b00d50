"""News of events whose time or place changed, or that were cancelled.

The database notes what a published event was before each change (`event_changes`), whichever way
it was changed. What has stayed as it is for a minute is told: whoever moves an event and then its
room is not announced twice, and what was put back is not announced at all.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import selectinload

from services.events.catalogue.models import EventRow
from services.events.reminders import texts
from services.events.reminders.recipients import concerned
from services.events.reminders.telling import News, tell_of_event
from services.events.reminders.texts import Moved
from shared.database import UnitOfWork
from shared.text import Text

CHANGED: Final = "event.changed"
CANCELLED: Final = "event.cancelled"
_SETTLED_AFTER: Final = timedelta(minutes=1)
_BATCH: Final = 50
_PLACE: Final = "place"
_STATE: Final = "state"

# By the database's own clock, which also noted when they were made.
_TAKE = text("""
    WITH settled AS (
        SELECT event_id FROM event_changes GROUP BY event_id
        HAVING max(changed_at) <= now() - CAST(:settled_after AS interval)
        ORDER BY max(changed_at) LIMIT :limit
    )
    DELETE FROM event_changes c USING settled s WHERE c.event_id = s.event_id
    RETURNING c.event_id, c.what, c.before
""")


def tell_changes(uow: UnitOfWork) -> bool:
    """Tell of some changes that have settled; tell whether there were any. The caller commits."""
    values = {"settled_after": _SETTLED_AFTER, "limit": _BATCH}
    before: dict[UUID, dict[str, Any]] = defaultdict(dict)
    for event_id, what, was in uow.session.execute(_TAKE, values):
        before[event_id][what] = was
    events = uow.session.scalars(
        select(EventRow)
        .where(EventRow.id.in_(before))
        .options(selectinload(EventRow.sessions))
        .execution_options(populate_existing=True)
    ).all()
    for event in events:
        if (news := _news(event, before[event.id], uow.clock.now())) is not None:
            tell_of_event(uow, event, concerned(uow, event), news)
    return bool(before)


def _news(event: EventRow, before: Mapping[str, Any], now: datetime) -> News | None:
    if event.ends_at <= now:
        return None
    if _STATE in before:
        reason = event.cancel_reason or ""
        return News(
            kind=CANCELLED,
            text=texts.cancelled(event.title, event.starts_at, reason),
            note=f"已取消：{reason}",
        )
    if event.state not in ("published", "open"):
        return None
    moved = _moved(event, before, now)
    parts = [texts.session_moved(moved[0])] if moved else []
    if len(moved) > 1:
        parts.append(texts.more_sessions(len(moved) - 1))
    if _PLACE in before and before[_PLACE] != event.place:
        parts.append(texts.place_changed(before[_PLACE], event.place))
    return _changed(event, parts, moved[0].now[0] if moved else None)


def _changed(event: EventRow, parts: list[Text], starts_at: datetime | None) -> News | None:
    if not parts:
        return None
    return News(
        kind=CHANGED,
        text=texts.changed(event.title, parts),
        note="；".join(part.zh for part in parts),
        again=str(event.version),
        starts_at=starts_at,
    )


def _moved(event: EventRow, before: Mapping[str, Any], now: datetime) -> list[Moved]:
    """Return the sessions that are not when they were, of those that matter still."""
    found = []
    for session in event.sessions:
        if str(session.id) not in before:
            continue
        was = before[str(session.id)]
        times = tuple(datetime.fromisoformat(at) for at in was) if was else None
        moved = Moved(times, (session.starts_at, session.ends_at))  # type: ignore[arg-type] # two of them
        if moved.before != moved.now and max(moved.now[0], times[0] if times else now) > now:
            found.append(moved)
    # An event all of whose sessions are new was not there before, so it has not changed.
    return found if any(m.before for m in found) or len(found) < len(event.sessions) else []
