"""Who finds which claims where, and many decided at once."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from shared.clock import FixedClock
from shared.ids import new_id
from tests.points.city import CITY, OTHER, UNIT, join
from tests.points.claims.conftest import Branch

Refused = Callable[..., Any]
NOBODYS = UUID(int=1)


def listed(branch: Branch, who: UUID, query: str = "") -> list[str]:
    answer = branch.call(who, "GET", f"/claims?{query}")
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json["items"]]


def ids(*claims: dict[str, Any]) -> list[str]:
    return [claim["id"] for claim in claims]


def test_everybody_finds_the_own_claims_newest_first(branch: Branch) -> None:
    first, second = branch.claim(), branch.claim(day="2026-11-19")
    branch.claim(branch.loner)
    assert listed(branch, branch.member) == ids(second, first)
    assert listed(branch, branch.member, "state=returned") == []
    pages = branch.call(branch.member, "GET", "/claims?limit=1").json
    assert (ids(*pages["items"]), bool(pages["next_cursor"])) == (ids(second), True)
    assert listed(branch, branch.member, f"limit=1&cursor={pages['next_cursor']}") == ids(first)


def test_a_queue_holds_what_waits_for_the_asker_oldest_due_first(
    branch: Branch, clock: FixedClock
) -> None:
    branchs_own = branch.claim(branch.loner)
    clock.advance(86_400)
    group = branch.claim()
    early = branch.claim(branch.loner, day="2026-11-18")
    secretarys = branch.claim(branch.secretary)
    assert listed(branch, branch.leader, "queue=review") == ids(group)
    assert listed(branch, branch.secretary, "queue=review") == ids(branchs_own, early)
    assert listed(branch, branch.unit_admin, "queue=review") == ids(branchs_own, early, secretarys)
    assert listed(branch, branch.member, "queue=review") == []
    clock.advance(4 * 86_400)  # the first review's day has passed, and a weekend
    assert group["id"] in listed(branch, branch.secretary, "queue=review")
    branch.review(branch.secretary, branchs_own, "approve")
    left = ids(group, early)
    assert listed(branch, branch.secretary, "queue=review") == left
    page = branch.call(branch.secretary, "GET", "/claims?queue=review&limit=1").json
    cursor = page["next_cursor"]
    assert ids(*page["items"]) == left[:1]
    assert listed(branch, branch.secretary, f"queue=review&limit=1&cursor={cursor}") == left[1:]


def test_a_queue_says_what_may_be_decided(branch: Branch, clock: FixedClock) -> None:
    """Whatever a queue shows can be decided, and nothing else can."""
    claims = [branch.claim(), branch.forwarded(day="2026-11-19"), branch.claim(branch.secretary)]
    people = (branch.leader, branch.secretary, branch.other_secretary, branch.unit_admin)
    for _ in range(2):
        for who in people:
            within = [c for c in claims if c["id"] in listed(branch, who, "queue=reach")]
            open_to = {c["id"] for c in within if branch.read(c, who)["possible"]}
            assert set(listed(branch, who, "queue=review")) == open_to
        clock.advance(5 * 86_400)


def test_filters_narrow_what_is_within_reach(branch: Branch) -> None:
    elsewhere = join(branch.database, OTHER)
    one, two = branch.claim(), branch.claim(branch.loner, kind="practical_matter")
    three = branch.claim(elsewhere)
    reach = {
        "": ids(three, two, one),
        f"organisation_id={OTHER}": ids(three),
        f"organisation_id={branch.group}": ids(one),
        f"organisation_id={UNIT}": ids(three, two, one),
        "kind=practical_matter": ids(two),
        f"member_id={branch.member}": ids(one),
        "state=first_review": ids(one),
        "round=2026-11": ids(three, two, one),
        "round=2026-12": [],
        "state=approved": [],
    }
    for query, found in reach.items():
        assert listed(branch, branch.unit_admin, f"queue=reach&{query}") == found, query
    assert listed(branch, branch.secretary, "queue=reach") == ids(two, one)
    assert listed(branch, branch.leader, "queue=reach") == ids(one)
    assert listed(branch, branch.loner, "queue=reach") == []
    assert listed(branch, branch.secretary, f"queue=reach&organisation_id={CITY}") == ids(two, one)


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("cursor=bm8", 400, "cursor_invalid"),
        ("cursor=WyIyMDI2LTExLTIzIl0", 400, "cursor_invalid"),
        ("queue=everything", 422, "fields_invalid"),
        ("state=lost", 422, "fields_invalid"),
        ("round=2026-13", 422, "fields_invalid"),
        (f"organisation_id={NOBODYS}", 404, "organisation_unknown"),
    ],
)
def test_what_cannot_be_listed_is_refused(
    branch: Branch, refused: Refused, query: str, status: int, code: str
) -> None:
    refused(status, code, branch.member, "GET", f"/claims?{query}")


def test_many_are_decided_at_once(branch: Branch) -> None:
    claims = [branch.claim(branch.loner, day=f"2026-11-{day}") for day in (10, 11, 12)]
    body = {"ids": ids(*claims), "decision": "approve"}
    answer = branch.call(branch.secretary, "POST", "/claims/reviews", body)
    assert [(c["id"], c["state"]) for c in answer.json["items"]] == [
        (claim["id"], "approved") for claim in claims
    ]
    proof = branch.proof()
    assert (proof.broken, proof.points, proof.facts) == (0, 60, 3)
    assert len(branch.told(branch.loner)) == 3


def test_one_refusal_refuses_all_and_names_the_claim(branch: Branch, refused: Refused) -> None:
    good = [branch.claim(branch.loner, day=f"2026-11-{day}") for day in (10, 11)]
    own, early = branch.claim(branch.secretary), branch.claim()
    decided = branch.approved(day="2026-11-17")
    unknown = {"id": str(new_id())}
    for bad, status, code in (
        (own, 403, "own_claim"),
        (early, 409, "decision_not_possible"),
        (decided, 409, "claim_closed"),
        (unknown, 404, "claim_unknown"),
    ):
        body = {"ids": ids(good[0], bad, good[1]), "decision": "approve"}
        problem = refused(status, code, branch.secretary, "POST", "/claims/reviews", body)
        assert problem["claim_id"] == bad["id"]
    body = {"ids": ids(*good), "decision": "reject"}
    refused(400, "reason_needed", branch.secretary, "POST", "/claims/reviews", body)
    refused(422, "fields_invalid", branch.secretary, "POST", "/claims/reviews", {**body, "ids": []})
