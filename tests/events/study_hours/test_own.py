"""A member's own study hours: what counts, on which day, of which year."""

from typing import Any
from uuid import UUID

import pytest

from tests.events.catalogue.people import People
from tests.events.city import City
from tests.events.past import Past, local
from tests.events.study_hours.conftest import Tell

HERE, THERE, UNIT, YOUTH = "/city/u1/b1/", "/city/u1/b2/", "/city/u1/", "/city/u1/youth/"


@pytest.fixture
def member(city: City) -> UUID:
    return city.join("P1", HERE)


@pytest.fixture
def own(people: People, member: UUID) -> Any:
    """Read the member's own study hours."""

    def read(year: int | None = 2026) -> Any:
        query = "" if year is None else f"?year={year}"
        answer = people.person(member_id=member).get(f"/me/study-hours{query}")
        assert answer.status_code == 200, answer.text
        return answer.json

    return read


def test_nothing_yet(own: Any) -> None:
    assert own() == {"year": 2026, "hours": 0, "target": 32, "missing": 32, "items": []}


def test_study_that_was_attended_counts_and_says_of_what(
    own: Any, past: Past, member: UUID
) -> None:
    event = past.held(HERE, "lecture", "2026-03-01 14:00", [member], title="第一季度党课")
    past.held(HERE, "branch_meeting", "2026-03-02 14:00", [member])
    found = own()
    assert (found["hours"], found["missing"]) == (2, 30)
    (item,) = found["items"]
    del item["id"]
    assert item == {
        "kind": "attendance",
        "title": "第一季度党课",
        "event_id": str(event),
        "day": "2026-03-01",
        "worth": 2,
        "hours": 2,
    }


def test_a_co_held_event_counts_by_its_tags_and_once(own: Any, past: Past, member: UUID) -> None:
    past.held(HERE, "branch_meeting", "2026-03-01 14:00", [member], tags=["lecture"])
    past.held(HERE, "study_session", "2026-03-02 14:00", [member], tags=["lecture", "youth_study"])
    assert own()["hours"] == 4


@pytest.mark.parametrize("check_in", ["pending", "annulled"])
def test_only_who_is_present_has_studied(own: Any, past: Past, member: UUID, check_in: str) -> None:
    past.held(HERE, "lecture", "2026-03-01 14:00", [member], check_in=check_in)
    assert own()["items"] == []


@pytest.mark.parametrize(
    ("starts", "minutes", "hours", "days"),
    [
        ("2026-03-02 09:00", 30, 0.5, ["2026-03-02"]),
        ("2026-03-02 09:00", 50, 0.83, ["2026-03-02"]),
        ("2026-03-02 09:00", 180, 4, ["2026-03-02"]),
        ("2026-03-02 09:00", 300, 5, ["2026-03-02"]),
        ("2026-03-02 08:30", 540, 8, ["2026-03-02"]),
        # One stretch, whatever midnight it runs over.
        ("2026-03-02 22:00", 180, 4, ["2026-03-02"]),
        ("2026-03-02 09:00", 24 * 60, 8, ["2026-03-02"]),
        # Longer than that is counted day by day: 15 h, two whole days, and 50 minutes.
        ("2026-03-02 09:00", 15 * 60 + 2 * 24 * 60 + 50, 24.83, ["2026-03-02"]),
    ],
)
def test_sessions_count_by_their_length(
    own: Any, past: Past, member: UUID, starts: str, minutes: int, hours: float, days: list[str]
) -> None:
    past.held(HERE, "study_session", starts, [member], minutes=minutes)
    found = own()
    assert found["hours"] == hours
    assert [item["day"] for item in found["items"]] == days


def test_a_stay_counts_where_its_length_matters(own: Any, past: Past, member: UUID) -> None:
    past.held(HERE, "training", "2026-03-02 09:00", [member], minutes=480, stay=90)
    # Nobody checks out of a lecture; whoever did has heard it all the same.
    past.held(HERE, "lecture", "2026-03-03 09:00", [member], stay=15)
    # Not checked out: the session counts.
    past.held(HERE, "training", "2026-03-04 09:00", [member], minutes=480)
    assert [item["hours"] for item in own()["items"]] == [1.5, 2, 8]


def test_who_comes_after_the_end_was_there_for_no_time(own: Any, past: Past, member: UUID) -> None:
    """The door may be open longer than the course."""
    past.held(
        HERE, "training", "2026-03-02 09:00", [member], minutes=180,
        came="2026-03-02 12:20", stay=0,
    )  # fmt: skip
    assert [item["hours"] for item in own()["items"]] == [0]


def test_a_stay_of_several_days_is_cut_at_midnights_from_the_arrival_on(
    own: Any, past: Past, member: UUID
) -> None:
    past.held(
        HERE, "training", "2026-03-02 09:00", [member], minutes=4 * 24 * 60,
        came="2026-03-03 20:00", stay=29 * 60,
    )  # fmt: skip
    # From the evening of the 3rd (4 h) over the 4th (a day) to one in the night of the 5th (1 h).
    assert own()["hours"] == 4 + 8 + 1


def test_two_sessions_of_a_day_are_a_day_and_no_more(own: Any, past: Past, member: UUID) -> None:
    spans = [
        (local("2026-03-02 08:30"), local("2026-03-02 11:30")),
        (local("2026-03-02 14:00"), local("2026-03-02 17:00")),
        (local("2026-03-02 19:00"), local("2026-03-02 21:00")),
    ]
    past.held_in(HERE, "study_session", spans, [[member]] * 3)
    found = own()
    assert [(item["worth"], item["hours"]) for item in found["items"]] == [(4, 4), (4, 4), (2, 0)]
    assert found["hours"] == 8


@pytest.mark.parametrize(
    ("starts", "in_2025", "in_2026"),
    [
        ("2025-12-31 23:59", 2, 0),
        ("2026-01-01 00:00", 0, 2),
        ("2025-12-31 23:00", 2, 0),
        ("2026-12-31 23:59", 0, 2),
        ("2027-01-01 00:00", 0, 0),
    ],
)
def test_a_year_begins_and_ends_in_shanghai(
    own: Any, past: Past, member: UUID, starts: str, in_2025: int, in_2026: int
) -> None:
    past.held(HERE, "lecture", starts, [member])
    assert (own(2025)["hours"], own(2026)["hours"]) == (in_2025, in_2026)


def test_the_present_year_is_shanghais(own: Any, clock: Any) -> None:
    assert own(None)["year"] == 2026
    # 2027-01-01 00:00 in Shanghai is still 2026 in UTC.
    clock.advance((local("2027-01-01 00:00") - clock.now()).total_seconds() - 1)
    assert own(None)["year"] == 2026
    clock.advance(1)
    assert own(None)["year"] == 2027


def test_a_course_counts_its_days_from_the_first_on(own: Any, member: UUID, tell: Tell) -> None:
    tell(member, day="2026-12-30", days=5)
    assert own()["hours"] == 16
    assert own(2027)["hours"] == 24
    assert own()["items"][0]["day"] == "2026-12-30"


def test_a_course_of_unknown_length_is_the_shortest_there_is(
    own: Any, member: UUID, tell: Tell
) -> None:
    tell(member)
    assert own()["hours"] == 24


def test_a_course_that_was_attended_as_an_event_too_counts_once(
    own: Any, past: Past, member: UUID, tell: Tell
) -> None:
    tell(member, day="2026-03-02", days=3)
    for day in ("02", "03", "04"):
        past.held(HERE, "training", f"2026-03-{day} 09:00", [member], minutes=480)
    assert own()["hours"] == 24


def test_make_up_study_counts_what_the_missed_session_counts(
    own: Any, past: Past, member: UUID, tell: Tell
) -> None:
    missed = past.held(HERE, "lecture", "2026-03-02 09:00", minutes=240)
    past.held(HERE, "lecture", "2026-03-02 15:00", minutes=30)
    past.held(THERE, "lecture", "2026-03-02 09:00", minutes=480)
    past.held(UNIT, "lecture", "2026-03-03 09:00", minutes=480)
    tell(member, "make_up_study", "2026-03-02", missed="lecture")
    (item,) = own()["items"]
    assert (item["kind"], item["event_id"], item["hours"]) == ("make_up_study", str(missed), 4)


@pytest.mark.parametrize(
    ("at", "category", "more", "hours"),
    [
        (UNIT, "lecture", {}, 4),
        ("/city/", "lecture", {}, 4),
        (YOUTH, "lecture", {}, 4),
        ("/city/u1/b1/g1/", "lecture", {}, 4),
        (THERE, "lecture", {}, 2),
        (HERE, "theme_day", {"tags": ["lecture"]}, 4),
        (HERE, "study_session", {}, 2),
        (HERE, "lecture", {"state": "cancelled"}, 2),
        (HERE, "lecture", {"state": "draft"}, 2),
    ],
)
def test_the_missed_session_is_one_the_member_belonged_to(
    people: People, past: Past, city: City, tell: Tell, at: str, category: str,
    more: dict[str, Any], hours: int,
) -> None:  # fmt: skip
    member = city.join("P2", HERE, group_path="/city/u1/b1/g1/", cross_paths=[YOUTH])
    past.held(at, category, "2026-03-02 09:00", minutes=240, **more)
    tell(member, "make_up_study", "2026-03-02", missed="lecture")
    found = people.person(member_id=member).get("/me/study-hours?year=2026").json
    assert found["hours"] == hours


@pytest.mark.parametrize("missed", ["branch_meeting", "nonsense", None])
def test_making_up_for_what_is_no_study_counts_nothing(
    own: Any, member: UUID, tell: Tell, missed: str | None
) -> None:
    tell(member, "make_up_study", "2026-03-02", missed=missed)
    assert own()["items"] == []


def test_annulled_study_counts_no_more(own: Any, member: UUID, tell: Tell) -> None:
    told = tell(member, days=3)
    tell(member, **told | {"state": "annulled", "reason": "发错了表", "revision": 2})
    assert own()["hours"] == 0


def test_who_is_asked_for_what(people: People, city: City) -> None:
    for roles, status, target in (
        ([], "full", 32),
        ([], "probationary", 32),
        ([{"role": "branch_secretary", "path": HERE}], "full", 56),
        ([{"role": "committee_member", "path": HERE}], "full", 56),
        ([{"role": "group_leader", "path": f"{HERE}g1/"}], "full", 32),
        ([], "retired", None),
        ([{"role": "branch_secretary", "path": HERE}], "mobile", None),
    ):
        member = city.join(f"{len(roles)}-{status}-{target}", HERE, roles=roles, status=status)
        found = people.person(member_id=member).get("/me/study-hours?year=2026").json
        assert (found["target"], found["missing"]) == (target, target), (roles, status)


def test_somebody_the_roster_does_not_know_is_asked_for_nothing(people: People) -> None:
    found = people.person().get("/me/study-hours").json
    assert (found["hours"], found["target"], found["items"]) == (0, None, [])


@pytest.mark.parametrize("year", ["1999", "2101", "x", "-1"])
def test_a_year_that_cannot_be_is_refused(people: People, year: str) -> None:
    assert people.person().get(f"/me/study-hours?year={year}").status_code == 422
