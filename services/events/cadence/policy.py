"""Whether what a rule asks of a period is done, due or overdue. Pure; days are of Asia/Shanghai."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple, Self

from shared.clock import periods_of

MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}
_PLACE: Final = {"year": 0, "quarter": 1, "month": 2}


class State(StrEnum):
    """How a rule stands in a period."""

    DONE = "done"
    DUE = "due"
    OVERDUE = "overdue"
    NOT_APPLICABLE = "not_applicable"


class Standing(NamedTuple):
    """A state, and while something is due the day until which it is."""

    state: State
    next_on: date | None


@dataclass(frozen=True, slots=True)
class Period:
    """From one day to another, both included; named as everywhere: 2026, 2026-Q4, 2026-11."""

    name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Figures:
    """What a rule asks of a year.

    Attributes:
        period, minimum: so often in each month, quarter or year; the period of a new secretary's
            training is so many `months`.
        least_members: only of branches with at least so many full members.
        named: only of organisations with this in their names.
        remind_days: before the end of a period that its owner is reminded.
    """

    watched: bool
    remind_days: int
    period: str = "year"
    minimum: int = 1
    months: int = 0
    least_members: int = 0
    named: str = ""

    @classmethod
    def read(cls, figures: Mapping[str, Any]) -> Self:
        return cls(**{name: figures[name] for name in cls.__slots__ if name in figures})


def period_at(kind: str, day: date) -> Period:
    """Return the month, quarter or year that a day lies in."""
    months = MONTHS[kind]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    return Period(periods_of(first)[_PLACE[kind]], first, later(first, months) - timedelta(days=1))


def periods_in(kind: str, year: int) -> list[Period]:
    """Return the months or quarters of a year, or the year itself."""
    return [period_at(kind, date(year, month, 1)) for month in range(1, 13, MONTHS[kind])]


def before(kind: str, period: Period) -> Period:
    """Return the period before one."""
    return period_at(kind, period.first - timedelta(days=1))


def later(day: date, months: int) -> date:
    """Return the same day some months later, or the last of that month where it is shorter."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def training_time(since: date, months: int) -> Period:
    """Return the time within which a secretary who began on a day is to be trained."""
    return Period(since.isoformat(), since, later(since, months))


def standing(
    period: Period, held: int, minimum: int, today: date, *, applies: bool = True
) -> Standing:
    """Tell how a rule stands in a period.

    Enough is enough, whenever. Of a period that has not begun nothing is asked yet; while it runs
    the rule is due until its last day; what has passed without it is overdue.

    Args:
        period: of the rule.
        held: how often what it asks was done in the period.
        minimum: how often it asks for it.
        today: the present day.
        applies: whether the rule asks anything of the organisation in this period.
    """
    if not applies:
        return Standing(State.NOT_APPLICABLE, None)
    if held >= minimum:
        return Standing(State.DONE, None)
    if today > period.last:
        return Standing(State.OVERDUE, None)
    if today < period.first:
        return Standing(State.NOT_APPLICABLE, None)
    return Standing(State.DUE, period.last)


def due_on(period: Period, due_day: int | None) -> date:
    """Return the day by which a branch wants it: a day of the period's last month, or its end."""
    if due_day is None:
        return period.last
    return period.last.replace(day=min(due_day, period.last.day))
