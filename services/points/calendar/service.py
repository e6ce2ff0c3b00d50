"""The calendar with the city's adjustments; for all who count in working days."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, text

from services.points.calendar import policy
from services.points.calendar.models import CalendarDayRow
from shared.auth import Principal
from shared.database import UnitOfWork
from shared.errors import NotFound
from shared.text import Text
from shared.working_days import published


def is_working_day(uow: UnitOfWork, day: date) -> bool:
    """Tell whether people work on a day."""
    return policy.is_working(day, _adjusted(uow, day))


def add_working_days(uow: UnitOfWork, day: date, n: int) -> date:
    """Return the n-th working day after a day; the day itself does not count."""
    return policy.nth_working_day(day, n, _adjusted(uow, day))


def _adjusted(uow: UnitOfWork, since: date) -> policy.Adjusted:
    # A handful a year, so all of them from a day on are less than a guess at how many are needed.
    query = select(CalendarDayRow.day, CalendarDayRow.working).where(CalendarDayRow.day >= since)
    return {row.day: row.working for row in uow.session.execute(query)}


def days(uow: UnitOfWork, first: date, last: date) -> Iterator[dict[str, Any]]:
    """Return the days from `first` to `last`, both included."""
    query = select(CalendarDayRow).where(CalendarDayRow.day.between(first, last))
    adjusted = {row.day: row for row in uow.session.scalars(query)}
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        yield show(day, adjusted.get(day))


def show(day: date, row: CalendarDayRow | None) -> dict[str, Any]:
    known = published(day)
    return {
        "day": day,
        "working": row.working if row else known.working,
        "reason": Text(row.reason, row.reason) if row else known.reason,
        "adjusted": row is not None,
        "version": row.version if row else 0,
    }


def version_of(uow: UnitOfWork, day: date) -> int:
    """Return a day's version, which nobody changes before this transaction ends."""
    # Adjusted a few times a year: a lock on the table also holds off who adds the same day.
    uow.session.execute(text("LOCK TABLE calendar_days IN SHARE ROW EXCLUSIVE MODE"))
    row = uow.session.get(CalendarDayRow, day, populate_existing=True)
    return row.version if row else 0


def adjust(
    uow: UnitOfWork, principal: Principal, day: date, *, working: bool, reason: str
) -> dict[str, Any]:
    """Say whether people work on a day, whatever is published. The caller has locked the day."""
    row = uow.session.get(CalendarDayRow, day) or CalendarDayRow(day=day, version=0)
    row.working, row.reason = working, reason
    row.set_by, row.set_at = principal.member_id, uow.clock.now()
    row.version += 1
    uow.session.add(row)
    uow.session.flush()
    return show(day, row)


def restore(uow: UnitOfWork, day: date) -> None:
    """Let a day be again as published.

    Raises:
        NotFound: `calendar_day_not_adjusted`.
    """
    row = uow.session.get(CalendarDayRow, day, with_for_update=True)
    if row is None:
        raise NotFound(
            "calendar_day_not_adjusted",
            Text(
                zh="这一天没有调整过，已按公布的日历执行。",
                en="This day is not adjusted: the published calendar stands already.",
            ),
        )
    uow.session.delete(row)
    uow.session.flush()
