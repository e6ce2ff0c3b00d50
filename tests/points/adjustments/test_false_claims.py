"""A false claim: its points go with the finding, and come back if the finding falls."""

from typing import Any
from uuid import UUID

import pytest

from shared.clock import FixedClock
from shared.ids import new_id
from tests.points.adjustments.people import DEPUTY, SECRETARY, UNIT_ADMIN, People
from tests.points.city import join


def claimed(people: People, day: str = "2026-11-20", title: str = "社区值守") -> str:
    """Let the member claim two points, and the secretary approve it; return the claim's id."""
    body = {"kind": "community_service", "day": day, "title": title}
    claim = people.post(people.member, "/claims", body, 201)
    ruling = {"decision": "approve", "reason": ""}
    assert people.post(SECRETARY, f"/claims/{claim['id']}/review", ruling)["state"] == "approved"
    return str(claim["id"])


def false(claim: str) -> dict[str, Any]:
    return {"kind": "false_claim", "claim_id": claim, "reason": "当日未到场", "day": "2026-11-22"}


@pytest.fixture
def claims(people: People) -> tuple[str, str, str]:
    """Three claims of two points each: six points."""
    first, second, third = (claimed(people, title=f"社区值守{n}") for n in range(3))
    assert people.points() == 6
    return first, second, third


def test_a_finding_takes_the_claims_points_and_three_more(
    people: People, claims: tuple[str, str, str]
) -> None:
    proposed = people.propose(**false(claims[0]))
    assert proposed["worth"] == -3
    assert sorted(e["points"] for e in proposed["forecast"]) == [-3, -2]
    assert people.get(people.member, f"/claims/{claims[0]}")["state"] == "approved"
    told = people.notices()[-1]["text"]
    assert told.startswith(
        "A deduction of 3 is proposed, and to take back what your claim “社区值守0”"
    )
    approved = people.post(UNIT_ADMIN, f"/adjustments/{proposed['id']}/approve")
    assert [e["points"] for e in approved["entries"]] == [-3]
    assert "your points change by -5" in people.notices()[-1]["text"]
    assert people.get(people.member, f"/claims/{claims[0]}")["state"] == "annulled"
    assert people.points() == 1
    people.prove()


def test_a_reversed_finding_makes_the_claim_good(
    people: People, claims: tuple[str, str, str]
) -> None:
    finding = people.adjusted(**false(claims[0]))
    path = f"/adjustments/{finding['id']}/reverse"
    reversal = people.post(SECRETARY, path, {"reason": "查明确曾到场"}, 201)
    assert sorted(e["points"] for e in reversal["forecast"]) == [2, 3]
    people.post(DEPUTY, f"/adjustments/{reversal['id']}/approve")
    assert people.points() == 6
    corrections = [e for e in people.ledger() if e["rule_code"] == "M01"]
    assert [(e["points"], e["fact_id"]) for e in corrections] == [(2, reversal["id"])]
    people.prove()


def test_so_does_an_upheld_appeal(people: People, claims: tuple[str, str, str]) -> None:
    finding = people.adjusted(**false(claims[0]))
    body = {"reason": "确曾到场", "adjustment_id": finding["id"]}
    appeal = people.post(people.member, "/appeals", body, 201)
    ruling = {"decision": "uphold", "reason": "有证人", "remedy": "annul"}
    decided = people.post(DEPUTY, f"/appeals/{appeal['id']}/decide", ruling)
    assert [e["points"] for e in decided["entries"]] == [2]
    assert people.points() == 6
    people.prove()


def test_who_made_the_finding_or_reviewed_the_claim_does_not_decide_on_its_entries(
    people: People, claims: tuple[str, str, str]
) -> None:
    people.adjusted(DEPUTY, **false(claims[0]))
    (taken,) = [e for e in people.ledger() if e["reverses"] and e["fact_id"] == claims[0]]
    body = {"reason": "确曾到场", "entry_id": taken["id"]}
    appeal = people.post(people.member, "/appeals", body, 201)
    ruling = {"decision": "dismiss", "reason": "无误"}
    for involved in (SECRETARY, DEPUTY, UNIT_ADMIN):
        answer = people.refused(involved, "POST", f"/appeals/{appeal['id']}/decide", ruling)
        assert answer == (403, "involved_in_case")


def test_only_a_claim_of_the_member_with_points_can_be_found_false(
    people: People, claims: tuple[str, str, str], clock: FixedClock
) -> None:
    people.adjusted(**false(claims[0]))
    colleague = str(join(people.city))
    for claim, member in (
        (claims[0], str(people.member)),
        (str(new_id()), str(people.member)),
        (claims[1], colleague),
    ):
        body = people.proposal(**false(claim), member_id=member)
        answer = people.refused(SECRETARY, "POST", "/adjustments", body)
        assert answer == (422, "claim_without_points")


def test_a_claim_is_found_false_in_one_proposal_at_a_time(
    people: People, claims: tuple[str, str, str]
) -> None:
    proposed = people.propose(**false(claims[0]))
    again = people.refused(DEPUTY, "POST", "/adjustments", people.proposal(**false(claims[0])))
    assert again == (409, "claim_already_named")
    people.post(DEPUTY, f"/adjustments/{proposed['id']}/reject", {"reason": "证据不足"})
    assert UUID(people.propose(DEPUTY, **false(claims[0]))["id"])
