"""The days off and the make-up working days of China, by the `holidays` library.

Its figures are those of the State Council's yearly notices; for years without a notice they follow
from the rules alone: no make-up Saturdays, no bridges. Points lays the city's own adjustments over
them; a series of events goes by what is published.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from holidays import country_holidays

from shared.text import Text

# What the library's lunar calendar covers whole.
FIRST_YEAR: Final = 2001
LAST_YEAR: Final = 2099

_SATURDAY: Final = 5
_MAKE_UP: Final = Text("调休上班", "Working day in exchange for a day off")


@dataclass(frozen=True, slots=True)
class Day:
    """Whether people work on a day, and why; no reason on ordinary weekdays and weekends."""

    working: bool
    reason: Text | None = None


@dataclass(frozen=True, slots=True)
class _Year:
    off: dict[date, Text]
    made_up: frozenset[date]


def published(day: date) -> Day:
    """Return what the notice for its year, or else the rules, make of a day."""
    year = _read(day.year)
    if day in year.made_up:
        return Day(working=True, reason=_MAKE_UP)
    if day in year.off:
        return Day(working=False, reason=year.off[day])
    return Day(working=day.weekday() < _SATURDAY)


@lru_cache(maxsize=16)
def _read(year: int) -> _Year:
    # The notice for the next year may make the last days of this one working days.
    years = (year, year + 1)
    zh, en = (country_holidays("CN", years=years, language=name) for name in ("zh_CN", "en_US"))
    return _Year(
        {day: Text(name, en[day]) for day, name in zh.items()}, frozenset(zh.weekend_workdays)
    )
