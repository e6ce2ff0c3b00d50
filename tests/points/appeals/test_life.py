"""An appeal's life: lodged in time, decided by somebody uninvolved, once more a level up."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from shared.clock import FixedClock
from tests.points.adjustments.people import (
    CITY_ADMIN,
    DEPUTY,
    SECOND_UNIT_ADMIN,
    SECRETARY,
    UNIT_ADMIN,
    People,
)

DAY = 86_400
DISMISS = {"decision": "dismiss", "reason": "经核实，记录无误"}
ANNUL = {"decision": "uphold", "reason": "假条有效", "remedy": "annul"}


def correct(points: float) -> dict[str, Any]:
    return {"decision": "uphold", "reason": "漏记", "remedy": "correct", "points": points}


@pytest.fixture
def active(people: People, attend: Any, post: Callable[..., None]) -> People:
    """The member has attended three lectures: six points."""
    post(*(attend(people.member, day=f"2026-11-{day:02d}") for day in (2, 9, 16)))
    return people


def lodge(people: People, status: int = 201, **about: Any) -> dict[str, Any]:
    body = {"reason": "当天请过假", "evidence": "假条在支部书记处", **about}
    return people.post(people.member, "/appeals", body, status)


def decide(people: People, who: Any, appeal: dict[str, Any], ruling: dict[str, Any]) -> Any:
    return people.post(who, f"/appeals/{appeal['id']}/decide", ruling)


def test_a_wrong_deduction_is_annulled(active: People) -> None:
    adjustment = active.adjusted()
    (entry,) = adjustment["entries"]
    assert active.points() == 4
    appeal = lodge(active, entry_id=entry["id"])
    assert (appeal["state"], appeal["level"], appeal["due_on"]) == ("open", "branch", "2026-11-30")
    assert appeal["adjustment_id"] == adjustment["id"]
    assert [e["id"] for e in appeal["about"]] == [entry["id"]]
    decided = decide(active, DEPUTY, appeal, ANNUL)
    assert (decided["state"], decided["remedy"], decided["decided_by"]) == (
        "upheld", "annul", str(DEPUTY),
    )  # fmt: skip
    assert [e["points"] for e in decided["about"]] == [-2, 2]
    assert active.points() == 6
    assert active.get(SECRETARY, f"/adjustments/{adjustment['id']}")["undone"] is True
    told = active.notices()[-1]
    assert told["kind"] == "appeal.upheld.first"
    assert "upheld; your points change by 2" in told["text"]
    active.prove()


def test_too_few_points_are_made_good_by_a_linked_entry(active: People) -> None:
    entry = active.ledger()[0]
    appeal = lodge(active, entry_id=entry["id"])
    decided = decide(active, SECRETARY, appeal, correct(1.5))
    (given,) = decided["entries"]
    assert (given["points"], given["rule_code"]) == (1.5, "M01")
    assert given["occurred_at"] == entry["occurred_at"]
    with active.city.unit_of_work() as uow:
        linked = uow.session.execute(
            text("SELECT id::text, activity, source_key FROM facts WHERE kind = 'correction'")
        ).one()
    assert tuple(linked) == (appeal["id"], entry["id"], f"appeal:{appeal['id']}")
    assert active.points() == 7.5
    active.prove()


def test_what_was_never_posted_is_appealed_about_as_well(active: People) -> None:
    appeal = lodge(active, fact_kind="theme_day", day="2026-11-10")
    assert (appeal["about"], appeal["entry_id"]) == ([], None)
    refused = active.refused(SECRETARY, "POST", f"/appeals/{appeal['id']}/decide", ANNUL)
    assert refused == (422, "annul_not_possible")
    decided = decide(active, SECRETARY, appeal, correct(1))
    assert [e["points"] for e in decided["entries"]] == [1]
    assert decided["entries"][0]["occurred_at"].startswith("2026-11-10T15:59:59")
    active.prove()


def test_an_adjustment_that_gave_no_points_is_appealed_about_by_its_id(people: People) -> None:
    adjustment = people.adjusted()
    appeal = lodge(people, adjustment_id=adjustment["id"])
    decided = decide(people, DEPUTY, appeal, ANNUL)
    assert decided["state"] == "upheld"
    assert people.points() == 0
    people.prove()


def test_a_dismissed_appeal_goes_one_level_up_once(active: People) -> None:
    adjustment = active.propose()
    active.post(CITY_ADMIN, f"/adjustments/{adjustment['id']}/approve")
    appeal = lodge(active, adjustment_id=adjustment["id"])
    path = f"/appeals/{appeal['id']}"
    dismissed = decide(active, DEPUTY, appeal, DISMISS)
    assert (dismissed["state"], dismissed["can_escalate"]) == ("dismissed", "dismissed")
    assert "one level up within 10 days, once" in active.notices()[-1]["text"]
    escalated = active.post(active.member, f"{path}/escalate", {"reason": "未看假条"})
    assert (escalated["state"], escalated["level"], escalated["escalated"]) == (
        "open", "unit", True,
    )  # fmt: skip
    assert (escalated["decided_by"], escalated["can_escalate"]) == (None, None)
    below = active.refused(SECRETARY, "POST", f"{path}/decide", ANNUL)
    assert below == (403, "involved_in_case")
    again = active.refused(DEPUTY, "POST", f"{path}/decide", ANNUL)
    assert again == (403, "involved_in_case")
    final = decide(active, UNIT_ADMIN, appeal, DISMISS)
    assert (final["state"], final["can_escalate"]) == ("dismissed", None)
    assert "this is final" in active.notices()[-1]["text"]
    once = active.refused(active.member, "POST", f"{path}/escalate", {"reason": "不服"})
    assert once == (409, "not_escalatable")
    assert [(s["action"], s["level"]) for s in final["steps"]] == [
        ("lodged", "branch"),
        ("dismissed", "branch"),
        ("escalated", "unit"),
        ("dismissed", "unit"),
    ]
    active.prove()


def test_an_escalated_appeal_is_not_for_the_branch(active: People) -> None:
    appeal = lodge(active, entry_id=active.ledger()[0]["id"])
    decide(active, SECRETARY, appeal, DISMISS)
    path = f"/appeals/{appeal['id']}"
    active.post(active.member, f"{path}/escalate", {"reason": "请复核"})
    refused = active.refused(DEPUTY, "POST", f"{path}/decide", DISMISS)
    assert refused == (403, "higher_level_decides")
    assert decide(active, UNIT_ADMIN, appeal, correct(1))["state"] == "upheld"
    active.prove()


def test_what_the_units_administrator_decides_first_goes_to_the_city(active: People) -> None:
    adjustment = active.propose()
    active.post(DEPUTY, f"/adjustments/{adjustment['id']}/approve")
    appeal = lodge(active, adjustment_id=adjustment["id"])
    path = f"/appeals/{appeal['id']}"
    for involved in (SECRETARY, DEPUTY):
        refused = active.refused(involved, "POST", f"{path}/decide", DISMISS)
        assert refused == (403, "involved_in_case")
    decide(active, UNIT_ADMIN, appeal, DISMISS)
    escalated = active.post(active.member, f"{path}/escalate", {"reason": "请复核"})
    assert escalated["level"] == "city"
    refused = active.refused(SECOND_UNIT_ADMIN, "POST", f"{path}/decide", ANNUL)
    assert refused == (403, "higher_level_decides")
    assert decide(active, CITY_ADMIN, appeal, ANNUL)["state"] == "upheld"
    assert active.points() == 6
    active.prove()


def test_the_citys_decision_is_final(active: People) -> None:
    appeal = lodge(active, adjustment_id=active.adjusted()["id"])
    dismissed = decide(active, CITY_ADMIN, appeal, DISMISS)
    assert dismissed["can_escalate"] is None
    assert [step["level"] for step in dismissed["steps"]] == ["branch", "city"]
    assert "this is final" in active.notices()[-1]["text"]
    path = f"/appeals/{appeal['id']}/escalate"
    refused = active.refused(active.member, "POST", path, {"reason": "不服"})
    assert refused == (409, "not_escalatable")


def test_an_overdue_appeal_goes_one_level_up(active: People, clock: FixedClock) -> None:
    appeal = lodge(active, adjustment_id=active.adjusted()["id"])
    path = f"/appeals/{appeal['id']}"
    clock.advance(7 * DAY)
    early = active.refused(active.member, "POST", f"{path}/escalate", {"reason": "逾期"})
    assert early == (409, "not_escalatable")
    clock.advance(DAY)
    overdue = active.get(active.member, path)
    assert (overdue["overdue"], overdue["can_escalate"]) == (True, "overdue")
    escalated = active.post(active.member, f"{path}/escalate", {"reason": "逾期未决"})
    assert (escalated["level"], escalated["due_on"]) == ("unit", "2026-12-08")
    assert decide(active, SECOND_UNIT_ADMIN, appeal, ANNUL)["state"] == "upheld"
    active.prove()


def test_to_go_up_takes_ten_days_at_the_most(active: People, clock: FixedClock) -> None:
    appeals = [lodge(active, entry_id=entry["id"]) for entry in active.ledger()[:2]]
    for appeal in appeals:
        decide(active, SECRETARY, appeal, DISMISS)
    clock.advance(10 * DAY)
    active.post(active.member, f"/appeals/{appeals[0]['id']}/escalate", {"reason": "请复核"})
    clock.advance(DAY)
    path = f"/appeals/{appeals[1]['id']}/escalate"
    late = active.refused(active.member, "POST", path, {"reason": "请复核"})
    assert late == (409, "not_escalatable")


@pytest.mark.parametrize(("days", "status"), [(30, 201), (31, 409)])
def test_an_entry_can_be_appealed_against_for_thirty_days(
    active: People, clock: FixedClock, days: int, status: int
) -> None:
    adjustment = active.adjusted()
    clock.advance(days * DAY)
    answers = [
        active.call(active.member, "POST", "/appeals", {"reason": "有误", **about})
        for about in (
            {"entry_id": active.ledger()[0]["id"]},
            {"adjustment_id": adjustment["id"]},
        )
    ]
    assert [answer.status_code for answer in answers] == [status, status]
    if status == 409:
        assert {answer.json["code"] for answer in answers} == {"appeal_too_late"}
        assert "2026-12-23" in answers[0].json["detail"]


@pytest.mark.parametrize(("day", "code"), [("2026-09-24", None), ("2026-09-23", "appeal_too_late"), ("2026-11-24", "day_in_future")])  # fmt: skip
def test_something_missing_can_be_appealed_about_for_sixty_days(
    people: People, day: str, code: str | None
) -> None:
    answer = people.call(
        people.member, "POST", "/appeals", {"reason": "漏记", "fact_kind": "lecture", "day": day}
    )
    assert (answer.json.get("code"), answer.status_code == 201) == (code, code is None)


def test_a_withdrawn_appeal_may_be_lodged_anew(active: People) -> None:
    entry = active.ledger()[0]["id"]
    first = lodge(active, entry_id=entry)
    twice = active.refused(active.member, "POST", "/appeals", {"reason": "有误", "entry_id": entry})
    assert twice == (409, "already_appealed")
    gone = active.post(active.member, f"/appeals/{first['id']}/withdraw")
    assert (gone["state"], [s["action"] for s in gone["steps"]]) == (
        "withdrawn", ["lodged", "withdrawn"],
    )  # fmt: skip
    second = lodge(active, entry_id=entry)
    decide(active, SECRETARY, second, DISMISS)
    again = active.refused(active.member, "POST", "/appeals", {"reason": "有误", "entry_id": entry})
    assert again == (409, "already_appealed")


def test_an_entry_and_its_adjustment_are_one_thing_to_appeal_against(active: People) -> None:
    adjustment = active.adjusted()
    lodge(active, entry_id=adjustment["entries"][0]["id"])
    body = {"reason": "有误", "adjustment_id": adjustment["id"]}
    assert active.refused(active.member, "POST", "/appeals", body) == (409, "already_appealed")


@pytest.mark.parametrize("ending", ["upheld", "final", "withdrawn"])
def test_a_closed_appeal_stays_closed(active: People, ending: str) -> None:
    appeal = lodge(active, entry_id=active.ledger()[0]["id"])
    path = f"/appeals/{appeal['id']}"
    if ending == "withdrawn":
        active.post(active.member, f"{path}/withdraw")
    elif ending == "upheld":
        decide(active, SECRETARY, appeal, correct(1))
    else:
        decide(active, CITY_ADMIN, appeal, DISMISS)
    for ruling in (DISMISS, ANNUL, correct(1)):
        answer = active.refused(DEPUTY, "POST", f"{path}/decide", ruling)
        assert answer == (409, "appeal_closed")
    assert active.refused(active.member, "POST", f"{path}/withdraw") == (409, "appeal_closed")
    escalated = active.refused(active.member, "POST", f"{path}/escalate", {"reason": "x"})
    assert escalated == (409, "not_escalatable")
    active.prove()


def test_upholding_takes_no_points_away(active: People) -> None:
    appeals = [
        lodge(active, entry_id=active.ledger()[0]["id"]),
        lodge(active, adjustment_id=active.adjusted(kind="urgent_task")["id"]),
    ]
    for appeal in appeals:
        answer = active.refused(DEPUTY, "POST", f"/appeals/{appeal['id']}/decide", ANNUL)
        assert answer == (422, "annul_not_possible")


def test_what_has_been_reversed_meanwhile_is_not_undone_twice(active: People) -> None:
    adjustment = active.adjusted()
    path = f"/adjustments/{adjustment['id']}"
    reversal = active.post(SECRETARY, f"{path}/reverse", {"reason": "误记"}, 201)
    appeal = lodge(active, adjustment_id=adjustment["id"])
    decide(active, DEPUTY, appeal, ANNUL)
    assert active.get(UNIT_ADMIN, f"/adjustments/{reversal['id']}")["forecast"] is None
    undone = active.refused(UNIT_ADMIN, "POST", f"/adjustments/{reversal['id']}/approve")
    assert undone == (409, "already_undone")
    active.post(UNIT_ADMIN, f"/adjustments/{reversal['id']}/reject", {"reason": "申诉已纠正"})
    assert active.points() == 6
    active.prove()


def test_who_decided_an_appeal_does_not_decide_on_what_it_gave(active: People) -> None:
    first = lodge(active, entry_id=active.ledger()[0]["id"])
    (given,) = decide(active, SECRETARY, first, correct(0.5))["entries"]
    second = lodge(active, entry_id=given["id"])
    refused = active.refused(SECRETARY, "POST", f"/appeals/{second['id']}/decide", correct(1))
    assert refused == (403, "involved_in_case")
    decide(active, DEPUTY, second, correct(1))
    assert active.points() == 7.5
    active.prove()


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE appeal_steps SET reason = 'x'",
        "DELETE FROM appeal_steps",
        "TRUNCATE appeal_steps",
        "UPDATE appeals SET state = 'open'",
        "DELETE FROM appeals",
        "UPDATE adjustments SET reason = 'x'",
        "DELETE FROM adjustments",
    ],
)
def test_history_is_only_added_to(active: People, tampering: str) -> None:
    appeal = lodge(active, adjustment_id=active.adjusted()["id"])
    decide(active, DEPUTY, appeal, ANNUL)
    with active.city.unit_of_work() as uow, pytest.raises(DatabaseError, match="append-only"):
        uow.session.execute(text(tampering))
