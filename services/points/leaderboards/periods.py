"""The calendar periods of boards: when one begins and ends, and when it is settled. Pure."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple

from shared.clock import SHANGHAI

_NAME: Final = re.compile(r"(\d{4})(?:-Q([1-4])|-(\d{2}))?")
_DECEMBER: Final = 12

SETTLING: Final = timedelta(days=20)
"""From a period's end until its board is frozen: claims, reviews and five working days of public
notice lie in between. Source: the monthly rhythm in the domain glossary."""


class Span(NamedTuple):
    """From the first moment, included, to the last, excluded."""

    begins: datetime
    ends: datetime


def span_of(period: str) -> Span:
    """Return the span of ``2026``, ``2026-Q4`` or ``2026-11`` in Asia/Shanghai."""
    found = _NAME.fullmatch(period)
    if found is None:
        message = f"no period: {period}"
        raise ValueError(message)
    year, quarter, month = int(found[1]), found[2], found[3]
    first, months = 1, 12
    if quarter:
        first, months = int(quarter) * 3 - 2, 3
    elif month:
        first, months = int(month), 1
    end = first + months
    last = date(year + 1, end - _DECEMBER, 1) if end > _DECEMBER else date(year, end, 1)
    return Span(_start(date(year, first, 1)), _start(last))


def settled(now: datetime) -> list[str]:
    """Return the periods of the last year and more whose boards may be frozen, the oldest first."""
    today = now.astimezone(SHANGHAI).date()
    names = [
        name
        for year in (today.year - 1, today.year)
        for name in (
            *(f"{year}-{month:02d}" for month in range(1, 13)),
            *(f"{year}-Q{quarter}" for quarter in range(1, 5)),
            str(year),
        )
    ]
    over = [name for name in names if span_of(name).ends + SETTLING <= now]
    return sorted(over, key=lambda name: span_of(name).ends)


def _start(day: date) -> datetime:
    return datetime.combine(day, time(0), SHANGHAI).astimezone(UTC)
