"""A rule gives the days that people mean."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.events.series.policy import LONGEST, MOST_EVENTS, WEEKDAYS, days_of, rule_of
from services.events.series.schemas import RecurrenceIn
from shared.errors import Unprocessable
from shared.working_days import published

MONDAY = date(2026, 11, 30)


def rule(**said: Any) -> str:
    return rule_of(RecurrenceIn().load({"count": 4} | said))


def days(first: date, *, skip: bool = False, **said: Any) -> list[str]:
    found = days_of(rule(**said), first, skip_holidays=skip)
    return [f"{day.day:%m-%d}" for day in found if day.holiday is None]


@pytest.mark.parametrize(
    ("first", "said", "expected"),
    [
        (MONDAY, {"every": "week"}, ["11-30", "12-07", "12-14", "12-21"]),
        (MONDAY, {"every": "week", "interval": 2}, ["11-30", "12-14", "12-28", "01-11"]),
        (
            MONDAY,
            {"every": "week", "weekdays": ["tu", "th"]},
            ["12-01", "12-03", "12-08", "12-10"],
        ),
        (date(2026, 1, 15), {"every": "month"}, ["01-15", "02-15", "03-15", "04-15"]),
        (date(2026, 1, 31), {"every": "month"}, ["01-31", "03-31", "05-31", "07-31"]),
        (date(2026, 1, 1), {"every": "month", "day": -1}, ["01-31", "02-28", "03-31", "04-30"]),
        (
            date(2026, 1, 1),
            {"every": "month", "weekdays": ["th"], "nth": 3},
            ["01-15", "02-19", "03-19", "04-16"],
        ),
        (
            date(2026, 1, 1),
            {"every": "month", "weekdays": ["mo", "tu", "we", "th", "fr"], "nth": -1},
            ["01-30", "02-27", "03-31", "04-30"],
        ),
        (date(2026, 2, 10), {"every": "quarter"}, ["02-10", "05-10", "08-10", "11-10"]),
        (date(2026, 7, 1), {"every": "year", "count": 2}, ["07-01", "07-01"]),
        (
            MONDAY,
            {"every": "week", "count": None, "until": "2026-12-14"},
            ["11-30", "12-07", "12-14"],
        ),
    ],
)
def test_the_days_people_mean(first: date, said: dict[str, Any], expected: list[str]) -> None:
    assert days(first, **said) == expected


def test_public_holidays_are_passed_over_and_ordinary_weekends_are_not() -> None:
    """The first of each month of 2026: New Year, Labour Day and National Day are off."""
    months = {"every": "month", "count": 12}
    kept = days(date(2026, 1, 1), skip=True, **months)
    assert kept == [f"{month:02d}-01" for month in (2, 3, 4, 6, 7, 8, 9, 11, 12)]
    passed = days_of(rule(**months), date(2026, 1, 1), skip_holidays=True)
    assert [d.holiday.zh for d in passed if d.holiday] == ["元旦", "劳动节", "国庆节"]
    assert date(2026, 2, 1).weekday() == 6
    assert published(date(2026, 2, 1)).working is False


@pytest.mark.parametrize(
    ("first", "said", "code"),
    [
        (MONDAY, {"every": "week", "count": 106}, "series_too_long"),
        (
            MONDAY,
            {"every": "week", "weekdays": [*WEEKDAYS], "count": None, "until": "2028-11-01"},
            "series_too_long",
        ),
        (MONDAY, {"every": "week", "count": None, "until": "2026-11-29"}, "series_empty"),
        (date(2026, 2, 1), {"every": "year", "day": 30, "count": 1}, "series_empty"),
        (date(2099, 12, 1), {"every": "month", "count": 2}, "series_too_long"),
    ],
)
def test_what_is_too_much_or_nothing_is_refused(
    first: date, said: dict[str, Any], code: str
) -> None:
    with pytest.raises(Unprocessable) as refusal:
        days(first, **said)
    assert refusal.value.code == code


def test_a_series_of_nothing_but_holidays_is_empty() -> None:
    with pytest.raises(Unprocessable) as refusal:
        days(date(2026, 10, 1), skip=True, every="week", count=1)
    assert refusal.value.code == "series_empty"


@given(
    first=st.dates(date(2020, 1, 1), date(2097, 1, 1)),
    every=st.sampled_from(["week", "month", "quarter", "year"]),
    interval=st.integers(1, 12),
    weekdays=st.lists(st.sampled_from(WEEKDAYS), unique=True, max_size=7),
    nth=st.sampled_from([None, 1, 2, 3, 4, -1]),
    count=st.integers(1, MOST_EVENTS),
    skip=st.booleans(),
)
def test_days_rise_lie_in_bounds_and_are_as_many_as_asked_for(
    *, first: date, every: str, interval: int, weekdays: list[str], nth: int | None, count: int,
    skip: bool,
) -> None:  # fmt: skip
    said = {"every": every, "interval": interval, "weekdays": weekdays, "nth": nth, "count": count}
    if RecurrenceIn().validate(said):
        return
    try:
        found = days_of(rule(**said), first, skip_holidays=skip)
    except Unprocessable:
        return  # too long, or nothing but holidays: tried above
    on = [day.day for day in found]
    assert len(on) == count
    assert all(earlier < later for earlier, later in pairwise(on))
    assert first <= on[0]
    assert on[-1] - first <= LONGEST
    names = [WEEKDAYS[day.weekday()] for day in on]
    assert not weekdays or set(names) <= set(weekdays)
    if every == "week" and not weekdays:
        assert {(b - a) for a, b in pairwise(on)} <= {timedelta(weeks=interval)}
    for day in found:
        off = published(day.day)
        assert (day.holiday is not None) == (skip and not off.working and off.reason is not None)


@pytest.mark.parametrize(
    "said",
    [
        {"every": "day"}, {"every": "week", "interval": 0}, {"every": "week", "nth": 1},
        {"every": "week", "day": 3}, {"every": "month", "nth": 5, "weekdays": ["mo"]},
        {"every": "month", "nth": 1}, {"every": "month", "weekdays": ["mo"]},
        {"every": "month", "day": 0}, {"every": "month", "day": 32},
        {"every": "month", "nth": 1, "weekdays": ["mo"], "day": 3},
        {"every": "week", "until": "2026-12-01"}, {"every": "week", "count": None},
        {"every": "week", "count": 201}, {"every": "week", "weekdays": ["xx"]},
        {"every": "week", "rule": "FREQ=SECONDLY"},
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_named(said: dict[str, Any]) -> None:
    assert RecurrenceIn().validate({"count": 4} | said)
