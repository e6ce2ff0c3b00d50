"""Deadlines in working days."""

from datetime import date, timedelta

from shared.database import UnitOfWork

_SATURDAY = 5


def add_working_days(uow: UnitOfWork, day: date, count: int) -> date:
    """Return the day that is so many working days, Monday to Friday, after another."""
    del uow
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < _SATURDAY
    return day
