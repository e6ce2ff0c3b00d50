"""An adjustment's life: proposed by one, decided by another, the member told, the ledger right."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from shared.clock import FixedClock
from tests.points.adjustments.people import (
    CITY_ADMIN,
    DEPUTY,
    SECRETARY,
    UNIT_ADMIN,
    People,
    stored,
)
from tests.points.city import BRANCH, change_member, tell_of

POSTED = ("fact_id", "rule_code", "category", "points", "why", "reverses", "occurred_at")


def of(entries: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return sorted(tuple(str(entry[name]) for name in POSTED) for entry in entries)


@pytest.fixture
def active(people: People, attend: Any, post: Callable[..., None]) -> People:
    """The member has attended three lectures: six points."""
    post(*(attend(people.member, day=f"2026-11-{day:02d}") for day in (2, 9, 16)))
    return people


def test_a_deduction_is_proposed_told_approved_and_posted(active: People) -> None:
    proposed = active.propose()
    assert (proposed["state"], proposed["worth"], proposed["entries"]) == ("proposed", -2, [])
    assert [entry["points"] for entry in proposed["forecast"]] == [-2]
    assert active.points() == 6
    (told,) = active.notices()
    assert told["kind"] == "adjustment.proposed"
    assert "may be heard" in told["text"]
    seen = active.get(UNIT_ADMIN, f"/adjustments/{proposed['id']}")
    assert seen == proposed
    approved = active.post(UNIT_ADMIN, f"/adjustments/{proposed['id']}/approve")
    assert (approved["state"], approved["decided_by"]) == ("approved", str(UNIT_ADMIN))
    assert approved["forecast"] is None
    (entry,) = approved["entries"]
    assert (entry["points"], entry["rule_code"]) == (-2, "D01")
    assert entry["why"] == "Unexcused absence -2, at most 8 of 10 left this year"
    assert entry["fact_id"] == proposed["id"]
    assert active.points() == 4
    told = active.notices()[-1]
    assert told["kind"] == "adjustment.approved"
    assert "appeal until 2026-12-23" in told["text"]
    assert approved["appeal_until"] == "2026-12-23"
    active.prove()


def test_a_plus_is_told_once_it_is_decided(active: People) -> None:
    approved = active.adjusted(kind="prepared_remarks", reason="在学习会上作专题发言")
    assert [entry["points"] for entry in approved["entries"]] == [2]
    assert [told["kind"] for told in active.notices()] == ["adjustment.approved"]
    assert active.points() == 8
    active.prove()


@pytest.mark.parametrize(("points", "after"), [(1.5, 7.5), (-2.5, 3.5), (20, 26), (-20, 0)])
def test_a_correction_gives_what_was_decided(active: People, points: float, after: float) -> None:
    entry = active.ledger()[0]
    approved = active.correction(points, corrects=entry["id"])
    assert approved["worth"] == points
    assert [e["points"] for e in approved["entries"]] == [after - 6]
    with active.city.unit_of_work() as uow:
        fact = uow.session.execute(
            text("SELECT activity, source_key, quantity FROM facts WHERE id = :id"),
            {"id": approved["id"]},
        ).one()
    assert tuple(fact) == (entry["id"], f"adjustment:{approved['id']}", points * 10)
    assert active.points() == after
    active.prove()


@pytest.mark.parametrize(
    ("kind", "points"),
    [("prepared_remarks", 2), ("urgent_task", 5), ("unexcused_absence", -2), ("study_absence", -1)],
)
def test_each_kind_that_people_record_is_worth_what_its_rule_says(
    active: People, kind: str, points: int
) -> None:
    assert [e["points"] for e in active.adjusted(kind=kind)["entries"]] == [points]
    active.prove()


def test_what_is_signed_is_what_is_posted(
    active: People, attend: Any, post: Callable[..., None]
) -> None:
    # The year's limit for remarks is 6, and an earlier one moves all that came after it.
    for day in (10, 11, 12):
        active.adjusted(kind="prepared_remarks", day=f"2026-11-{day}")
    proposed = active.propose(kind="prepared_remarks", day="2026-11-01")
    post(attend(active.member, "theme_day", "2026-11-19"))
    forecast = active.get(UNIT_ADMIN, f"/adjustments/{proposed['id']}")["forecast"]
    assert len(forecast) == 3
    before = {entry["id"] for entry in active.ledger()}
    active.post(UNIT_ADMIN, f"/adjustments/{proposed['id']}/approve")
    assert of(forecast) == of([e for e in active.ledger() if e["id"] not in before])
    active.prove()


def test_a_forecast_leaves_no_trace(active: People) -> None:
    proposed = active.propose()
    before = stored(active.city)
    for who in (active.member, SECRETARY, UNIT_ADMIN):
        active.get(who, f"/adjustments/{proposed['id']}")
    assert stored(active.city) == before
    with active.city.unit_of_work() as uow:
        changes = "SELECT count(*) FROM outbox WHERE data::text LIKE '%changes%'"
        assert uow.session.scalar(text(changes)) == 1, "only the lectures were told of"


def test_a_deduction_stops_at_the_floor_and_says_so(people: People) -> None:
    approved = people.adjusted()
    assert [e["points"] for e in approved["entries"]] == [0]
    assert "cannot go below the floor" in approved["entries"][0]["why"]
    assert approved["worth"] == -2
    people.prove()


@pytest.mark.parametrize("how", ["reject", "withdraw"])
def test_what_is_not_approved_posts_nothing(active: People, how: str) -> None:
    proposed = active.propose()
    before = active.ledger()
    who = UNIT_ADMIN if how == "reject" else SECRETARY
    body = {"reason": "已补假条"} if how == "reject" else None
    closed = active.post(who, f"/adjustments/{proposed['id']}/{how}", body)
    assert closed["state"] == {"reject": "rejected", "withdraw": "withdrawn"}[how]
    assert (closed["forecast"], closed["entries"], closed["appeal_until"]) == (None, [], None)
    assert closed["decision_reason"] == (body and body["reason"])
    assert active.ledger() == before
    assert [told["kind"] for told in active.notices()] == [
        "adjustment.proposed",
        f"adjustment.{closed['state']}",
    ]
    active.prove()


def test_a_reversal_takes_two_people_as_well(active: People) -> None:
    approved = active.adjusted()
    path = f"/adjustments/{approved['id']}"
    reversal = active.post(UNIT_ADMIN, f"{path}/reverse", {"reason": "假条后来找到"}, 201)
    assert (reversal["state"], reversal["reverses"], reversal["worth"]) == (
        "proposed", approved["id"], 2,
    )  # fmt: skip
    assert [entry["points"] for entry in reversal["forecast"]] == [2]
    seen = active.get(SECRETARY, path)
    assert (seen["reversed_by"], seen["undone"]) == (reversal["id"], False)
    own = active.refused(UNIT_ADMIN, "POST", f"/adjustments/{reversal['id']}/approve")
    assert own == (403, "second_person_needed")
    done = active.post(SECRETARY, f"/adjustments/{reversal['id']}/approve")
    assert [entry["points"] for entry in done["entries"]] == [-2, 2]
    assert done["entries"][1]["reverses"] == approved["entries"][0]["id"]
    assert active.get(SECRETARY, path)["undone"] is True
    assert active.points() == 6
    active.prove()


def test_to_reverse_a_plus_is_a_deduction_and_told_as_one(active: People) -> None:
    approved = active.adjusted(kind="urgent_task")
    active.post(UNIT_ADMIN, f"/adjustments/{approved['id']}/reverse", {"reason": "查无此事"}, 201)
    told = active.notices()[-1]
    assert told["kind"] == "adjustment.proposed"
    assert "by reversing urgent task of 2026-11-20" in told["text"]


def test_a_reversal_is_proposed_once_and_again_only_after_it_was_rejected(active: People) -> None:
    approved = active.adjusted()
    path = f"/adjustments/{approved['id']}/reverse"
    first = active.post(UNIT_ADMIN, path, {"reason": "误记"}, 201)
    twice = active.refused(SECRETARY, "POST", path, {"reason": "误记"})
    assert twice == (409, "already_being_reversed")
    active.post(SECRETARY, f"/adjustments/{first['id']}/reject", {"reason": "属实"})
    second = active.post(UNIT_ADMIN, path, {"reason": "有新证据"}, 201)
    active.post(SECRETARY, f"/adjustments/{second['id']}/approve")
    again = active.refused(SECRETARY, "POST", path, {"reason": "误记"})
    assert again == (409, "already_being_reversed")
    final = active.refused(
        SECRETARY, "POST", f"/adjustments/{second['id']}/reverse", {"reason": "误记"}
    )
    assert final == (409, "reversal_is_final")
    active.prove()


def test_a_decided_case_is_closed(active: People) -> None:
    closed = [active.adjusted()["id"], active.propose()["id"], active.propose()["id"]]
    active.post(DEPUTY, f"/adjustments/{closed[1]}/reject", {"reason": "不实"})
    active.post(SECRETARY, f"/adjustments/{closed[2]}/withdraw")
    for adjustment in closed:
        for what, body in (("approve", None), ("reject", {"reason": "x"}), ("withdraw", None)):
            for who in (SECRETARY, CITY_ADMIN):
                answer = active.refused(who, "POST", f"/adjustments/{adjustment}/{what}", body)
                assert answer == (409, "adjustment_closed")
    for adjustment in closed[1:]:
        path = f"/adjustments/{adjustment}/reverse"
        answer = active.refused(SECRETARY, "POST", path, {"reason": "误记"})
        assert answer == (409, "adjustment_not_approved")
    active.prove()


def test_a_repeated_request_proposes_once(people: People) -> None:
    body = people.proposal()
    answers = [
        people.call(SECRETARY, "POST", "/adjustments", body, Idempotency_Key="one").json["id"]
        for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert len(people.get(SECRETARY, "/adjustments")["items"]) == 1


def test_an_adjustment_stays_when_the_member_is_scored_no_longer(active: People) -> None:
    approved = active.adjusted(kind="urgent_task")
    for scored in (False, True):
        change_member(active.city, active.member, scored=scored, branch=BRANCH)
        tell_of(active.city, active.member)
        assert active.points() == 11
        active.prove()
    assert len(active.get(SECRETARY, f"/adjustments/{approved['id']}")["entries"]) == 1


def test_what_counts_today_counts_from_now(active: People, clock: FixedClock) -> None:
    approved = active.adjusted(day="2026-11-23")
    assert UUID(approved["id"])
    assert approved["entries"][0]["occurred_at"] == clock.now().isoformat()
    active.prove()
