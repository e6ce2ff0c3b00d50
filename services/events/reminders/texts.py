"""The sentences of reminders and news of events. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from shared.clock import SHANGHAI
from shared.text import Text


class Moved(NamedTuple):
    """A session's times; None before, where it is a new one."""

    before: tuple[datetime, datetime] | None
    now: tuple[datetime, datetime]


def moment(at: datetime) -> Text:
    """Return day and time as people in Shanghai write them."""
    local = at.astimezone(SHANGHAI)
    return Text(f"{local.month}月{local.day}日{local:%H:%M}", f"{local.day} {local:%b %H:%M}")


def hour(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%H:%M}"


def tomorrow(title: str, place: str, starts_at: datetime) -> Text:
    """Remind on the day before."""
    at = f"，地点：{place}" if place else ""
    where = f", at {place}" if place else ""
    return Text(
        f"明天 {hour(starts_at)} 有活动“{title}”{at}。",
        f"Tomorrow at {hour(starts_at)}: “{title}”{where}.",
    )


def soon(title: str, place: str, starts_at: datetime) -> Text:
    """Remind shortly before the start."""
    at = f"，地点：{place}" if place else ""
    where = f", at {place}" if place else ""
    return Text(
        f"“{title}”将于 {hour(starts_at)} 开始{at}。",
        f"“{title}” begins at {hour(starts_at)}{where}.",
    )


def cancelled(title: str, starts_at: datetime, reason: str) -> Text:
    at = moment(starts_at)
    return Text(
        f"原定{at.zh}的活动“{title}”已取消：{reason}。请勿前往。",
        f"“{title}” of {at.en} is cancelled: {reason}. Please do not come.",
    )


def changed(title: str, parts: Sequence[Text]) -> Text:
    zh, en = ("；".join(part.zh for part in parts), "; ".join(part.en for part in parts))
    return Text(f"活动“{title}”有变动：{zh}。", f"“{title}” has changed: {en}.")


def session_moved(moved: Moved) -> Text:
    """Tell how one session's times changed."""
    starts_at, ends_at = moved.now
    now = moment(starts_at)
    if moved.before is None:
        return Text(f"新增一场，{now.zh}开始", f"a session is added, {now.en}")
    if moved.before[0] == starts_at:
        return Text(f"改为{hour(ends_at)}结束", f"it now ends at {hour(ends_at)}")
    before = moment(moved.before[0])
    return Text(f"时间由{before.zh}改为{now.zh}", f"moved from {before.en} to {now.en}")


def more_sessions(count: int) -> Text:
    more = "session at another time" if count == 1 else "sessions at other times"
    return Text(f"另有{count}场时间有变", f"{count} more {more}")


def place_changed(before: str, now: str) -> Text:
    if not now:
        return Text("地点待定", "the place is not settled yet")
    if not before:
        return Text(f"地点为“{now}”", f"the place is {now}")
    return Text(f"地点由“{before}”改为“{now}”", f"the place is {now} instead of {before}")
