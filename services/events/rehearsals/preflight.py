"""What an event needs before people come, and whether it is there. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.text import Text


@dataclass(frozen=True, slots=True)
class Readiness:
    """What is known of an event.

    Attributes:
        state: of the event.
        closes_at: when its last session stops taking check-ins.
        codes_read: whether a code made now reads back as its own.
        screen_on: whether a screen shows it; None where nobody knows.
        expected: how many are expected; None where nobody in particular is.
        lecturer_asked, lecturer: whether it is a lecture, and whether somebody is to give it.
        organisers: how many run it beside its maker.
        rehearsed: how many scans a rehearsal has seen.
    """

    state: str
    closes_at: datetime
    codes_read: bool
    screen_on: bool | None
    expected: int | None
    lecturer_asked: bool
    lecturer: bool
    organisers: int
    rehearsed: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: `ok`, `warning` (one may go on) or `missing` (people will stand there)."""

    code: str
    level: str
    text: Text


_OK: Final = Text("正常。", "All right.")


def findings(ready: Readiness, now: datetime) -> Iterator[Finding]:
    """Yield everything that was looked at, with what to do where something is wanting."""
    yield _found(
        "published", "missing", ready.state in ("published", "open"),
        Text("活动尚未发布，请先发布。", "The event is not published; publish it."),
    )  # fmt: skip
    yield _found(
        "not_over", "missing", now <= ready.closes_at,
        Text("签到时间已过，请检查场次时间。", "Check-in is over already; look at the times."),
    )  # fmt: skip
    yield _found(
        "codes", "missing", ready.codes_read,
        Text("签到码无法识别，请联系系统管理员。", "Codes do not read back; call the administrator."),
    )  # fmt: skip
    yield _found(
        "screen", "warning", bool(ready.screen_on),
        Text(
            "没有会场屏幕在显示此活动，请在会场电脑上打开屏幕页面。",
            "No screen shows the event; open its page on the hall's computer.",
        ),
    )  # fmt: skip
    yield _found(
        "expected_list", "warning", ready.expected != 0,
        Text("应到名单为空，请核对组织和名单。", "Nobody is expected; look at the list."),
    )  # fmt: skip
    yield _found(
        "lecturer", "warning", ready.lecturer or not ready.lecturer_asked,
        Text("尚未指定主讲人，主讲人将按普通参加者计分。",
             "No lecturer is named; whoever lectures would be scored as one who attends."),
    )  # fmt: skip
    yield _found(
        "staff", "warning", ready.organisers > 0,
        Text("没有其他工作人员，建议指定一位组织者。", "You are alone; name another organiser."),
    )  # fmt: skip
    yield _found(
        "rehearsed", "warning", ready.rehearsed > 0,
        Text("还没有演练扫码，可用演练码试扫一次。", "Nobody has tried a scan; use the rehearsal code."),
    )  # fmt: skip


def _found(code: str, level: str, holds: bool, otherwise: Text) -> Finding:  # noqa: FBT001 - a fact
    return Finding(code, "ok", _OK) if holds else Finding(code, level, otherwise)
