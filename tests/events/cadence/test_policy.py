"""Done, due, overdue: by table, by the calendar's edges, and as properties."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.events.cadence.policy import (
    MONTHS,
    Period,
    State,
    before,
    due_on,
    later,
    period_at,
    periods_in,
    standing,
    training_time,
)

NOVEMBER = Period("2026-11", date(2026, 11, 1), date(2026, 11, 30))
DAYS = st.dates(date(2001, 1, 1), date(2099, 12, 31))
KINDS = st.sampled_from(sorted(MONTHS))


@pytest.mark.parametrize(
    ("today", "held", "state", "next_on"),
    [
        ("2026-10-31", 0, State.NOT_APPLICABLE, None),
        ("2026-10-31", 1, State.DONE, None),
        ("2026-11-01", 0, State.DUE, date(2026, 11, 30)),
        ("2026-11-30", 0, State.DUE, date(2026, 11, 30)),
        ("2026-12-01", 0, State.OVERDUE, None),
        ("2026-11-15", 1, State.DONE, None),
        ("2026-12-01", 1, State.DONE, None),
        ("2027-12-01", 2, State.DONE, None),
    ],
)
def test_a_rule_stands_in_a_month(
    today: str, held: int, state: State, next_on: date | None
) -> None:
    assert standing(NOVEMBER, held, 1, date.fromisoformat(today)) == (state, next_on)


def test_it_is_done_only_when_it_was_done_often_enough() -> None:
    over = date(2026, 12, 1)
    assert standing(NOVEMBER, 1, 2, over).state is State.OVERDUE
    assert standing(NOVEMBER, 2, 2, over).state is State.DONE


@given(today=DAYS, held=st.integers(0, 3))
def test_what_does_not_apply_never_does(today: date, held: int) -> None:
    assert standing(NOVEMBER, held, 1, today, applies=False) == (State.NOT_APPLICABLE, None)


@given(kind=KINDS, day=DAYS, held=st.integers(0, 3), minimum=st.integers(1, 3), today=DAYS)
def test_states_go_one_way_and_more_is_never_worse(
    kind: str, day: date, held: int, minimum: int, today: date
) -> None:
    period = period_at(kind, day)
    found = standing(period, held, minimum, today)
    assert (found.next_on is not None) == (found.state is State.DUE)
    if found.state is State.DUE:
        assert period.first <= today <= found.next_on == period.last
    if found.state is State.OVERDUE:
        assert standing(period, held, minimum, today + timedelta(days=1)).state is State.OVERDUE
    if found.state is State.DONE:
        assert standing(period, held + 1, minimum, today).state is State.DONE


@given(kind=KINDS, year=st.integers(2001, 2098))
def test_periods_tile_the_year(kind: str, year: int) -> None:
    periods = periods_in(kind, year)
    assert len(periods) == 12 // MONTHS[kind]
    assert (periods[0].first, periods[-1].last) == (date(year, 1, 1), date(year, 12, 31))
    for one, next_one in pairwise(periods):
        assert one.last + timedelta(days=1) == next_one.first
        assert before(kind, next_one) == one


@given(kind=KINDS, day=DAYS)
def test_a_day_lies_in_its_period(kind: str, day: date) -> None:
    period = period_at(kind, day)
    assert period.first <= day <= period.last
    assert period in periods_in(kind, day.year)


def test_periods_are_named_as_everywhere() -> None:
    assert [p.name for p in periods_in("quarter", 2026)] == [
        "2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4",
    ]  # fmt: skip
    assert period_at("month", date(2026, 2, 28)).name == "2026-02"
    assert period_at("year", date(2026, 2, 28)).name == "2026"
    assert before("month", period_at("month", date(2026, 1, 31))).name == "2025-12"
    assert period_at("month", date(2024, 2, 1)).last == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-03-01", "2026-09-01"),
        ("2026-08-31", "2027-02-28"),
        ("2027-08-31", "2028-02-29"),
        ("2026-12-15", "2027-06-15"),
    ],
)
def test_a_new_secretary_has_six_months(since: str, until: str) -> None:
    period = training_time(date.fromisoformat(since), 6)
    assert (period.first.isoformat(), period.last.isoformat()) == (since, until)


@given(day=DAYS.filter(lambda d: d.year < 2090), months=st.integers(0, 60))
def test_months_later_is_that_many_months_later(day: date, months: int) -> None:
    after = later(day, months)
    assert (after.year - day.year) * 12 + after.month - day.month == months
    assert after.day <= day.day
    assert after.day == day.day or (after + timedelta(days=1)).day == 1


@pytest.mark.parametrize(
    ("kind", "day", "due_day", "wanted"),
    [
        ("month", "2026-11-05", None, "2026-11-30"),
        ("month", "2026-11-05", 20, "2026-11-20"),
        ("month", "2026-02-05", 31, "2026-02-28"),
        ("quarter", "2026-11-05", 10, "2026-12-10"),
        ("year", "2026-01-05", 1, "2026-12-01"),
    ],
)
def test_a_branch_may_want_it_before_the_end(
    kind: str, day: str, due_day: int | None, wanted: str
) -> None:
    assert due_on(period_at(kind, date.fromisoformat(day)), due_day).isoformat() == wanted
