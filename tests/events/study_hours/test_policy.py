"""A day counts 8, half a day 4, anything shorter as long as it was."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.events.study_hours.policy import (
    A_DAY,
    Portion,
    StudyFigures,
    counted,
    credit,
    credits_by_length,
)
from tests.events.study_hours.figures import DELIVERED, figures

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("minutes", "counts"),
    [
        (0, 0),
        (1, 1),
        (45, 45),
        (60, 60),
        (150, 150),
        (179, 179),
        (180, 240),
        (210, 240),
        (240, 240),
        (241, 241),
        (300, 300),
        (359, 359),
        (360, 480),
        (480, 480),
        (600, 480),
        (1440, 480),
    ],
)
def test_a_stretch_counts_as_the_rule_says(minutes: int, counts: int) -> None:
    assert credit(minutes, DELIVERED) == counts


@pytest.mark.parametrize(
    ("office", "asked", "hours"), [(False, True, 32), (True, True, 56), (True, False, None)]
)
def test_secretaries_and_committees_are_asked_for_more_and_some_for_nothing(
    office: bool, asked: bool, hours: int | None
) -> None:
    target = DELIVERED.target(office=office, asked=asked)
    assert target == (None if hours is None else hours * 60)


@st.composite
def any_figures(draw: st.DrawFn) -> StudyFigures:
    day, day_hours = draw(st.integers(1, A_DAY)), draw(st.integers(1, 24))
    return figures(
        day_minutes=day,
        day_hours=day_hours,
        half_day_minutes=draw(st.integers(1, day)),
        half_day_hours=draw(st.integers(1, day_hours)),
    )


@given(any_figures())
def test_longer_never_counts_less_and_nothing_counts_more_than_a_day(asked: StudyFigures) -> None:
    table = credits_by_length(asked)
    assert len(table) == A_DAY + 1
    assert table[0] == 0
    assert table == sorted(table)
    assert table[-1] == asked.day_hours * 60


portions = st.lists(
    st.builds(
        Portion,
        st.sampled_from([UUID(int=n) for n in range(5)]),
        st.integers(0, 3).map(lambda n: MONDAY + timedelta(days=n)),
        st.integers(0, 480),
    ),
    max_size=20,
)


@given(portions)
def test_a_day_counts_as_one_day_whatever_was_in_it(given_: list[Portion]) -> None:
    by_day: dict[date, int] = {}
    for portion in given_:
        by_day[portion.day] = by_day.get(portion.day, 0) + portion.credit
    adds = counted(given_, DELIVERED)
    assert sum(adds.values()) == sum(min(480, total) for total in by_day.values())
    for item, added in adds.items():
        assert 0 <= added <= sum(p.credit for p in given_ if p.item == item)


def test_what_comes_first_counts_first() -> None:
    course, lecture = UUID(int=1), UUID(int=2)
    same_day = [Portion(course, MONDAY, 480), Portion(lecture, MONDAY, 120)]
    assert counted(same_day, DELIVERED) == {course: 480, lecture: 0}
    assert counted(same_day[::-1], DELIVERED) == {lecture: 120, course: 360}
