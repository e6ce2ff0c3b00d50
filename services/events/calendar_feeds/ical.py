"""A calendar as RFC 5545 writes it. Pure: the same events give the same bytes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from icalendar import Calendar, Event, Timezone

from shared.clock import SHANGHAI

_PRODUCT: Final = "-//Member points//Check-in//ZH"
# How often a phone should ask again; many ask when they like.
_REFRESH: Final = timedelta(hours=1)
# Shanghai has had one offset since 1991.
_ZONE: Final = Timezone.from_tzid("Asia/Shanghai", first_date=date(2000, 1, 1))
del _ZONE["COMMENT"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One session.

    Attributes:
        uid: the same for as long as there is the session, also when it moves.
        sequence: rises whenever something changed.
        said_at: since when it is known.
    """

    uid: str
    sequence: int
    title: str
    starts_at: datetime
    ends_at: datetime
    said_at: datetime
    place: str
    categories: tuple[str, ...]
    organiser: str
    cancelled: bool
    cancel_reason: str | None


def write(name: str, description: str, entries: Iterable[Entry]) -> bytes:
    """Return the calendar, in Asia/Shanghai."""
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", "Asia/Shanghai")
    if description:
        calendar.add("description", description)
        calendar.add("x-wr-caldesc", description)
    calendar.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    calendar.add_component(_ZONE)
    for entry in entries:
        calendar.add_component(_event(entry))
    return bytes(calendar.to_ical())


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.said_at)
    event.add("dtstart", entry.starts_at.astimezone(SHANGHAI))
    event.add("dtend", entry.ends_at.astimezone(SHANGHAI))
    event.add("summary", f"（已取消）{entry.title}" if entry.cancelled else entry.title)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("categories", list(entry.categories))
    if entry.place:
        event.add("location", entry.place)
    lines = [entry.organiser, "、".join(entry.categories)]
    if entry.cancelled:
        lines.append(f"取消原因：{entry.cancel_reason}")
    event.add("description", "\n".join(line for line in lines if line))
    return event
