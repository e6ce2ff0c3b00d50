"""Counting working days. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta

from shared.errors import Invalid
from shared.text import Text
from shared.working_days import FIRST_YEAR, LAST_YEAR, published

Adjusted = Mapping[date, bool]
"""Whether people work, for the days on which the city says otherwise than is published."""


def is_working(day: date, adjusted: Adjusted) -> bool:
    return adjusted[day] if day in adjusted else published(day).working


def nth_working_day(after: date, n: int, adjusted: Adjusted) -> date:
    """Return the n-th working day after a day; the day itself does not count. `n` is 1 or more."""
    day = after
    while n > 0:
        day += timedelta(days=1)
        n -= is_working(day, adjusted)
    return day


def read_day(written: str) -> date:
    """Return the day of an address, e.g. ``2026-10-10``.

    Raises:
        Invalid: `day_invalid`.
    """
    try:
        day = date.fromisoformat(written)
    except ValueError:
        day = date.min
    if not FIRST_YEAR <= day.year <= LAST_YEAR or day.isoformat() != written:
        raise Invalid(
            "day_invalid",
            Text(
                zh=f"日期须写成 2026-10-10 的样子，年份在 {FIRST_YEAR} 到 {LAST_YEAR} 之间。",
                en=f"Write the day as 2026-10-10, in a year from {FIRST_YEAR} to {LAST_YEAR}.",
            ),
        )
    return day
