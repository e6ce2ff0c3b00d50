"""Time: UTC inside, Asia/Shanghai for every day, month, quarter and year people speak of."""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """The only source of the present moment."""

    def now(self) -> datetime:
        """Return the present, aware, in UTC."""
        ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until told to move, for tests."""

    def __init__(self, at: datetime) -> None:
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        return self._at

    def advance(self, seconds: float) -> None:
        self._at += timedelta(seconds=seconds)


def local_day(moment: datetime) -> date:
    """Return the calendar day of an aware moment in Asia/Shanghai."""
    return moment.astimezone(SHANGHAI).date()


def start_of_day(day: date) -> datetime:
    """Return the moment at which a calendar day begins in Asia/Shanghai."""
    return datetime.combine(day, time(), SHANGHAI)


class Periods(NamedTuple):
    """The calendar periods a day lies in, as boards and caps name them."""

    year: str
    quarter: str
    month: str


def periods_of(day: date) -> Periods:
    """Return e.g. ``("2026", "2026-Q4", "2026-11")``."""
    year = f"{day.year:04d}"
    return Periods(year, f"{year}-Q{(day.month + 2) // 3}", f"{year}-{day.month:02d}")
