"""Whoever answers for something is reminded of it: before it is wanted, and once it is overdue."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from services.events.cadence.reminders import DUE_SOON, OVERDUE, Reminder, reminders_due
from shared.clock import FixedClock
from shared.database import Database
from tests.events.cadence.conftest import HERE, ROOT, THERE, YOUTH
from tests.events.catalogue.people import People
from tests.events.city import City
from tests.events.past import Past, local

Due = Callable[[str], list[Reminder]]


@pytest.fixture
def due(database: Database, clock: FixedClock) -> Due:
    """Return the reminders of a moment in Shanghai."""

    def find(moment: str) -> list[Reminder]:
        clock.advance((local(moment) - clock.now()).total_seconds())
        with database.unit_of_work() as uow:
            return [*reminders_due(uow)]

    return find


def of(found: list[Reminder], rule: str) -> list[tuple[str, str]]:
    """Return (kind, period) of the reminders about a rule."""
    keys = [r.key.split(":") for r in found]
    return sorted((kind, period) for kind, _, code, period in keys if code == rule)


@pytest.mark.parametrize(
    ("moment", "wanted"),
    [
        # R5 is monthly, and reminds seven days before the end and after it.
        ("2026-11-22 23:59", []),
        ("2026-11-23 00:00", [(DUE_SOON, "2026-11")]),
        ("2026-11-30 23:59", [(DUE_SOON, "2026-11")]),
        ("2026-12-01 00:00", [(OVERDUE, "2026-11")]),
        ("2026-12-07 23:59", [(OVERDUE, "2026-11")]),
        ("2026-12-08 00:00", []),
        ("2027-01-01 00:00", [(OVERDUE, "2026-12")]),
    ],
)
def test_reminders_come_before_the_end_and_after_it(
    due: Due, branch: list[UUID], moment: str, wanted: list[Any]
) -> None:
    assert of(due(moment), "R5") == wanted


def test_each_rule_has_days_of_its_own_over_the_turn_of_the_year(
    due: Due, branch: list[UUID]
) -> None:
    before = due("2026-12-20 12:00")
    assert of(before, "R1") == [(DUE_SOON, "2026-Q4")]
    assert of(before, "R6") == of(before, "R7") == of(before, "R9") == [(DUE_SOON, "2026")]
    after = due("2027-01-10 12:00")
    assert of(after, "R1") == [(OVERDUE, "2026-Q4")]
    assert of(after, "R6") == of(after, "R7") == of(after, "R9") == [(OVERDUE, "2026")]
    assert of(due("2027-02-15 12:00"), "R9") == [(OVERDUE, "2026")]
    assert of(due("2027-02-15 12:00"), "R6") == []


def test_what_is_done_needs_no_reminder(due: Due, past: Past, branch: list[UUID]) -> None:
    past.held(HERE, "theme_day", "2026-11-05 14:00", branch[:1])
    assert of(due("2026-11-25 12:00"), "R5") == []


def test_it_goes_to_whom_it_concerns_and_to_nobody_else(
    due: Due, people: People, city: City, branch: list[UUID]
) -> None:
    where = f"/cadence/{city.organisations[HERE]}/duties/R5"
    body = {"member_id": str(branch[3])}
    named = people.secretary(HERE).send("PUT", where, body, **{"If-Match": '"0"'})
    assert named.status_code == 200
    found = due("2026-11-25 12:00")
    assert {r.member_id for r in found if ":R5:" in r.key} == {branch[3]}
    assert {r.member_id for r in found if ":R5:" not in r.key} == {branch[0]}
    assert {r.subject for r in found} == {city.organisations[HERE]}


def test_a_branch_that_wants_it_earlier_is_reminded_earlier(
    due: Due, people: People, city: City, branch: list[UUID]
) -> None:
    where = f"/cadence/{city.organisations[HERE]}/duties/R5"
    people.secretary(HERE).send("PUT", where, {"due_day": 10}, **{"If-Match": '"0"'})
    assert of(due("2026-12-03 12:00"), "R5") == [(DUE_SOON, "2026-12"), (OVERDUE, "2026-11")]
    (soon,) = [r for r in due("2026-12-03 12:00") if r.key.endswith("R5:2026-12")]
    assert "2026-12-10" in soon.text.zh
    assert "2026-12-10" in soon.text.en


def test_the_same_reminder_has_the_same_key_and_no_other_has(due: Due, branch: list[UUID]) -> None:
    first, again = due("2026-12-03 12:00"), due("2026-12-04 12:00")
    assert [r.key for r in first] == [r.key for r in again]
    assert len({r.key for r in first}) == len(first) > 3


def test_it_says_what_and_until_when_in_both_languages(due: Due, branch: list[UUID]) -> None:
    (soon,) = [r for r in due("2026-11-25 12:00") if ":R5:" in r.key]
    assert soon.text.zh == "组织b1：2026-11 「主题党日」须在 2026-11-30 前完成，目前尚未完成。"
    assert soon.text.en == (
        "组织b1: “Theme day” of 2026-11 is wanted by 2026-11-30; it is not done yet."
    )
    (late,) = [r for r in due("2026-12-01 12:00") if r.key.endswith("R5:2026-11")]
    assert late.kind == OVERDUE
    assert late.text.zh == (
        "组织b1：2026-11 「主题党日」已逾期；如已开展，请补录签到，或标记为已完成。"
    )


def test_where_nobody_answers_nobody_is_told(due: Due, city: City) -> None:
    city.join("Q1", THERE)
    assert due("2026-11-25 12:00") == []


def test_a_new_secretary_is_reminded_of_the_training(due: Due, past: Past, city: City) -> None:
    member = city.join("S1", THERE, roles=[{"role": "branch_secretary", "path": THERE}])
    past.run("UPDATE roster_duties SET since = :at", at=local("2026-06-10 09:00"))
    # Sixty days before the tenth of December.
    assert of(due("2026-10-10 23:59"), "R10") == []
    assert of(due("2026-10-11 00:00"), "R10") == [(DUE_SOON, "2026-06-10")]
    assert of(due("2026-12-11 00:00"), "R10") == [(OVERDUE, "2026-06-10")]
    past.held(THERE, "training", "2026-12-12 09:00", [member])
    assert of(due("2026-12-13 00:00"), "R10") == []


@pytest.mark.parametrize("under", ["/city/u1/", ROOT])
def test_who_leads_a_youth_group_is_reminded_wherever_it_lies(
    due: Due, city: City, past: Past, under: str
) -> None:
    place = YOUTH if under != ROOT else "/city/y9/"
    if place not in city.organisations:
        city.organisations[place] = UUID(int=9)
        entry = {
            "id": str(UUID(int=9)), "code": "y9", "name": "青年读书社", "kind": "cross_cutting",
            "parent_id": str(city.organisations[ROOT]), "path": place, "version": 1,
        }  # fmt: skip
        city.tell("roster.organisations_changed.v1", {"organisations": [entry]})
    past.run("UPDATE roster_organisations SET since = '2024-01-01'")
    leader = city.join(
        "Y1", HERE, cross_paths=[place], roles=[{"role": "group_leader", "path": place}]
    )
    found = [r for r in due("2026-11-25 12:00") if ":R13:" in r.key]
    assert [(r.member_id, r.subject) for r in found] == [(leader, city.organisations[place])]
