"""The night, minute by minute at its edges, wherever the clock's zone is."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.notices.quiet_hours import QuietHours
from shared.clock import SHANGHAI

NIGHT, NOON, NONE, ALL_BUT_A_MINUTE = "22:00-07:00", "12:00-14:00", "00:00-00:00", "00:01-00:00"


@pytest.mark.parametrize(
    ("hours", "moment", "quiet"),
    [
        (NIGHT, "2026-11-23T21:59:59.999999", False),
        (NIGHT, "2026-11-23T22:00:00", True),
        (NIGHT, "2026-11-23T23:59:59.999999", True),
        (NIGHT, "2026-11-24T00:00:00", True),
        (NIGHT, "2026-12-31T23:59:59", True),
        (NIGHT, "2027-01-01T00:00:00", True),
        (NIGHT, "2026-11-24T06:59:59.999999", True),
        (NIGHT, "2026-11-24T07:00:00", False),
        (NIGHT, "2026-11-24T12:00:00", False),
        (NOON, "2026-11-24T11:59:59", False),
        (NOON, "2026-11-24T12:00:00", True),
        (NOON, "2026-11-24T13:59:59", True),
        (NOON, "2026-11-24T14:00:00", False),
        (NOON, "2026-11-24T00:00:00", False),
        (NONE, "2026-11-24T00:00:00", False),
        (NONE, "2026-11-24T03:00:00", False),
        (NONE, "2026-11-24T23:59:59", False),
        (ALL_BUT_A_MINUTE, "2026-11-24T00:00:59", False),
        (ALL_BUT_A_MINUTE, "2026-11-24T00:01:00", True),
        (ALL_BUT_A_MINUTE, "2026-11-24T23:59:59", True),
    ],
)
def test_the_edges(hours: str, moment: str, *, quiet: bool) -> None:
    local = datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)
    assert QuietHours.read(hours).hold(local) is quiet


@given(
    minute=st.integers(0, 24 * 60 - 1),
    start=st.integers(0, 24 * 60 - 1),
    length=st.integers(0, 24 * 60 - 1),
    offset=st.integers(-12, 14),
)
def test_every_minute_is_quiet_that_lies_so_long_after_their_start(
    minute: int, start: int, length: int, offset: int
) -> None:
    end = (start + length) % (24 * 60)
    hours = QuietHours.read(f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}")
    local = datetime(2026, 11, 24, minute // 60, minute % 60, tzinfo=SHANGHAI)
    elsewhere = local.astimezone(timezone(timedelta(hours=offset)))
    assert hours.hold(elsewhere) is ((minute - start) % (24 * 60) < length)


@pytest.mark.parametrize("text", ["", "22:00", "22-7", "22:00-25:00", "22:00-07:00-08:00", "night"])
def test_a_setting_that_cannot_be_read_says_how_to_write_it(text: str) -> None:
    with pytest.raises(ValueError, match="22:00-07:00"):
        QuietHours.read(text)
