"""Telling members something about an event: the one way for all slices.

What is told of other things (a branch's duties) goes through `shared.notices` itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from services.events.catalogue.models import EventRow
from shared.database import UnitOfWork
from shared.notices import Notice, tell
from shared.text import Text

# What is about to begin so soon is news that cannot wait for the morning.
URGENT_WITHIN: Final = timedelta(hours=12)
_REMINDER: Final = "event.reminder."


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What is told of an event.

    Attributes:
        kind: ``event.changed``, ``registration.offered``, …
        text: the sentence of the inbox, in both languages.
        note: the same in WeChat's message, in Chinese; of more than 20 characters the rest is cut.
        again: what tells this news from one of the same kind about the same event, e.g. a
            version or a registration's id; without it a kind is told once an event.
        starts_at: of the session it is about, if not the event's own start.
    """

    kind: str
    text: Text
    note: str
    again: str = ""
    starts_at: datetime | None = None


def tell_of_event(uow: UnitOfWork, event: EventRow, members: Iterable[UUID], news: News) -> None:
    """Tell members something about an event, in the caller's transaction.

    Nobody is told the same twice, and nobody is disturbed at night, unless the event is about to
    begin and this is no mere reminder.
    """
    now, starts_at = uow.clock.now(), news.starts_at or event.starts_at
    reminds = news.kind.startswith(_REMINDER)
    notice = Notice(
        kind=news.kind,
        subject_type="event",
        subject_id=event.id,
        key=":".join(part for part in (news.kind, str(event.id), news.again) if part),
        text=news.text,
        template="event_reminder" if reminds else "event_news",
        data={
            "title": event.title,
            "time": starts_at.isoformat(),
            "place": event.place,
            "note": news.note,
        },
        urgent=not reminds and now <= starts_at <= now + URGENT_WITHIN,
        expires_at=starts_at if reminds else event.ends_at,
    )
    tell(uow, members, notice)
