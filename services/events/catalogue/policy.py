"""An event's life, and when a session takes check-ins. Pure.

draft → published → open → closed, and cancelled from any but closed. Publishing makes an event
visible and is all that most need: its sessions take check-ins inside their windows by themselves,
without anyone pressing a button. Opening lets people in before the window; closing ends check-in
for good. An event that people have attended is closed, not cancelled: what they did, they did.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from services.events.catalogue.categories import Category
from shared.errors import Conflict, Unprocessable
from shared.text import Text

_MOVES: Final = MappingProxyType(
    {
        "published": frozenset({"draft"}),
        "open": frozenset({"published"}),
        "closed": frozenset({"published", "open"}),
        "cancelled": frozenset({"draft", "published", "open"}),
    }
)
# The moves of which the moment is kept, and where.
MOMENTS: Final = MappingProxyType(
    {"published": "published_at", "open": "opened_at", "closed": "closed_at"}
)
EDITABLE: Final = frozenset({"draft", "published", "open"})
# What check-ins are scored by: the same for everyone who attended.
SCORED_BY: Final = frozenset({"tags", "level"})

LONGEST_EVENT: Final = timedelta(days=366)
LONGEST_SESSION: Final = timedelta(days=31)
WIDEST_WINDOW: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Times:
    """A session's own times and the window in which it takes check-ins."""

    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    closes_at: datetime


def check_move(state: str, wanted: str) -> None:
    """Refuse a step that the event's life does not have.

    Raises:
        Conflict: `event_state_wrong`.
    """
    if state not in _MOVES[wanted]:
        raise Conflict(
            "event_state_wrong",
            Text(
                zh="活动当前状态不允许此操作，请刷新后查看。",
                en="The event's state does not allow this; read it again.",
            ),
            extra={"state": state},
        )


def check_editable(state: str) -> None:
    """Refuse edits of what is over.

    Raises:
        Conflict: `event_not_editable`.
    """
    if state not in EDITABLE:
        raise Conflict(
            "event_not_editable",
            Text(
                zh="活动已结束或已取消，不能再修改。",
                en="The event is closed or cancelled and can no longer be edited.",
            ),
            extra={"state": state},
        )


def event_attended() -> Conflict:
    """Return the refusal of what an event cannot undergo once it has led to something."""
    return Conflict(
        "event_attended",
        Text(
            zh="已有人签到或已确认成绩。请改为结束活动，或先撤销这些签到和成绩。",
            en="People have checked in, or results are confirmed; close the event, or annul and"
            " withdraw those first.",
        ),
    )


def default_window(category: Category, starts_at: datetime, ends_at: datetime) -> Times:
    """Return a session's times with the window of its category."""
    early, late = timedelta(minutes=category.early), timedelta(minutes=category.late)
    return Times(starts_at, ends_at, starts_at - early, ends_at + late)


def moved(times: Times, starts_at: datetime, ends_at: datetime) -> Times:
    """Return a session's times at another hour, its window kept as wide as it was."""
    early, late = times.starts_at - times.opens_at, times.closes_at - times.ends_at
    return Times(starts_at, ends_at, starts_at - early, ends_at + late)


def check_span(starts_at: datetime, ends_at: datetime, longest: timedelta = LONGEST_EVENT) -> None:
    """Refuse what ends before it starts, or lasts longer than anything does.

    Raises:
        Unprocessable: `times_out_of_order`, `too_long`.
    """
    if starts_at >= ends_at:
        raise Unprocessable(
            "times_out_of_order",
            Text(zh="结束时间须晚于开始时间。", en="The end must be later than the start."),
        )
    if ends_at - starts_at > longest:
        raise Unprocessable(
            "too_long",
            Text(
                zh=f"最长 {longest.days} 天，请检查日期或分成几场。",
                en=f"At most {longest.days} days; check the dates, or split it.",
            ),
        )


def check_session(times: Times, event_starts_at: datetime, event_ends_at: datetime) -> None:
    """Refuse times of a session that make no sense.

    Raises:
        Unprocessable: `times_out_of_order`, `too_long`, `session_outside_event`, `window_wrong`.
    """
    check_span(times.starts_at, times.ends_at, LONGEST_SESSION)
    if times.starts_at < event_starts_at or times.ends_at > event_ends_at:
        raise Unprocessable(
            "session_outside_event",
            Text(
                zh="场次时间须在活动起止时间之内。",
                en="A session must lie between its event's start and end.",
            ),
        )
    opens_in_time = times.starts_at - WIDEST_WINDOW <= times.opens_at <= times.starts_at
    closes_in_time = times.starts_at < times.closes_at <= times.ends_at + WIDEST_WINDOW
    if not (opens_in_time and closes_in_time):
        raise Unprocessable(
            "window_wrong",
            Text(
                zh="签到须在开始前 24 小时之内开放，并在开始之后、结束后 24 小时之内截止。",
                en="Check-in opens at most a day before the start, and closes after the start,"
                " at most a day after the end.",
            ),
        )
