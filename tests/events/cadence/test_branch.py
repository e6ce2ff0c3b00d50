"""A branch's calendar: what satisfies which rule, where, and when."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.events.expected.freezing import freeze
from shared.clock import FixedClock
from shared.contracts.roster import MEMBERS_V1
from shared.database import Database
from tests.events.cadence.conftest import GROUP, HERE, ROOT, THERE, UNIT, YOUTH, cells, of_rule
from tests.events.catalogue.people import People
from tests.events.city import City
from tests.events.past import Past, local

# Until November 2026 nothing was done: what each rule says of the first and of the running period.
NOTHING = {
    ("R1", "2026-Q1"): "overdue", ("R1", "2026-Q4"): "due",
    ("R2", "2026-01"): "overdue", ("R2", "2026-11"): "due", ("R2", "2026-12"): "not_applicable",
    ("R3", "2026-01"): "overdue", ("R3", "2026-11"): "due",
    ("R4", "2026-Q3"): "overdue", ("R4", "2026-Q4"): "due",
    ("R5", "2026-10"): "overdue", ("R5", "2026-11"): "due",
    ("R6", "2026"): "due", ("R7", "2026"): "due", ("R8", "2026"): "due", ("R9", "2026"): "due",
}  # fmt: skip


def test_a_branch_that_did_nothing(read: Any, branch: list[UUID]) -> None:
    found = cells(read())
    assert {cell: found[cell] for cell in NOTHING} == NOTHING
    assert len(found) == 2 * 4 + 3 * 12 + 4


def test_what_is_due_says_until_when(read: Any, branch: list[UUID]) -> None:
    found = cells(read(), "next_on")
    assert found["R1", "2026-Q4"] == "2026-12-31"
    assert found["R2", "2026-11"] == "2026-11-30"
    assert found["R6", "2026"] == "2026-12-31"
    assert found["R2", "2026-10"] is None


@pytest.mark.parametrize(
    ("category", "rule", "period"),
    [
        ("branch_meeting", "R1", "2026-Q2"),
        ("committee_meeting", "R2", "2026-05"),
        ("group_meeting", "R3", "2026-05"),
        ("lecture", "R4", "2026-Q2"),
        ("theme_day", "R5", "2026-05"),
        ("organisational_life", "R6", "2026"),
    ],
)
def test_an_event_of_the_branch_satisfies_its_rule_and_no_other(
    read: Any, past: Past, branch: list[UUID], category: str, rule: str, period: str
) -> None:
    calendar = read()
    before = cells(calendar)
    watched = of_rule(calendar, rule)
    assert (watched["seen_by"], watched["kinds"]) == ("events", [category])
    event = past.held(HERE, category, "2026-05-20 14:00", branch[:3])
    calendar = read()
    after = cells(calendar)
    assert {cell for cell in after if after[cell] != before[cell]} == {(rule, period)}
    assert after[rule, period] == "done"
    (shown,) = cells(calendar, "events")[rule, period]
    assert (shown["event_id"], shown["held_on"], shown["present"]) == (str(event), "2026-05-20", 3)


def test_a_co_held_event_satisfies_what_its_tags_say(
    read: Any, past: Past, branch: list[UUID]
) -> None:
    past.held(HERE, "branch_meeting", "2026-05-20 14:00", branch, tags=["lecture", "theme_day"])
    found = cells(read())
    done = {cell for cell, state in found.items() if state == "done"}
    assert done == {("R1", "2026-Q2"), ("R4", "2026-Q2"), ("R5", "2026-05")}


def test_expected_and_present_are_those_of_the_branch(
    read: Any, past: Past, city: City, branch: list[UUID]
) -> None:
    city.join("P8", HERE, status="retired")
    city.join("P9", HERE, status="left")
    guest = city.join("G1", THERE)
    past.held(HERE, "theme_day", "2026-05-20 14:00", [*branch[:4], guest])
    past.held(HERE, "committee_meeting", "2026-05-21 14:00", branch[:2])
    found = cells(read(), "events")
    theme, committee = found["R5", "2026-05"][0], found["R2", "2026-05"][0]
    assert (theme["expected"], theme["present"], theme["excused"]) == (8, 4, 0)
    # Nobody in particular is expected at a committee meeting.
    assert (committee["expected"], committee["present"], committee["excused"]) == (None, 2, None)


def leave(past: Past, event: UUID, member: UUID, state: str = "approved") -> None:
    past.run(
        "INSERT INTO leaves (event_id, member_id, state, reason, asked_by, asked_at, decided_by,"
        " decided_at, decision_reason) VALUES (:event, :member, :state, '出差', :member, now(), :member,"
        " now(), CASE :state WHEN 'declined' THEN '无故' END)",
        event=event, member=member, state=state,
    )  # fmt: skip


def test_who_has_leave_is_excused_unless_present_all_the_same(
    read: Any, past: Past, branch: list[UUID]
) -> None:
    event = past.held(HERE, "theme_day", "2026-05-20 14:00", branch[:4])
    leave(past, event, branch[0])
    leave(past, event, branch[5])
    leave(past, event, branch[6], "declined")
    (shown,) = cells(read(), "events")["R5", "2026-05"]
    assert (shown["expected"], shown["present"], shown["excused"]) == (7, 4, 1)


def test_whoever_is_named_is_expected_and_nobody_else(
    read: Any, past: Past, branch: list[UUID]
) -> None:
    event = past.held(HERE, "committee_meeting", "2026-05-20 14:00", branch[:2])
    past.run("INSERT INTO expected_lists VALUES (:event, true, 1)", event=event)
    for member in branch[1:4]:
        past.run("INSERT INTO expected_members VALUES (:e, :m)", e=event, m=member)
    leave(past, event, branch[3])
    (shown,) = cells(read(), "events")["R2", "2026-05"]
    assert (shown["expected"], shown["present"], shown["excused"]) == (3, 2, 1)


def test_a_list_that_is_frozen_stays(
    read: Any, past: Past, city: City, database: Database, branch: list[UUID]
) -> None:
    past.held(HERE, "theme_day", "2026-05-20 14:00", branch[:2])
    with database.unit_of_work() as uow:
        assert freeze(uow)
        uow.commit()
    city.join("N1", HERE)
    (shown,) = cells(read(), "events")["R5", "2026-05"]
    assert shown["expected"] == 7


def test_where_people_register_those_with_a_seat_are_expected(
    read: Any, past: Past, branch: list[UUID]
) -> None:
    event = past.held(HERE, "lecture", "2026-05-20 14:00", branch[:1])
    past.run("INSERT INTO registration_settings (event_id, required) VALUES (:e, true)", e=event)
    for member, state in ((branch[0], "registered"), (branch[1], "waiting")):
        past.run(
            "INSERT INTO registrations (event_id, id, member_id, state, asked_at)"
            " VALUES (:e, :m, :m, :state, now())",
            e=event, m=member, state=state,
        )  # fmt: skip
    (shown,) = cells(read(), "events")["R4", "2026-Q2"]
    assert (shown["expected"], shown["present"]) == (1, 1)


@pytest.mark.parametrize(
    "more",
    [
        {"check_in": "pending"},
        {"check_in": "annulled"},
        {"who": []},
    ],
)
def test_an_event_that_nobody_was_at_satisfies_nothing(
    read: Any, past: Past, branch: list[UUID], more: dict[str, Any]
) -> None:
    who = more.pop("who", branch)
    past.held(HERE, "theme_day", "2026-05-20 14:00", who, **more)
    assert cells(read())["R5", "2026-05"] == "overdue"


@pytest.mark.parametrize("at", [THERE, "/city/u2/b3/", "/city/u2/", GROUP])
def test_others_events_satisfy_nothing_even_if_members_were_at_them(
    read: Any, past: Past, branch: list[UUID], at: str
) -> None:
    past.held(at, "theme_day", "2026-05-20 14:00", branch)
    assert cells(read())["R5", "2026-05"] == "overdue"


@pytest.mark.parametrize("at", [UNIT, ROOT])
def test_lectures_and_theme_days_above_count_for_the_branches_that_were_there(
    read: Any, past: Past, city: City, branch: list[UUID], at: str
) -> None:
    others = [city.join(f"Q{n}", THERE) for n in range(3)]
    past.held(at, "theme_day", "2026-05-20 14:00", branch[:1])
    past.held(at, "lecture", "2026-05-20 16:00", branch[:1])
    past.held(at, "branch_meeting", "2026-05-21 14:00", branch)
    here, there = read(), cells(read(THERE))
    assert cells(here)["R5", "2026-05"] == cells(here)["R4", "2026-Q2"] == "done"
    assert cells(here)["R1", "2026-Q2"] == "overdue", "a branch meets by itself"
    assert there["R5", "2026-05"] == "overdue"
    (shown,) = cells(here, "events")["R5", "2026-05"]
    assert (shown["expected"], shown["present"]) == (7, 1), "of the branch alone"
    assert others


def test_every_group_holds_its_own_and_those_that_did_not_are_named(
    read: Any, past: Past, city: City, branch: list[UUID]
) -> None:
    second = f"{HERE}g2/"
    city.organisations[second] = group = UUID(int=7)
    entry = {
        "id": str(group), "code": "g2", "name": "第二小组", "kind": "group",
        "parent_id": str(city.organisations[HERE]), "path": second, "version": 1,
    }  # fmt: skip
    city.tell("roster.organisations_changed.v1", {"organisations": [entry]})
    past.held(GROUP, "group_meeting", "2026-05-20 14:00", branch[:2])
    calendar = read()
    assert cells(calendar)["R3", "2026-05"] == "overdue"
    assert cells(calendar, "missing")["R3", "2026-05"] == ["第二小组"]
    past.held(second, "group_meeting", "2026-05-31 23:59", branch[2:3])
    assert cells(read())["R3", "2026-05"] == "done"
    # One meeting of the whole branch is one of each of its groups.
    past.held(HERE, "group_meeting", "2026-06-20 14:00", branch[:2])
    assert cells(read())["R3", "2026-06"] == "done"


def test_no_groups_no_group_meetings(read: Any, city: City) -> None:
    city.join("Q1", THERE)
    assert {state for (rule, _), state in cells(read(THERE)).items() if rule == "R3"} == {
        "not_applicable"
    }


@pytest.mark.parametrize(("full", "state"), [(7, "overdue"), (6, "not_applicable")])
def test_a_branch_without_a_committee_holds_no_committee_meetings(
    read: Any, city: City, full: int, state: str
) -> None:
    for n in range(full):
        city.join(f"Q{n}", THERE)
    city.join("Q8", THERE, status="probationary")
    assert cells(read(THERE))["R2", "2026-01"] == state


def test_of_an_empty_branch_nothing_is_asked(read: Any, city: City) -> None:
    city.join("Q1", THERE, status="left")
    assert set(cells(read(THERE)).values()) == {"not_applicable"}


@pytest.mark.parametrize(
    ("starts", "period"),
    [
        ("2026-04-30 23:59", "2026-04"),
        ("2026-05-01 00:00", "2026-05"),
        ("2025-12-31 23:59", None),
        ("2026-01-01 00:00", "2026-01"),
    ],
)
def test_a_month_begins_and_ends_in_shanghai(
    read: Any, past: Past, branch: list[UUID], starts: str, period: str | None
) -> None:
    past.held(HERE, "theme_day", starts, branch)
    done = {p for (rule, p), state in cells(read()).items() if (rule, state) == ("R5", "done")}
    assert done == ({period} if period else set())


def test_at_midnight_what_was_due_is_overdue(
    read: Any, clock: FixedClock, branch: list[UUID]
) -> None:
    clock.advance((local("2026-12-01 00:00") - clock.now()).total_seconds() - 1)
    assert cells(read())["R5", "2026-11"] == "due"
    clock.advance(1)
    found = cells(read())
    assert (found["R5", "2026-11"], found["R5", "2026-12"]) == ("overdue", "due")


def test_at_the_turn_of_the_year_the_old_one_is_settled(
    read: Any, clock: FixedClock, branch: list[UUID]
) -> None:
    clock.advance((local("2027-01-01 00:00") - clock.now()).total_seconds())
    assert cells(read())["R6", "2026"] == "overdue"
    assert cells(read(year=2027))["R6", "2027"] == "due"
    assert set(cells(read(year=2028)).values()) == {"not_applicable"}


def test_an_event_of_several_months_counts_in_each_and_once(
    read: Any, past: Past, branch: list[UUID]
) -> None:
    spans = [
        (local(f"{day} 14:00"), local(f"{day} 16:00"))
        for day in ("2026-04-10", "2026-04-20", "2026-05-10", "2026-06-10")
    ]
    past.held_in(HERE, "theme_day", spans, [branch, branch, branch, []])
    calendar = read()
    assert [cells(calendar)["R5", f"2026-0{n}"] for n in (4, 5, 6)] == ["done", "done", "overdue"]
    assert cells(calendar, "held")["R5", "2026-04"] == 1
    assert len(cells(calendar, "events")["R5", "2026-04"]) == 1


def test_nothing_is_asked_of_the_time_before_the_first_that_is_known_of_a_branch(
    read: Any, past: Past, branch: list[UUID]
) -> None:
    past.run("UPDATE roster_organisations SET since = '2026-10-05T00:00+08'")
    months = [f"2026-{n:02}" for n in range(1, 12)]
    found = cells(read())
    assert [found["R5", month] for month in months] == [
        *["not_applicable"] * 9, "overdue", "due",
    ]  # fmt: skip
    # History that was brought along is history.
    past.held(HERE, "culture", "2026-08-03 14:00", branch)
    found = cells(read())
    assert [found["R5", month] for month in months] == [
        *["not_applicable"] * 7, "overdue", "overdue", "overdue", "due",
    ]  # fmt: skip
    past.held(HERE, "theme_day", "2026-07-03 14:00", branch)
    assert cells(read())["R5", "2026-07"] == "done"


def test_hours_of_the_members_settle_r9(
    read: Any, past: Past, clock: FixedClock, branch: list[UUID]
) -> None:
    for day in range(1, 8):
        who = branch if day < 5 else branch[:1]
        past.held(HERE, "training", f"2026-03-0{day} 09:00", who, minutes=480)
    calendar = read()
    assert cells(calendar, "study")["R9", "2026"] == {"members": 7, "asked": 7, "met": 7}
    assert cells(calendar)["R9", "2026"] == "done"
    past.run("DELETE FROM check_ins WHERE member_id = :last", last=branch[-1])
    assert cells(read())["R9", "2026"] == "due"
    clock.advance((local("2027-01-01 00:00") - clock.now()).total_seconds())
    calendar = read()
    assert cells(calendar)["R9", "2026"] == "overdue"
    assert cells(calendar, "study")["R9", "2026"] == {"members": 7, "asked": 7, "met": 6}


def new_secretary(city: City, past: Past, day: str = "2026-03-10") -> UUID:
    member = city.join("S1", THERE, roles=[{"role": "branch_secretary", "path": THERE}])
    past.run("UPDATE roster_duties SET since = :at", at=local(f"{day} 09:00"))
    return member


def test_a_new_secretary_is_trained_within_six_months(
    read: Any, past: Past, city: City, clock: FixedClock
) -> None:
    member = new_secretary(city, past)
    (period,) = of_rule(read(THERE), "R10")["periods"]
    assert (period["first"], period["last"], period["state"]) == (
        "2026-03-10", "2026-09-10", "overdue",
    )  # fmt: skip
    # What came before the office does not count.
    past.held(UNIT, "training", "2026-03-01 09:00", [member])
    assert cells(read(THERE))["R10", "2026-03-10"] == "overdue"
    past.held(UNIT, "training", "2026-10-08 09:00", [member])
    (period,) = of_rule(read(THERE), "R10")["periods"]
    assert (period["state"], period["done_on"]) == ("done", "2026-10-08")


def test_a_secretarys_time_runs_over_the_turn_of_the_year(
    read: Any, past: Past, city: City
) -> None:
    new_secretary(city, past, "2026-10-20")
    (period,) = of_rule(read(THERE), "R10")["periods"]
    assert (period["state"], period["next_on"]) == ("due", "2027-04-20")
    assert of_rule(read(THERE, 2027), "R10")["periods"][0]["state"] == "due"
    assert "R10" not in {rule["rule"] for rule in read(THERE, 2025)["rules"]}
    assert "R10" not in {rule["rule"] for rule in read(THERE, 2028)["rules"]}


def test_a_course_or_a_note_is_training_as_well(
    read: Any, past: Past, city: City, people: People
) -> None:
    member = new_secretary(city, past)
    course = {
        "member": member, "id": UUID(int=9), "kind": "training_course", "title": "书记班",
        "day": "2026-06-01",
    }  # fmt: skip
    past.run(
        "INSERT INTO study_facts (member_id, id, kind, title, day, state, revision)"
        " VALUES (:member, :id, :kind, :title, :day, 'present', 1)",
        **course,
    )
    assert of_rule(read(THERE), "R10")["periods"][0]["done_on"] == "2026-06-01"
    past.run("UPDATE study_facts SET state = 'annulled'")
    assert of_rule(read(THERE), "R10")["periods"][0]["state"] == "overdue"
    noted = people.secretary(THERE).send(
        "PUT", f"/cadence/{city.organisations[THERE]}/marks/R10", {"year": 2026, "done": True},
        **{"If-Match": '"0"'},
    )  # fmt: skip
    assert noted.status_code == 200, noted.text
    (period,) = of_rule(read(THERE), "R10")["periods"]
    assert (period["state"], period["done_on"], period["mark"]["done"]) == (
        "done", "2026-11-23", True,
    )  # fmt: skip


def test_the_next_secretary_is_asked_anew_and_a_move_of_the_branch_changes_nothing(
    read: Any, past: Past, city: City, clock: FixedClock
) -> None:
    first = city.member("S1", THERE, roles=[{"role": "branch_secretary", "path": THERE}])
    city.tell(MEMBERS_V1, {"members": [first]})
    past.run("UPDATE roster_duties SET since = :at", at=local("2026-03-10 09:00"))
    moved = {
        "path": "/city/u2/b2/",
        "roles": [{"role": "branch_secretary", "path": "/city/u2/b2/"}],
    }
    city.tell(MEMBERS_V1, {"members": [first | moved | {"version": 2}]})
    city.tell(MEMBERS_V1, {"members": [first | {"version": 3}]})
    assert of_rule(read(THERE), "R10")["periods"][0]["first"] == "2026-03-10"
    city.tell(MEMBERS_V1, {"members": [first | {"roles": [], "version": 4}]})
    assert "R10" not in {rule["rule"] for rule in read(THERE)["rules"]}
    city.join("S2", THERE, roles=[{"role": "branch_secretary", "path": THERE}])
    assert of_rule(read(THERE), "R10")["periods"][0]["first"] == "2026-11-23"


def test_a_group_sees_its_own_meetings(read: Any, past: Past, branch: list[UUID]) -> None:
    past.held(GROUP, "group_meeting", "2026-05-20 14:00", branch[:2])
    calendar = read(GROUP)
    assert [rule["rule"] for rule in calendar["rules"]] == ["R3"]
    assert cells(calendar)["R3", "2026-05"] == "done"
    assert cells(calendar)["R3", "2026-06"] == "overdue"
    (shown,) = cells(calendar, "events")["R3", "2026-05"]
    assert (shown["expected"], shown["present"]) == (7, 2)


def test_a_youth_group_meets_every_month_and_other_groups_need_not(
    read: Any, past: Past, city: City, branch: list[UUID]
) -> None:
    member = city.join("Y1", HERE, cross_paths=[YOUTH])
    past.held(YOUTH, "youth_study", "2026-05-20 14:00", [member, branch[0]])
    calendar = read(YOUTH)
    assert [rule["rule"] for rule in calendar["rules"]] == ["R13"]
    assert cells(calendar)["R13", "2026-05"] == "done"
    assert cells(calendar)["R13", "2026-06"] == "overdue"
    assert cells(calendar, "events")["R13", "2026-05"][0]["present"] == 1
    past.run("UPDATE roster_organisations SET name = '篮球队' WHERE path = :path", path=YOUTH)
    assert set(cells(read(YOUTH)).values()) == {"not_applicable"}


def test_what_lies_ahead_is_no_event_yet(
    read: Any, people: People, clock: FixedClock, city: City, branch: list[UUID]
) -> None:
    """A plan for the year fills no calendar; the check-in does."""
    secretary = people.secretary(HERE)
    soon = clock.now() + timedelta(minutes=20)
    event = people.published(
        secretary, HERE, category="theme_day", starts_at=soon.isoformat(),
        ends_at=(soon + timedelta(hours=2)).isoformat(),
    )  # fmt: skip
    assert cells(read())["R5", "2026-11"] == "due"
    body = {"member_id": str(branch[0]), "reason": "手机没电"}
    assert secretary.post(f"/events/{event['id']}/check-ins", body).status_code == 201
    assert cells(read())["R5", "2026-11"] == "done"
