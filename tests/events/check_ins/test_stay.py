"""What marks come to depends on which there are, never on how they came."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.events.catalogue.access import Audience
from services.events.catalogue.snapshot import SessionSnapshot
from services.events.check_ins.stay import Mark, Stay, stay

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
MEMBER = UUID(int=7)
# A short session, so that marks at minutes 0 to 40 lie before, in and after it.
SESSION = SessionSnapshot(
    session_id=UUID(int=1),
    short_id=1,
    event_id=UUID(int=2),
    event_title="植树",
    category="volunteering",
    tags=(),
    level=None,
    organisation_path="/city/",
    audience=Audience(paths=("/city/",), everyone=True),
    seat_needed=False,
    state="published",
    starts_at=START + timedelta(minutes=10),
    ends_at=START + timedelta(minutes=25),
    opens_at=START,
    closes_at=START + timedelta(minutes=30),
    version=1,
    roles={},
)
LONG_AFTER = START + timedelta(days=1)
BEFORE_THE_END = START + timedelta(minutes=24)


def at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


def mark(
    number: int, direction: str, minute: float, *, flags: tuple[str, ...] = (), voids: int = 0
) -> Mark:
    arrives = direction == "in"
    return Mark(
        id=UUID(int=number),
        member_id=MEMBER,
        direction=direction,
        at=at(minute),
        received_at=at(minute),
        request_hash=b"",
        role="participant" if arrives else None,
        method="pass" if arrives else None,
        flags=flags,
        voids=UUID(int=voids) if voids else None,
    )


def come_to(*marks: Mark, now: datetime = LONG_AFTER, session: SessionSnapshot = SESSION) -> Stay:
    return stay(session, marks, now, None)


@st.composite
def many_marks(draw: st.DrawFn) -> list[Mark]:
    count = draw(st.integers(1, 8))
    made = []
    for number in range(1, count + 1):
        direction = draw(st.sampled_from(["in", "in", "out", "out", "void"]))
        flags = draw(st.sampled_from([(), (), ("late",)]))
        made.append(
            mark(
                number,
                direction,
                draw(st.integers(0, 40)),
                flags=() if direction == "void" else flags,
                voids=draw(st.integers(1, count)) if direction == "void" else 0,
            )
        )
    return made


@given(many_marks(), st.data(), st.sampled_from([BEFORE_THE_END, LONG_AFTER]))
def test_order_and_repetition_change_nothing(
    marks: list[Mark], data: st.DataObject, now: datetime
) -> None:
    shuffled = data.draw(st.permutations([*marks, *data.draw(st.lists(st.sampled_from(marks)))]))
    assert stay(SESSION, shuffled, now, None) == stay(SESSION, marks, now, None)


def half_minutes_in(marks: Sequence[Mark]) -> set[int]:
    """In which half minutes the member was in, by walking through them one by one: the model."""
    inside, since = set(), None
    for half in range(90):
        for m in sorted(marks, key=lambda m: m.direction == "out"):
            if m.at == at(half / 2) and m.direction == "in":
                since = half if since is None else since
            elif m.at == at(half / 2):
                since = None
        if since is not None:
            inside.add(half)
    # Whoever is in for good is taken to have left when the session ended.
    return inside if since is None else {h for h in inside if h < max(since, 2 * 25)}


@given(
    st.lists(st.tuples(st.sampled_from(["in", "out"]), st.integers(0, 40)), min_size=1, max_size=8)
)
def test_minutes_are_those_of_the_session_in_which_the_member_was_in(
    events: list[tuple[str, int]],
) -> None:
    marks = [mark(n, direction, minute) for n, (direction, minute) in enumerate(events, 1)]
    inside = {half for half in half_minutes_in(marks) if 2 * 10 <= half < 2 * 30}
    assert (come_to(*marks).minutes or 0) == len(inside) // 2


@given(many_marks())
def test_a_stay_makes_sense(marks: list[Mark]) -> None:
    result = come_to(*marks)
    if result.arrival is None:
        assert (result.state, result.checked_out_at, result.minutes) == ("annulled", None, None)
        return
    assert result.checked_out_at is not None, "a timed session that is over has let everybody go"
    assert result.checked_out_at >= result.arrival.at
    assert 0 <= (result.minutes or 0) <= 20
    assert (result.state == "pending") is bool(result.arrival.flags)


def test_who_comes_and_leaves_stayed_for_the_time_between() -> None:
    result = come_to(mark(1, "in", 5), mark(2, "out", 20))
    assert (result.checked_out_at, result.minutes, result.automatic) == (at(20), 10, False)


def test_who_comes_back_is_in_and_keeps_the_minutes_of_before() -> None:
    result = come_to(mark(1, "in", 10), mark(2, "out", 15), mark(3, "in", 20), now=BEFORE_THE_END)
    assert (result.checked_out_at, result.minutes) == (None, 5)
    again = come_to(mark(1, "in", 10), mark(2, "out", 15), mark(3, "in", 20), mark(4, "out", 23))
    assert (again.checked_out_at, again.minutes) == (at(23), 8)


def test_of_two_departures_the_first_counts_and_of_two_arrivals_too() -> None:
    result = come_to(mark(1, "in", 10), mark(2, "in", 12), mark(3, "out", 15), mark(4, "out", 20))
    assert (result.arrival and result.arrival.at, result.checked_out_at) == (at(10), at(15))


@pytest.mark.parametrize("came", [10, 24, 26, 29])
def test_whoever_never_left_is_taken_to_have_left_at_the_end(came: int) -> None:
    assert come_to(mark(1, "in", came), now=BEFORE_THE_END).checked_out_at is None
    # Until the doors close everybody may still check out by hand.
    assert come_to(mark(1, "in", came), now=SESSION.closes_at).checked_out_at is None
    result = come_to(mark(1, "in", came), now=SESSION.closes_at + timedelta(microseconds=1))
    left = max(at(came), SESSION.ends_at)
    assert (result.checked_out_at, result.automatic) == (left, True)
    assert result.minutes == max(0, 25 - came)


def test_a_departure_that_turns_up_later_takes_the_place_of_the_taken_for_granted() -> None:
    for minute, minutes in ((20, 10), (28, 18), (39, 20)):
        result = come_to(mark(1, "in", 10), mark(2, "out", minute))
        assert (result.checked_out_at, result.automatic) == (at(minute), False)
        assert result.minutes == minutes


def test_where_the_stay_does_not_matter_nobody_is_checked_out_by_itself() -> None:
    lecture = replace(SESSION, category="lecture")
    assert come_to(mark(1, "in", 10), session=lecture).checked_out_at is None
    held_with = replace(lecture, tags=("volunteering",))
    assert come_to(mark(1, "in", 10), session=held_with).automatic


def test_what_is_in_doubt_counts_only_where_nothing_else_does() -> None:
    late, clean = mark(1, "in", 2, flags=("late",)), mark(2, "in", 15)
    assert (come_to(late).state, come_to(late).arrival) == ("pending", late)
    assert (come_to(late, clean).state, come_to(late, clean).arrival) == ("present", clean)
    looked_at = stay(SESSION, [late, clean], LONG_AFTER, at(3))
    assert (looked_at.state, looked_at.arrival) == ("present", late)
    told_afterwards = replace(late, received_at=at(4))
    assert stay(SESSION, [told_afterwards], LONG_AFTER, at(3)).state == "pending"


def test_what_was_taken_back_never_was() -> None:
    came, left, back = mark(1, "in", 10), mark(2, "out", 12), mark(3, "void", 13, voids=2)
    assert come_to(came, left, back, now=BEFORE_THE_END).checked_out_at is None
    nobody = come_to(came, mark(4, "void", 11, voids=1))
    assert (nobody.state, nobody.arrival) == ("annulled", None)


def test_a_night_into_the_new_year_is_as_long_as_it_was() -> None:
    midnight = datetime(2026, 12, 31, 16, tzinfo=UTC)  # in Shanghai
    night = replace(
        SESSION,
        starts_at=midnight - timedelta(hours=1),
        ends_at=midnight + timedelta(hours=1),
        opens_at=midnight - timedelta(hours=2),
        closes_at=midnight + timedelta(hours=1),
    )
    came = replace(mark(1, "in", 0), at=midnight - timedelta(seconds=1))
    left = replace(mark(2, "out", 0), at=midnight + timedelta(minutes=30))
    assert stay(night, [came, left], LONG_AFTER, None).minutes == 30


@pytest.mark.parametrize("day", range(30))
def test_each_day_of_a_course_is_counted_to_the_minute(day: int) -> None:
    course = replace(
        SESSION, category="training", starts_at=START, ends_at=START + timedelta(days=30),
        closes_at=START + timedelta(days=30),
    )  # fmt: skip
    begins = START + timedelta(days=day)
    came = replace(mark(1, "in", 0), at=begins)
    left = replace(mark(2, "out", 0), at=begins + timedelta(hours=7, minutes=59, seconds=59))
    assert stay(course, [came, left], begins + timedelta(days=1), None).minutes == 479
