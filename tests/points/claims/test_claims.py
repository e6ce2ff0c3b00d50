"""A claim's life over HTTP: made, reviewed twice, completed, withdrawn; what it brings."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from services.points.claims import service
from services.points.ledger import closed_months
from shared.clock import SHANGHAI, FixedClock
from shared.errors import Conflict, NotFound
from shared.ids import new_id
from tests.points.city import BRANCH, OTHER
from tests.points.claims.conftest import SERVICE, Branch

Refused = Callable[..., Any]
MAKE_UP = {"kind": "make_up_study", "level": "lecture", "title": "补学党课"}


def steps(claim: dict[str, Any]) -> list[str]:
    return [step["step"] for step in claim["history"]]


def test_a_claim_goes_through_the_group_and_the_branch_into_the_ledger(branch: Branch) -> None:
    claim = branch.claim(description="周五下午，三小时")
    assert (claim["state"], claim["round"]) == ("first_review", "2026-11")
    assert claim["due_on"] == "2026-11-26"  # a Monday, and three working days
    assert (claim["member_name"], claim["group_id"]) == ("张三", str(branch.group))
    forwarded = branch.review(branch.leader, claim, "forward").json
    assert (forwarded["state"], forwarded["due_on"]) == ("branch_review", "2026-11-26")
    approved = branch.review(branch.secretary, claim, "approve").json
    assert (approved["state"], approved["due_on"]) == ("approved", None)
    assert approved["granted"] == {
        "points": 2,
        "entries": [
            {
                "rule_code": "V02",
                "points": 2,
                "why": "Community service +2, 6 of 8 left this year",
            }
        ],
        "why": ["Community service +2, 6 of 8 left this year"],
    }
    assert steps(approved) == ["submitted", "forwarded", "approved"]
    assert [s["done_by_name"] for s in approved["history"]] == ["张三", "李四", "赵六"]
    assert branch.read(claim)["granted"] == approved["granted"]
    assert branch.rows("SELECT id, kind, source, source_key, role, occurred_at FROM facts") == [
        (
            UUID(claim["id"]),
            "community_service",
            "claim",
            f"claim:{claim['id']}",
            "self",
            datetime(2026, 11, 20, 12, tzinfo=SHANGHAI),
        )
    ]
    assert [n["text"] for n in branch.told(branch.member)] == [
        "Your claim “社区值守” was approved."
    ]
    assert branch.proof().broken == 0


def test_what_was_approved_this_morning_did_not_happen_later(
    branch: Branch, clock: FixedClock
) -> None:
    branch.approved(day="2026-11-23")
    assert branch.rows("SELECT occurred_at FROM facts") == [(clock.now(),)]


def test_caps_show_in_the_answer(branch: Branch) -> None:
    for day in range(2, 6):
        branch.approved(day=f"2026-11-{day:02d}")
    fifth = branch.approved(day="2026-11-06")
    assert fifth["granted"]["points"] == 0
    assert fifth["granted"]["why"] == ["Community service 0 (worth 2; the year's limit is reached)"]
    assert branch.proof().points == 80


def test_make_up_study_is_worth_the_missed_session(branch: Branch) -> None:
    approved = branch.approved(**MAKE_UP)
    assert (approved["granted"]["points"], approved["level"]) == (2, "lecture")
    assert (
        branch.approved(**MAKE_UP | {"level": "theme_day"}, day="2026-11-19")["granted"]["points"]
        == 1
    )


def test_who_is_not_scored_is_told_so(branch: Branch) -> None:
    branch.run("UPDATE members SET scored = false WHERE id = :who", who=branch.loner)
    claim = branch.claim(branch.loner)
    answer = branch.review(branch.secretary, claim, "approve").json
    assert answer["granted"]["entries"] == []
    assert answer["granted"]["why"] == ["Your membership is not scored, so this earns no points."]


def test_what_no_rule_scores_is_told_so(branch: Branch) -> None:
    branch.without_rule("V02")
    answer = branch.approved()
    assert answer["granted"]["why"] == ["No rule in force on that day gives points for this."]


def test_without_a_group_leader_the_branch_reviews_at_once(branch: Branch) -> None:
    assert branch.claim(branch.loner)["state"] == "branch_review"
    assert branch.claim(branch.leader)["state"] == "branch_review"
    branch.run("DELETE FROM role_assignments")
    assert branch.claim(branch.member)["state"] == "branch_review"


def test_a_leaders_own_claim_is_not_for_the_other_leader(branch: Branch) -> None:
    branch.lead(branch.loner)
    assert branch.claim(branch.leader)["state"] == "branch_review"


def test_past_days_belong_to_the_branch_of_then(branch: Branch) -> None:
    for organisation, since, until in (
        (OTHER, "2026-01-01", "2026-11-10"),
        (BRANCH, "2026-11-10", None),
    ):
        branch.run(
            "INSERT INTO memberships (member_id, organisation_id, since, until)"
            " VALUES (:who, :organisation, :since, :until)",
            who=branch.member,
            organisation=organisation,
            since=since,
            until=until,
        )
    before, after = branch.claim(day="2026-11-05"), branch.claim(day="2026-11-15")
    assert (before["organisation_id"], before["state"]) == (str(OTHER), "branch_review")
    assert (after["organisation_id"], after["state"]) == (str(BRANCH), "first_review")


def test_a_returned_claim_is_completed_and_reviewed_anew(branch: Branch) -> None:
    claim = branch.forwarded()
    returned = branch.review(branch.secretary, claim, "return", "写明社区").json
    assert (returned["state"], returned["due_on"]) == ("returned", None)
    address = f"/claims/{claim['id']}"
    read = branch.call(branch.member, "GET", address)
    patched = branch.call(
        branch.member,
        "PATCH",
        address,
        {"title": "东湖社区值守", "day": "2026-11-19", "description": "三小时"},
        headers={"If-Match": read.headers["ETag"]},
    )
    assert (patched.status_code, patched.json["title"]) == (200, "东湖社区值守")
    assert patched.headers["ETag"] != read.headers["ETag"]
    again = branch.call(branch.member, "POST", f"{address}/resubmit").json
    assert again["state"] == "first_review"
    branch.review(branch.leader, claim, "return", "时间不对")
    branch.call(branch.member, "POST", f"{address}/resubmit")
    branch.review(branch.leader, claim, "forward")
    approved = branch.review(branch.secretary, claim, "approve").json
    assert steps(approved) == [
        "submitted", "forwarded", "returned", "resubmitted", "returned", "resubmitted",
        "forwarded", "approved",
    ]  # fmt: skip
    contents = [step["content"] for step in approved["history"] if step["content"]]
    assert [c["title"] for c in contents] == ["社区值守", "东湖社区值守", "东湖社区值守"]
    told = branch.told(branch.member)
    assert [n["kind"] for n in told] == [
        "claim.returned.3", "claim.returned.5", "claim.approved.8",
    ]  # fmt: skip
    assert "写明社区" in told[0]["text"]


def test_a_withdrawn_claim_can_be_made_anew(branch: Branch, refused: Refused) -> None:
    claim = branch.claim()
    withdrawn = branch.call(branch.member, "POST", f"/claims/{claim['id']}/withdraw").json
    assert withdrawn["state"] == "withdrawn"
    address = f"/claims/{claim['id']}/review"
    refused(409, "claim_closed", branch.leader, "POST", address, {"decision": "forward"})
    branch.claim()


def test_a_rejected_claim_brings_nothing(branch: Branch) -> None:
    claim = branch.forwarded()
    rejected = branch.review(branch.secretary, claim, "reject", "不属双报到").json
    assert (rejected["state"], rejected["granted"]) == ("rejected", None)
    (notice,) = branch.told(branch.member)
    assert "不属双报到" in notice["text"]
    assert branch.rows("SELECT * FROM facts") == []


def test_an_overdue_first_review_is_done_by_the_branch(
    branch: Branch, clock: FixedClock, refused: Refused
) -> None:
    claim = branch.claim()
    address = f"/claims/{claim['id']}/review"
    clock.advance(3 * 86_400)  # Thursday, its due day
    problem = refused(
        409, "decision_not_possible", branch.secretary, "POST", address, {"decision": "approve"}
    )
    assert problem["possible"] == []
    clock.advance(86_400)
    assert branch.read(claim, branch.secretary)["possible"] == ["approve", "reject", "return"]
    assert branch.review(branch.secretary, claim, "approve").json["state"] == "approved"


@pytest.mark.parametrize(
    ("who", "decision"),
    [("leader", "approve"), ("leader", "reject"), ("secretary", "forward")],
)
def test_each_stage_has_its_own_decisions(
    branch: Branch, refused: Refused, who: str, decision: str
) -> None:
    address = f"/claims/{branch.claim()['id']}/review"
    body = {"decision": decision, "reason": "理由"}
    refused(409, "decision_not_possible", getattr(branch, who), "POST", address, body)


@pytest.mark.parametrize("decision", ["approve", "reject", "return", "forward"])
def test_a_decision_on_a_closed_claim_is_refused(
    branch: Branch, refused: Refused, decision: str
) -> None:
    claim = branch.approved()
    body = {"decision": decision, "reason": "理由"}
    address = f"/claims/{claim['id']}/review"
    refused(409, "claim_closed", branch.other_secretary, "POST", address, body)
    refused(409, "claim_closed", branch.member, "POST", f"/claims/{claim['id']}/withdraw")
    refused(409, "claim_closed", branch.member, "POST", f"/claims/{claim['id']}/resubmit")


def test_nobody_reviews_the_own_claim(branch: Branch, refused: Refused) -> None:
    claim = branch.claim(branch.secretary)
    address = f"/claims/{claim['id']}/review"
    refused(403, "own_claim", branch.secretary, "POST", address, {"decision": "approve"})
    assert branch.read(claim)["possible"] == []
    assert branch.review(branch.other_secretary, claim, "approve").status_code == 200
    second = branch.claim(branch.secretary, day="2026-11-19")
    assert branch.review(branch.unit_admin, second, "approve").status_code == 200


def test_not_even_the_database_takes_a_review_of_the_own_claim(branch: Branch) -> None:
    claim = branch.claim()
    with pytest.raises(Exception, match="violates check constraint"):
        branch.run(
            "INSERT INTO claim_steps (member_id, claim_id, number, step, done_by, done_at)"
            " VALUES (:member, :claim, 9, 'approved', :member, now())",
            member=branch.member,
            claim=claim["id"],
        )


@pytest.mark.parametrize(
    "change", ["UPDATE claim_steps SET reason = ''", "DELETE FROM claim_steps"]
)
def test_the_history_is_only_added_to(branch: Branch, change: str) -> None:
    branch.claim()
    with pytest.raises(Exception, match="append-only"):
        branch.run(change)


@pytest.mark.parametrize("decision", ["reject", "return"])
@pytest.mark.parametrize("reason", ["", "  "])
def test_a_refusal_needs_a_reason(
    branch: Branch, refused: Refused, decision: str, reason: str
) -> None:
    address = f"/claims/{branch.forwarded()['id']}/review"
    body = {"decision": decision, "reason": reason}
    refused(400, "reason_needed", branch.secretary, "POST", address, body)


def test_others_see_nothing_of_a_claim(branch: Branch, refused: Refused) -> None:
    claim = branch.claim(branch.loner)
    address = f"/claims/{claim['id']}"
    for stranger in (branch.member, branch.leader):
        refused(404, "claim_unknown", stranger, "GET", address)
    refused(
        404, "claim_unknown", branch.leader, "POST", f"{address}/review", {"decision": "forward"}
    )
    for reviewer in (branch.secretary, branch.unit_admin):
        assert branch.read(claim, reviewer)["id"] == claim["id"]
        for action in ("withdraw", "resubmit"):
            refused(404, "claim_unknown", reviewer, "POST", f"{address}/{action}")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"day": "2026-11-24"}, 422, "claim_day_in_future"),
        ({"day": "2026-09-23"}, 422, "claim_day_too_long_ago"),
        ({"level": "lecture"}, 422, "claim_level_wrong"),
        ({"kind": "make_up_study"}, 422, "claim_level_wrong"),
        ({"kind": "make_up_study", "level": "gala"}, 422, "claim_level_wrong"),
        ({"attachment_id": str(new_id())}, 404, "attachment_unknown"),
        (
            {"kind": "practical_matter", "attachment_id": str(new_id())},
            422,
            "attachment_not_wanted",
        ),
        ({"kind": "likes"}, 422, "fields_invalid"),
        ({"title": ""}, 422, "fields_invalid"),
        ({"title": " 社区"}, 422, "fields_invalid"),
        ({"points": 5}, 422, "fields_invalid"),
    ],
)
def test_what_cannot_be_claimed_is_refused(
    branch: Branch, refused: Refused, changes: dict[str, Any], status: int, code: str
) -> None:
    refused(status, code, branch.member, "POST", "/claims", SERVICE | changes)


def test_sixty_days_back_can_just_be_claimed(branch: Branch) -> None:
    assert branch.claim(day="2026-09-24")["day"] == "2026-09-24"


def test_who_the_roster_does_not_know_or_has_let_go_claims_nothing(
    branch: Branch, refused: Refused
) -> None:
    refused(404, "member_unknown", new_id(), "POST", "/claims", SERVICE)
    branch.run("UPDATE members SET status = 'left' WHERE id = :who", who=branch.loner)
    refused(409, "member_has_left", branch.loner, "POST", "/claims", SERVICE)


def close(branch: Branch, month: str) -> None:
    with branch.database.unit_of_work() as uow:
        closed_months.close(uow, BRANCH, month)
        uow.commit()


def test_a_closed_month_takes_no_new_claims_but_decides_those_it_has(
    branch: Branch, refused: Refused
) -> None:
    claim = branch.forwarded(day="2026-10-30")
    close(branch, "2026-10")
    late = SERVICE | {"day": "2026-10-29"}
    assert (
        refused(409, "month_closed", branch.member, "POST", "/claims", late)["month"] == "2026-10"
    )
    returned = branch.forwarded(day="2026-11-02")
    branch.review(branch.secretary, returned, "return", "日期不对")
    refused(
        409, "month_closed", branch.member, "PATCH", f"/claims/{returned['id']}",
        {"day": "2026-10-29"}, headers={"If-Match": f'"{branch.read(returned)["version"]}"'},
    )  # fmt: skip
    assert branch.review(branch.secretary, claim, "approve").json["granted"]["points"] == 2
    assert branch.proof().broken == 0


@pytest.mark.parametrize(("day", "month"), [(25, "2026-11"), (26, "2026-12")])
def test_the_round_ends_on_the_25th(
    branch: Branch, clock: FixedClock, day: int, month: str
) -> None:
    clock.advance((day - 23) * 86_400)
    assert branch.claim()["round"] == month


def test_the_same_thing_is_claimed_once(branch: Branch, refused: Refused) -> None:
    branch.claim()
    refused(409, "claim_made_already", branch.member, "POST", "/claims", SERVICE)
    branch.claim(branch.loner)
    other = branch.claim(day="2026-11-19")
    branch.review(branch.leader, other, "return", "日期不对")
    refused(
        409, "claim_made_already", branch.member, "PATCH", f"/claims/{other['id']}",
        {"day": SERVICE["day"]}, headers={"If-Match": '"2"'},
    )  # fmt: skip


def test_a_client_ref_makes_one_claim(branch: Branch, refused: Refused) -> None:
    named = {"client_ref": str(new_id())}
    first = branch.claim(**named)
    branch.review(branch.leader, first, "forward")
    assert branch.claim(**named)["id"] == first["id"]
    other = SERVICE | named | {"title": "别的"}
    refused(409, "client_ref_reused", branch.member, "POST", "/claims", other)
    branch.claim(branch.loner, **named)


def test_only_a_returned_claim_is_changed_and_only_as_it_was_read(
    branch: Branch, refused: Refused
) -> None:
    claim = branch.claim()
    address = f"/claims/{claim['id']}"
    change = {"title": "别的"}
    seen = {"headers": {"If-Match": '"1"'}}
    refused(409, "claim_not_returned", branch.member, "PATCH", address, change, **seen)
    refused(409, "claim_not_returned", branch.member, "POST", f"{address}/resubmit")
    branch.review(branch.leader, claim, "return", "写明社区")
    refused(412, "edited_meanwhile", branch.member, "PATCH", address, change, **seen)
    refused(428, "if_match_needed", branch.member, "PATCH", address, change)
    refused(404, "claim_unknown", branch.leader, "PATCH", address, change, **seen)


def test_a_reviewer_decides_on_what_was_seen(branch: Branch, refused: Refused) -> None:
    claim = branch.claim()
    address = f"/claims/{claim['id']}/review"
    branch.review(branch.leader, claim, "return", "写明社区")
    branch.call(
        branch.member, "PATCH", f"/claims/{claim['id']}", {"title": "西湖社区值守"},
        headers={"If-Match": f'"{branch.read(claim)["version"]}"'},
    )  # fmt: skip
    branch.call(branch.member, "POST", f"/claims/{claim['id']}/resubmit")
    seen = {"headers": {"If-Match": f'"{claim["version"]}"'}}
    before = branch.stored()
    refused(
        412, "edited_meanwhile", branch.leader, "POST", address, {"decision": "forward"}, **seen
    )
    assert branch.stored() == before
    now = {"headers": {"If-Match": f'"{branch.read(claim)["version"]}"'}}
    answer = branch.call(branch.leader, "POST", address, {"decision": "forward"}, **now)
    assert (answer.status_code, answer.json["state"]) == (200, "branch_review")


def test_a_returned_claims_new_day_is_counted_from_when_it_was_made(
    branch: Branch, clock: FixedClock, refused: Refused
) -> None:
    claim = branch.claim(day="2026-09-24")
    branch.review(branch.leader, claim, "return", "日期不对")
    clock.advance(20 * 86_400)
    address, seen = f"/claims/{claim['id']}", {"headers": {"If-Match": '"2"'}}
    for day, code in (
        ("2026-09-23", "claim_day_too_long_ago"),
        ("2026-12-14", "claim_day_in_future"),
    ):
        refused(422, code, branch.member, "PATCH", address, {"day": day}, **seen)
    moved = branch.call(branch.member, "PATCH", address, {"day": "2026-09-25"}, **seen)
    assert (moved.status_code, moved.json["day"]) == (200, "2026-09-25")


def test_an_annulled_claim_takes_its_points_back(branch: Branch) -> None:
    claim = branch.approved()
    kept = branch.approved(day="2026-11-19")
    with branch.database.unit_of_work() as uow:
        assert service.annul(uow, UUID(claim["id"]), "申报不实") == 1
        uow.commit()
    read = branch.read(claim)
    assert (read["state"], read["granted"], steps(read)[-1]) == ("annulled", None, "annulled")
    assert branch.read(kept)["granted"]["points"] == 2
    proof = branch.proof()
    assert (proof.broken, proof.points, proof.entries) == (0, 20, 3)
    with branch.database.unit_of_work() as uow:
        with pytest.raises(Conflict, match="claim_not_approved"):
            service.annul(uow, UUID(claim["id"]), "再次")
        with pytest.raises(NotFound, match="claim_unknown"):
            service.annul(uow, new_id(), "无")


def test_the_kinds_say_what_is_left(branch: Branch) -> None:
    branch.approved()
    kinds = branch.call(branch.member, "GET", "/claims/kinds").json["items"]
    assert {k["code"]: k["rule"] and k["rule"]["code"] for k in kinds} == {
        "community_service": "V02",
        "practical_matter": "V03",
        "pairing_help": "V04",
        "invited_lecture": "S05",
        "article_adopted": "S07",
        "suggestion_adopted": "I01",
        "make_up_study": "L09",
    }
    by_code = {kind["code"]: kind for kind in kinds}
    service_kind = by_code["community_service"]
    assert (service_kind["name"], service_kind["used"], service_kind["left"]) == (
        "Community service", 2, 6,
    )  # fmt: skip
    assert by_code["make_up_study"]["left"] is None
    assert "branch_meeting" in by_code["make_up_study"]["levels"]
    assert not by_code["practical_matter"]["attachment"]


def test_a_kind_that_no_rule_takes_says_so(branch: Branch) -> None:
    branch.without_rule("V02")
    kinds = branch.call(branch.member, "GET", "/claims/kinds").json["items"]
    assert next(k for k in kinds if k["code"] == "community_service")["rule"] is None
