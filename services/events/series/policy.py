"""On which days a series has an event. Pure.

A rule is an RRULE of RFC 5545 over days, from a first day on, and dateutil reads it. Days that a
month does not have are passed over, as the RFC has it; −1 is the last. A public holiday that is
passed over counts as one of the rule's days: ten times a week are over after ten weeks.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice, takewhile
from types import MappingProxyType
from typing import Any, Final

from dateutil.rrule import rrulestr

from shared.errors import Unprocessable
from shared.text import Text
from shared.working_days import LAST_YEAR, published

MOST_EVENTS: Final = 200
LONGEST: Final = timedelta(days=731)

WEEKDAYS: Final = ("mo", "tu", "we", "th", "fr", "sa", "su")
# Months between two times; a week has none.
MONTHS: Final[Mapping[str, int]] = MappingProxyType({"month": 1, "quarter": 3, "year": 12})


@dataclass(frozen=True, slots=True)
class Day:
    """A day that the rule gives, and the holiday for which it is passed over, if it is."""

    day: date
    holiday: Text | None = None


def rule_of(recurrence: Mapping[str, Any]) -> str:
    """Return the RRULE of what somebody asked for, see `schemas.RecurrenceIn`."""
    every, interval = recurrence["every"], recurrence["interval"]
    parts = {"FREQ": "MONTHLY" if every in MONTHS else "WEEKLY"}
    parts["INTERVAL"] = str(interval * MONTHS.get(every, 1))
    if recurrence["weekdays"]:
        parts["BYDAY"] = ",".join(day.upper() for day in recurrence["weekdays"])
    if recurrence["nth"] is not None:
        parts["BYSETPOS"] = str(recurrence["nth"])
    if recurrence["day"] is not None:
        parts["BYMONTHDAY"] = str(recurrence["day"])
    if recurrence["count"] is not None:
        parts["COUNT"] = str(recurrence["count"])
    else:
        parts["UNTIL"] = f"{recurrence['until']:%Y%m%d}"
    return ";".join(f"{name}={value}" for name, value in parts.items())


def days_of(rule: str, first_day: date, *, skip_holidays: bool) -> list[Day]:
    """Return the days that a rule gives from a first day on, those passed over among them.

    Raises:
        Unprocessable: `series_too_long`, `series_empty`.
    """
    last = min(first_day + LONGEST, date(LAST_YEAR, 12, 31))
    found = list(islice(_days(rule, first_day), MOST_EVENTS + 1))
    within = list(takewhile(lambda day: day <= last, found))
    if len(within) > MOST_EVENTS or len(within) < len(found):
        raise Unprocessable(
            "series_too_long",
            Text(
                zh=f"系列最长两年、最多 {MOST_EVENTS} 场，请缩短期限或减少次数。",
                en=f"A series lasts two years and has {MOST_EVENTS} events at most; end it sooner.",
            ),
        )
    days = [Day(day, _holiday(day) if skip_holidays else None) for day in within]
    if all(day.holiday for day in days):
        raise Unprocessable(
            "series_empty",
            Text(
                zh="按此规则没有任何一天，请核对截止日期、日号或节假日设置。",
                en="The rule gives no day at all; check its end, its day, and the holidays.",
            ),
        )
    return days


def _days(rule: str, first_day: date) -> Iterator[date]:
    for moment in rrulestr(rule, dtstart=datetime.combine(first_day, time())):
        yield moment.date()


def _holiday(day: date) -> Text | None:
    """Return the public holiday that a day is off for; an ordinary weekend is none."""
    known = published(day)
    return None if known.working else known.reason
