"""Appeals about what somebody refused: a claim rejected, a check-in that came too late."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from shared.clock import FixedClock
from tests.points.adjustments.people import DEPUTY, SECRETARY, UNIT_ADMIN, People
from tests.points.city import BRANCH

DAY = 86_400
CLAIM = {"kind": "community_service", "day": "2026-11-20", "title": "社区值守"}
ABOUT = {"fact_kind": "community_service", "day": "2026-11-20", "reason": "确有其事"}
UPHOLD = {"decision": "uphold", "reason": "社区已证明", "remedy": "correct", "points": 2}
TAKEN_BACK = {"kind": "false_claim", "day": "2026-11-22", "reason": "当日未到场"}


def claimed(people: People, decision: str = "reject") -> str:
    claim = people.post(people.member, "/claims", CLAIM, 201)["id"]
    if decision:
        ruling = {"decision": decision, "reason": "不属双报到"}
        people.post(SECRETARY, f"/claims/{claim}/review", ruling)
    return str(claim)


def lodged(people: People, **about: Any) -> str:
    return f"/appeals/{people.post(people.member, '/appeals', ABOUT | about, 201)['id']}"


def test_a_rejected_claim_is_decided_by_somebody_else_and_made_good(people: People) -> None:
    claim = claimed(people)
    appeal = lodged(people)
    seen = people.get(DEPUTY, appeal)
    assert seen["claim_ids"] == [claim]
    assert [step["actor_name"] for step in seen["steps"]] == ["张三"]
    assert people.get(SECRETARY, "/appeals?queue=decision")["items"] == []
    answer = people.refused(SECRETARY, "POST", f"{appeal}/decide", UPHOLD)
    assert answer == (403, "involved_in_case")
    decided = people.post(DEPUTY, f"{appeal}/decide", UPHOLD)
    assert [entry["points"] for entry in decided["entries"]] == [2]
    assert people.points() == 2
    people.prove()


def test_what_is_under_review_is_not_appealed_about_before_the_review_is_overdue(
    people: People, clock: FixedClock
) -> None:
    claim = claimed(people, decision="return")
    waiting = (409, "claim_under_review")
    assert people.refused(people.member, "POST", "/appeals", ABOUT) == waiting
    people.post(people.member, f"/claims/{claim}/resubmit")
    clock.advance(3 * DAY)
    assert people.refused(people.member, "POST", "/appeals", ABOUT) == waiting
    lodged(people, day="2026-11-19")
    clock.advance(DAY)
    lodged(people)


def test_who_rejects_a_claim_after_the_appeal_does_not_decide_on_it_either(
    people: People, clock: FixedClock
) -> None:
    claim = claimed(people, decision="")
    clock.advance(4 * DAY)
    appeal = lodged(people)
    people.post(SECRETARY, f"/claims/{claim}/review", {"decision": "reject", "reason": "无证明"})
    answer = people.refused(SECRETARY, "POST", f"{appeal}/decide", UPHOLD)
    assert answer == (403, "involved_in_case")
    assert people.post(DEPUTY, f"{appeal}/decide", UPHOLD)["state"] == "upheld"


def test_nor_do_they_who_found_a_claim_false(people: People) -> None:
    claim = claimed(people, "approve")
    people.adjusted(DEPUTY, claim_id=claim, **TAKEN_BACK)
    appeal = lodged(people)
    for involved in (SECRETARY, DEPUTY, UNIT_ADMIN):
        answer = people.refused(involved, "POST", f"{appeal}/decide", UPHOLD)
        assert answer == (403, "involved_in_case")


@pytest.mark.parametrize(("days", "status"), [(30, 201), (31, 409)])
def test_the_time_to_appeal_counts_from_the_rejection(
    people: People, clock: FixedClock, days: int, status: int
) -> None:
    claim = claimed(people, decision="")
    clock.advance(70 * DAY)
    people.post(SECRETARY, f"/claims/{claim}/review", {"decision": "reject", "reason": "无证明"})
    clock.advance(days * DAY)
    assert people.call(people.member, "POST", "/appeals", ABOUT).status_code == status
    other = people.refused(people.member, "POST", "/appeals", ABOUT | {"day": "2026-11-19"})
    assert other == (409, "appeal_too_late")


def test_so_does_that_about_what_came_too_late(
    people: People, attend: Any, post: Callable[..., None], clock: FixedClock
) -> None:
    with people.city.unit_of_work() as uow:
        closing = "INSERT INTO closed_months VALUES (:branch, '2026-10', now())"
        uow.session.execute(text(closing), {"branch": BRANCH})
        uow.commit()
    clock.advance(40 * DAY)
    # Half past midnight in Shanghai is still the day before in UTC.
    post(attend(people.member, day="2026-10-20T00:30"))
    (held,) = people.get(SECRETARY, "/held-facts")["items"]
    people.post(SECRETARY, f"/held-facts/{held['id']}/refuse", {"reason": "当月已定稿"})
    clock.advance(30 * DAY)
    appeal = lodged(people, fact_kind="lecture", day="2026-10-20")
    answer = people.refused(SECRETARY, "POST", f"{appeal}/decide", UPHOLD)
    assert answer == (403, "involved_in_case")
    assert people.post(DEPUTY, f"{appeal}/decide", UPHOLD)["state"] == "upheld"
    people.prove()
