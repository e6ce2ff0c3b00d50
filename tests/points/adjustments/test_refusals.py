"""Who may do what with an adjustment, and what is refused: it changes nothing and says why."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from shared.ids import new_id
from tests.points.adjustments.people import (
    CITY_ADMIN,
    DEPUTY,
    SECOND_UNIT_ADMIN,
    SECRETARY,
    UNIT_ADMIN,
    People,
    stored,
)
from tests.points.city import BRANCH, OTHER, UNIT, change_member, join, tell_of

REASON = {"reason": "x"}


@pytest.mark.parametrize("proposer", [SECRETARY, UNIT_ADMIN, CITY_ADMIN])
@pytest.mark.parametrize("approver", [SECRETARY, DEPUTY, UNIT_ADMIN, SECOND_UNIT_ADMIN, CITY_ADMIN])
def test_any_two_of_those_in_charge_make_an_adjustment(
    people: People, proposer: UUID, approver: UUID
) -> None:
    path = f"/adjustments/{people.propose(proposer)['id']}/approve"
    if proposer == approver:
        assert people.refused(approver, "POST", path) == (403, "second_person_needed")
    else:
        assert people.post(approver, path)["state"] == "approved"
    people.prove()


def test_a_proposer_withdraws_and_does_not_reject(people: People) -> None:
    path = f"/adjustments/{people.propose()['id']}"
    assert people.refused(SECRETARY, "POST", f"{path}/reject", REASON) == (
        403, "second_person_needed",
    )  # fmt: skip
    assert people.refused(DEPUTY, "POST", f"{path}/withdraw") == (403, "proposer_only")


def test_nobody_has_a_hand_in_the_own_case(people: People) -> None:
    people.roles[people.member] = people.roles[SECRETARY]
    own = people.refused(people.member, "POST", "/adjustments", people.proposal())
    assert own == (403, "own_case")
    proposed = people.propose()
    approved = people.adjusted()
    for adjustment, what, body in (
        (proposed, "approve", None),
        (proposed, "reject", REASON),
        (proposed, "withdraw", None),
        (approved, "reverse", REASON),
    ):
        path = f"/adjustments/{adjustment['id']}/{what}"
        assert people.refused(people.member, "POST", path, body) == (403, "own_case")
    assert people.get(people.member, f"/adjustments/{proposed['id']}")["state"] == "proposed"


@pytest.mark.parametrize("what", ["approve", "reject", "withdraw", "reverse"])
def test_what_lies_outside_ones_reach_does_not_exist(people: People, what: str) -> None:
    stranger = new_id()
    people.roles[stranger] = ("branch_secretary", "/city/u001/b0002/")
    proposed = people.propose()
    body = REASON if what in {"reject", "reverse"} else None
    for adjustment in (proposed["id"], new_id()):
        answer = people.refused(stranger, "POST", f"/adjustments/{adjustment}/{what}", body)
        assert answer == (404, "adjustment_unknown")
        answer = people.refused(stranger, "GET", f"/adjustments/{adjustment}")
        assert answer == (404, "adjustment_unknown")
    for member in (people.member, new_id()):
        answer = people.refused(
            stranger, "POST", "/adjustments", people.proposal(member_id=str(member))
        )
        assert answer == (404, "member_unknown")
    assert people.get(stranger, "/adjustments")["items"] == []


def test_a_member_reads_what_is_about_the_own_points_only(people: People) -> None:
    colleague = join(people.city, name="李四")
    about = people.propose()["id"]
    other = people.propose(member_id=str(colleague))["id"]
    assert [a["id"] for a in people.get(people.member, "/adjustments")["items"]] == [about]
    assert people.refused(people.member, "GET", f"/adjustments/{other}")[0] == 404
    assert people.refused(people.member, "POST", f"/adjustments/{about}/approve") == (
        403, "role_needed",
    )  # fmt: skip


def test_lists_show_what_is_asked_for(people: People) -> None:
    colleague = join(people.city, OTHER, name="李四")
    people.roles[colleague] = people.roles[DEPUTY]
    mine, approved = people.propose()["id"], people.adjusted()["id"]
    theirs = people.propose(UNIT_ADMIN, member_id=str(colleague))["id"]

    def listed(who: UUID, query: str = "") -> list[str]:
        return [a["id"] for a in people.get(who, f"/adjustments?{query}")["items"]]

    assert listed(UNIT_ADMIN) == [theirs, approved, mine]
    assert listed(SECRETARY) == [approved, mine]
    assert listed(UNIT_ADMIN, "queue=approval") == [mine]
    assert listed(SECRETARY, "queue=approval") == []
    assert listed(SECOND_UNIT_ADMIN, "queue=approval") == [theirs, mine]
    # About oneself it is read and not decided.
    assert listed(colleague) == [theirs, approved, mine]
    assert listed(colleague, "queue=approval") == [mine]
    assert listed(CITY_ADMIN, f"member_id={colleague}") == [theirs]
    assert listed(CITY_ADMIN, "state=approved") == [approved]
    assert listed(CITY_ADMIN, f"organisation_id={BRANCH}") == [approved, mine]
    assert listed(CITY_ADMIN, f"organisation_id={UNIT}") == [theirs, approved, mine]
    first = people.get(CITY_ADMIN, "/adjustments?limit=2")
    rest = people.get(CITY_ADMIN, f"/adjustments?limit=2&cursor={first['next_cursor']}")
    assert [a["id"] for a in first["items"] + rest["items"]] == [theirs, approved, mine]
    assert first["items"][0]["member_name"] == "李四"


@pytest.mark.parametrize("kind", ["lecture", "prize", "invited_lecture", "login", "year_opening"])
def test_a_kind_that_no_rule_takes_by_hand_is_refused(people: People, kind: str) -> None:
    answer = people.refused(SECRETARY, "POST", "/adjustments", people.proposal(kind=kind))
    assert answer == (422, "kind_not_ruled")


def test_a_day_before_all_rules_and_a_day_to_come_are_refused(people: People) -> None:
    for day, code in (("2023-12-31", "kind_not_ruled"), ("2026-11-24", "day_in_future")):
        answer = people.refused(SECRETARY, "POST", "/adjustments", people.proposal(day=day))
        assert answer == (422, code)


def test_who_is_not_scored_is_not_adjusted(people: People) -> None:
    member = str(join(people.city, scored=False))
    answer = people.refused(SECRETARY, "POST", "/adjustments", people.proposal(member_id=member))
    assert answer == (422, "member_not_scored")


def test_an_entry_of_somebody_else_is_not_corrected(
    people: People, attend: Any, post: Callable[..., None]
) -> None:
    colleague = join(people.city)
    post(attend(colleague))
    for entry in (people.ledger(colleague)[0]["id"], str(new_id())):
        body = people.proposal(kind="correction", points=1, corrects=entry)
        answer = people.refused(SECRETARY, "POST", "/adjustments", body)
        assert answer == (422, "entry_not_of_member")


def test_evidence_is_a_file_that_the_proposer_uploaded(people: People) -> None:
    attachment = new_id()
    with people.city.unit_of_work() as uow:
        uow.session.execute(
            text(
                "INSERT INTO attachments (member_id, id, media_type, size, uploaded_at)"
                " VALUES (:member, :id, 'image/png', 9, now())"
            ),
            {"member": people.member, "id": attachment},
        )
        uow.commit()
    for unknown in (attachment, new_id()):
        body = people.proposal(attachment_id=str(unknown))
        answer = people.refused(SECRETARY, "POST", "/adjustments", body)
        assert answer == (404, "attachment_unknown")
    body = {"fact_kind": "lecture", "day": "2026-11-20", "reason": "漏记"}
    appeal = people.post(people.member, "/appeals", body | {"attachment_id": str(attachment)}, 201)
    assert appeal["attachment_id"] == str(attachment)
    body |= {"day": "2026-11-19", "attachment_id": str(new_id())}
    answer = people.refused(people.member, "POST", "/appeals", body)
    assert answer == (404, "attachment_unknown")


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "correction"},
        {"kind": "correction", "points": 0},
        {"kind": "correction", "points": 20.1},
        {"kind": "correction", "points": -20.1},
        {"kind": "correction", "points": 0.05},
        {"kind": "correction", "points": "1"},
        {"points": -2},
        {"corrects": "00000000-0000-0000-0000-000000000001"},
        {"kind": "false_claim"},
        {"claim_id": "00000000-0000-0000-0000-000000000001"},
        {"kind": ""},
        {"reason": ""},
        {"reason": "   "},
        {"reason": "\u200b。"},
        {"reason": "长" * 501},
        {"evidence": " "},
        {"day": "2026-02-30"},
        {"day": "1999-12-31"},
        {"member_id": "x"},
        {"level": "galaxy"},
        {"state": "approved"},
        {"proposed_by": "00000000-0000-0000-0000-000000000001"},
    ],
)
def test_a_proposal_that_is_none_is_refused(people: People, wrong: dict[str, Any]) -> None:
    answer = people.refused(SECRETARY, "POST", "/adjustments", people.proposal(**wrong))
    assert answer == (422, "fields_invalid")


@pytest.mark.parametrize(
    "wrong", [{}, {"reason": ""}, {"reason": " \n"}, {"reason": "x", "more": 1}]
)
@pytest.mark.parametrize("what", ["reject", "reverse"])
def test_a_decision_needs_its_reason(people: People, wrong: dict[str, Any], what: str) -> None:
    path = f"/adjustments/{people.propose()['id']}/{what}"
    assert people.refused(UNIT_ADMIN, "POST", path, wrong) == (422, "fields_invalid")


def test_what_has_lost_its_ground_meanwhile_is_not_approved(people: People) -> None:
    path = f"/adjustments/{people.propose(day='2026-11-23')['id']}"
    change_member(people.city, people.member, scored=False)
    tell_of(people.city, people.member)
    assert people.get(UNIT_ADMIN, path)["forecast"] is None
    assert people.refused(UNIT_ADMIN, "POST", f"{path}/approve") == (422, "member_not_scored")
    assert people.post(UNIT_ADMIN, f"{path}/reject", REASON)["state"] == "rejected"
    people.prove()


@pytest.mark.parametrize(
    "change",
    [
        "state = 'approved', decided_at = now(), decided_by = proposed_by",
        "state = 'approved', decided_at = now(), decided_by = member_id",
        "state = 'approved', decided_at = now()",
        "state = 'approved'",
        "state = 'rejected', decided_at = now(), decided_by = gen_random_uuid()",
        "proposed_by = member_id",
        "points = 10",
        "kind = 'correction', points = 0",
        "kind = 'correction', points = 201",
        "reverses = id",
        "state = 'done'",
    ],
)
def test_the_database_holds_two_people_to_every_decision(people: People, change: str) -> None:
    people.propose()
    before = stored(people.city)
    with people.city.unit_of_work() as uow, pytest.raises(IntegrityError):
        uow.session.execute(text(f"UPDATE adjustments SET {change}"))
    assert stored(people.city) == before
