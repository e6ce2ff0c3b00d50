"""Working days, Monday to Friday."""

from datetime import date, timedelta

from shared.database import UnitOfWork

_SATURDAY = 5


def add_working_days(uow: UnitOfWork, day: date, count: int) -> date:
    """Return the working day that comes `count` working days after a day."""
    del uow
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < _SATURDAY
    return day
