"""Why somebody should look at a check-in: every reason, and from where on it is one. Pure.

A flag never refuses anybody. Those a check-in is written with make it wait for one tap of whoever
runs the event; the others are read off the check-ins of an event together, when its review list is
read, so that neither the order of arrival nor the hour of looking changes them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from services.events.catalogue.snapshot import SessionSnapshot
from shared.text import Text

# A code is known for ours for a week and a half day; after a week nobody remembers who was there.
LATEST: Final = timedelta(days=7)
CLOCK_TOLERANCE: Final = timedelta(minutes=5)
# So many late arrivals with one code of one session; so many members with one device at one event.
BURST: Final = 10
DEVICE_MEMBERS: Final = 2
# Scans of a code that had left the screen: so many of one code, or this share of a session's.
PASSED_ON: Final = 5
PASSED_ON_SHARE: Final = 0.3
PASSED_ON_LEAST: Final = 10


@dataclass(frozen=True, slots=True)
class Flag:
    code: str
    text: Text


_ALL: Final = (
    Flag(
        "late",
        Text("扫码后没有网络，事后才发送；请确认本人当时在场。",
             "Sent later than the code was shown; confirm that the member was there."),
    ),
    Flag(
        "clock_off",
        Text("手机或设备的时间与签到码、服务器不符：时钟不准，或扫的是转发的图片。",
             "The device's time does not fit: its clock is wrong, or it scanned a picture."),
    ),
    Flag(
        "outside_window",
        Text("登记的时间不在签到时段内，请核对时间。",
             "Noted outside the hours of check-in; verify when the member was there."),
    ),
    Flag(
        "burst",
        Text("多人事后发送了同一个签到码，可能是转发的图片，请逐一核对。",
             "Many sent this same code late: it may have been passed on; look at each."),
    ),
    Flag(
        "device_shared",
        Text("同一部手机为多人签到，请核对是否代签。",
             "One phone checked in several members; find out whether each was there."),
    ),
    Flag(
        "passed_on",
        Text("签到码离开屏幕后仍有多人使用，可能是转发的图片，请核对。",
             "This code was used by many after it had left the screen: it may have been passed on."),
    ),
    Flag(
        "outside",
        Text("签到时手机不在活动地点范围内，请核对。",
             "The phone was outside the event's place; find out whether the member was there."),
    ),
    Flag(
        "static_code",
        Text("用张贴的固定签到码签到，请抽查。",
             "Checked in with a printed code, which does not change; sample a few."),
    ),
)  # fmt: skip

FLAGS: Final = MappingProxyType({flag.code: flag for flag in _ALL})


def of_late_scan(shown_at: datetime, scanned_at: datetime) -> tuple[str, ...]:
    """Return the flags of a scan that is sent after its code has left the screen.

    When the code was shown is proven by the code; when it was scanned is only the phone's word.
    """
    off = abs(scanned_at - shown_at) > CLOCK_TOLERANCE
    return ("clock_off", "late") if off else ("late",)


def of_mark(
    session: SessionSnapshot, at: datetime, behind: timedelta, direction: str
) -> tuple[str, ...]:
    """Return the flags of what staff noted without network.

    Args:
        session: where.
        at: when it happened, the device's clock already put right.
        behind: how far that clock was behind ours (ahead, if negative), or how far ahead of the
            moment it was told the mark claims to be.
        direction: ``in`` or ``out``; people may leave after check-in has closed.
    """
    opens_at = min(session.opens_at, session.opened_at or session.opens_at)
    in_time = opens_at <= at and (direction == "out" or at <= session.closes_at)
    found = {"clock_off": abs(behind) > CLOCK_TOLERANCE, "outside_window": not in_time}
    return tuple(code for code, applies in found.items() if applies)
