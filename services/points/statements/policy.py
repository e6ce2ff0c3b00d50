"""When a statement may be prepared, objected to and closed. Pure."""

from datetime import UTC, date, datetime, time
from typing import Final, NamedTuple
from uuid import UUID

from services.points.statements import refusals
from shared.clock import SHANGHAI, local_day

DRAFT, PUBLISHED, CLOSED = "draft", "published", "closed"
STATES: Final = (DRAFT, PUBLISHED, CLOSED)

# Claims are handed in until the 25th; what is left of the month then are check-ins, which need no
# review. Source: the monthly rhythm of the domain glossary.
_FIRST_DAY: Final = 26


class Month(NamedTuple):
    """A calendar month of Asia/Shanghai, from `start` to before `end`."""

    name: str
    year: int
    start: datetime
    end: datetime


def month_of(name: str) -> Month:
    """Return the month written e.g. ``2026-11``."""
    first = date.fromisoformat(f"{name}-01")
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return Month(name, first.year, _begin(first), _begin(following))


def month_before(day: date) -> str:
    """Return the name of the month before the one a day lies in."""
    year, month = (day.year, day.month - 1) if day.month > 1 else (day.year - 1, 12)
    return f"{year:04d}-{month:02d}"


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(0), SHANGHAI).astimezone(UTC)


def check_preparable(month: str, now: datetime) -> None:
    """Refuse a month before its 26th day.

    Raises:
        Conflict: `month_not_over`.
    """
    if local_day(now) < date.fromisoformat(f"{month}-{_FIRST_DAY}"):
        raise refusals.month_not_over(month)


def check_state(state: str, wanted: str) -> None:
    """Refuse what the statement's state does not allow.

    Raises:
        Conflict: `statement_not_draft` or `statement_not_published`.
    """
    if state != wanted:
        raise refusals.wrong_state(wanted, state)


def check_objectable(notice_ends_on: date, now: datetime) -> None:
    """Refuse objections after the last day of the notice.

    Raises:
        Conflict: `notice_over`.
    """
    if local_day(now) > notice_ends_on:
        raise refusals.notice_over(notice_ends_on)


def check_closable(month: Month, notice_ends_on: date, open_objections: int, now: datetime) -> None:
    """Refuse to close before the notice and the month are over and objections are answered.

    Raises:
        Conflict: `month_not_over`, `notice_running` or `objections_open`.
    """
    if now < month.end:
        raise refusals.month_not_over(month.name)
    if local_day(now) <= notice_ends_on:
        raise refusals.notice_running(notice_ends_on)
    if open_objections:
        raise refusals.objections_open(open_objections)


def check_answerer(answerer: UUID, raised_by: UUID, line_member: UUID) -> None:
    """Refuse to let anybody answer in an own matter.

    Raises:
        Forbidden: `own_objection`.
    """
    if answerer in (raised_by, line_member):
        raise refusals.own_objection()
