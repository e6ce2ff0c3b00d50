"""Reminders before an event: on the day before, and shortly before each session.

Every look finds what is due and marks it as told in the same transaction that tells it, so what
was told stays told, however often and by how many workers it is looked for. A time that changes
is told as a change (`changes`); the new day, or the new hour, is reminded of as well.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from sqlalchemy import select, text

from services.events.catalogue.models import EventRow
from services.events.reminders import texts
from services.events.reminders.recipients import coming
from services.events.reminders.telling import News, tell_of_event
from shared.clock import SHANGHAI, local_day, start_of_day
from shared.database import UnitOfWork

DAY: Final = "event.reminder.day"
HOUR: Final = "event.reminder.hour"
_BATCH: Final = 50
_ONE_DAY: Final = timedelta(days=1)

# `about` is the day that is reminded of, or else the session's own start.
_TAKE = text("""
    WITH due AS (
        SELECT s.event_id, min(s.starts_at) AS starts_at,
            coalesce(CAST(:day AS timestamptz), s.starts_at) AS about
        FROM event_sessions s JOIN events e ON e.id = s.event_id
        WHERE s.starts_at > :after AND s.starts_at <= :until
          AND e.state IN ('published', 'open')
        GROUP BY s.event_id, about
    ), told AS (
        INSERT INTO told_reminders (event_id, kind, about)
        SELECT event_id, :kind, about FROM due d WHERE NOT EXISTS (
            SELECT FROM told_reminders t WHERE (t.event_id, t.kind, t.about) = (d.event_id, :kind, d.about)
        )
        ORDER BY event_id, about LIMIT :limit
        ON CONFLICT DO NOTHING
        RETURNING event_id, about
    )
    SELECT event_id, due.starts_at, about FROM told JOIN due USING (event_id, about)
""")


@dataclass(frozen=True, slots=True)
class Reminders:
    """A loop's work.

    Args:
        day_before_at: when, on the day before, by Shanghai's clock.
        before: how long before a session's start.
    """

    day_before_at: time
    before: timedelta

    def remind(self, uow: UnitOfWork) -> bool:
        """Tell some reminders that are due; tell whether there were any. The caller commits."""
        now = uow.clock.now()
        found = _remind(uow, HOUR, now, now + self.before)
        if now.astimezone(SHANGHAI).time() >= self.day_before_at:
            day = start_of_day(local_day(now) + _ONE_DAY)
            last = day + _ONE_DAY - timedelta(microseconds=1)
            found |= _remind(uow, DAY, day - timedelta(microseconds=1), last, day)
        return found


def _remind(
    uow: UnitOfWork, kind: str, after: datetime, until: datetime, day: datetime | None = None
) -> bool:
    values = {"kind": kind, "after": after, "until": until, "day": day, "limit": _BATCH}
    rows = uow.session.execute(_TAKE, values).all()
    ids = {row.event_id for row in rows}
    events = {
        event.id: event
        for event in uow.session.scalars(select(EventRow).where(EventRow.id.in_(ids)))
    }
    members = {event_id: coming(uow, event) for event_id, event in events.items()}
    for event_id, starts_at, about in rows:
        event = events[event_id]
        write = texts.tomorrow if kind == DAY else texts.soon
        news = News(
            kind=kind,
            text=write(event.title, event.place, starts_at),
            note="明天有活动" if kind == DAY else "即将开始",
            again=about.astimezone(SHANGHAI).isoformat(),
            starts_at=starts_at,
        )
        tell_of_event(uow, event, members[event_id], news)
    return bool(rows)
