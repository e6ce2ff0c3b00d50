"""Who may do what with an appeal, and what is refused: it changes nothing and says why."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from shared.ids import new_id
from tests.points.adjustments.people import (
    CITY_ADMIN,
    DEPUTY,
    SECRETARY,
    UNIT_ADMIN,
    People,
    stored,
)
from tests.points.city import BRANCH, OTHER, join

DISMISS = {"decision": "dismiss", "reason": "经核实，记录无误"}
MISSING = {"fact_kind": "lecture", "day": "2026-11-20", "reason": "漏记"}


def lodge(people: People, who: UUID | None = None, **about: Any) -> str:
    return str(people.post(who or people.member, "/appeals", MISSING | about, 201)["id"])


@pytest.mark.parametrize("who", [SECRETARY, DEPUTY, UNIT_ADMIN, CITY_ADMIN])
def test_whoever_is_in_charge_and_uninvolved_decides(people: People, who: UUID) -> None:
    decided = people.post(who, f"/appeals/{lodge(people)}/decide", DISMISS)
    assert decided["decided_by"] == str(who)


def test_nobody_decides_on_the_own_appeal(people: People) -> None:
    people.roles[people.member] = people.roles[SECRETARY]
    answer = people.refused(people.member, "POST", f"/appeals/{lodge(people)}/decide", DISMISS)
    assert answer == (403, "own_case")


def test_only_the_member_withdraws_and_escalates(people: People) -> None:
    path = f"/appeals/{lodge(people)}"
    assert people.refused(SECRETARY, "POST", f"{path}/withdraw") == (403, "appellant_only")
    people.post(DEPUTY, f"{path}/decide", DISMISS)
    answer = people.refused(SECRETARY, "POST", f"{path}/escalate", {"reason": "x"})
    assert answer == (403, "appellant_only")


@pytest.mark.parametrize(
    ("what", "body"),
    [("decide", DISMISS), ("escalate", {"reason": "x"}), ("withdraw", None)],
)
def test_what_lies_outside_ones_reach_does_not_exist(people: People, what: str, body: Any) -> None:
    stranger = new_id()
    people.roles[stranger] = ("branch_secretary", "/city/u001/b0002/")
    for appeal in (lodge(people), new_id()):
        answer = people.refused(stranger, "POST", f"/appeals/{appeal}/{what}", body)
        assert answer == (404, "appeal_unknown")
        assert people.refused(stranger, "GET", f"/appeals/{appeal}") == (404, "appeal_unknown")
    assert people.get(stranger, "/appeals")["items"] == []


def test_a_member_appeals_about_the_own_points_only(people: People) -> None:
    colleague = join(people.city)
    theirs = people.adjusted(member_id=str(colleague))
    for about, code in (
        ({"entry_id": theirs["entries"][0]["id"]}, "entry_unknown"),
        ({"entry_id": str(new_id())}, "entry_unknown"),
        ({"adjustment_id": theirs["id"]}, "adjustment_unknown"),
        ({"adjustment_id": str(new_id())}, "adjustment_unknown"),
    ):
        answer = people.refused(people.member, "POST", "/appeals", {"reason": "有误", **about})
        assert answer == (404, code)
    appeal = lodge(people, colleague)
    assert people.refused(people.member, "GET", f"/appeals/{appeal}") == (404, "appeal_unknown")
    assert people.refused(people.member, "POST", f"/appeals/{appeal}/decide", DISMISS) == (
        403, "role_needed",
    )  # fmt: skip


def test_what_is_not_in_effect_is_not_appealed_against(people: People) -> None:
    proposed, rejected = people.propose()["id"], people.propose()["id"]
    people.post(DEPUTY, f"/adjustments/{rejected}/reject", {"reason": "不实"})
    for adjustment in (proposed, rejected):
        body = {"reason": "有误", "adjustment_id": adjustment}
        answer = people.refused(people.member, "POST", "/appeals", body)
        assert answer == (409, "adjustment_not_approved")


def test_lists_show_what_is_asked_for(people: People) -> None:
    colleague = join(people.city, OTHER, name="李四")
    adjustment = people.adjusted()["id"]
    mine = people.post(
        people.member, "/appeals", {"reason": "有误", "adjustment_id": adjustment}, 201
    )["id"]
    theirs, decided = lodge(people, colleague), lodge(people)
    people.post(DEPUTY, f"/appeals/{decided}/decide", DISMISS)

    def listed(who: UUID, query: str = "") -> list[str]:
        return [a["id"] for a in people.get(who, f"/appeals?{query}")["items"]]

    assert listed(people.member) == [decided, mine]
    assert listed(colleague) == [theirs]
    assert listed(UNIT_ADMIN) == [decided, theirs, mine]
    assert listed(DEPUTY, "queue=decision") == [mine]
    assert listed(SECRETARY, "queue=decision") == [], "who proposed it does not decide"
    assert listed(UNIT_ADMIN, "queue=decision") == [theirs], "nor who approved it"
    involved = {a["id"]: a["asker_involved"] for a in people.get(SECRETARY, "/appeals")["items"]}
    assert involved[mine], "and is told so beforehand"
    assert not people.get(DEPUTY, f"/appeals/{mine}")["asker_involved"]
    people.post(people.member, f"/appeals/{decided}/escalate", {"reason": "请复核"})
    assert listed(SECRETARY, "queue=decision") == [], "it has gone a level up"
    assert listed(UNIT_ADMIN, "queue=decision") == [decided, theirs]
    assert listed(CITY_ADMIN, "queue=decision") == [decided, theirs, mine]
    assert listed(CITY_ADMIN, f"member_id={colleague}") == [theirs]
    assert listed(CITY_ADMIN, f"organisation_id={BRANCH}&state=open") == [decided, mine]
    first = people.get(CITY_ADMIN, "/appeals?limit=2")
    rest = people.get(CITY_ADMIN, f"/appeals?limit=2&cursor={first['next_cursor']}")
    assert [a["id"] for a in first["items"] + rest["items"]] == [decided, theirs, mine]


NOTHING: dict[str, Any] = {}


@pytest.mark.parametrize(
    "wrong",
    [
        NOTHING,
        {"reason": "x"},
        {"fact_kind": "lecture", "reason": "x"},
        {"day": "2026-11-20", "reason": "x"},
        {"fact_kind": "login", "day": "2026-11-20", "reason": "x"},
        MISSING | {"reason": ""},
        MISSING | {"reason": " "},
        MISSING | {"entry_id": "00000000-0000-0000-0000-000000000001"},
        {
            "entry_id": "00000000-0000-0000-0000-000000000001",
            "day": "2026-11-20",
            "reason": "x",
        },
        MISSING | {"day": "1999-12-31"},
        MISSING | {"evidence": ""},
        MISSING | {"member_id": "00000000-0000-0000-0000-000000000001"},
    ],
)
def test_an_appeal_that_is_none_is_refused(people: People, wrong: dict[str, Any]) -> None:
    assert people.refused(people.member, "POST", "/appeals", wrong) == (422, "fields_invalid")


@pytest.mark.parametrize(
    "wrong",
    [
        NOTHING,
        {"decision": "dismiss"},
        {"decision": "dismiss", "reason": "—"},
        {"decision": "maybe", "reason": "x"},
        {"decision": "uphold", "reason": "x"},
        {"decision": "uphold", "reason": "x", "remedy": "correct"},
        {"decision": "uphold", "reason": "x", "remedy": "annul", "points": 1},
        {"decision": "uphold", "reason": "x", "remedy": "correct", "points": 0},
        {"decision": "uphold", "reason": "x", "remedy": "correct", "points": -1},
        {"decision": "uphold", "reason": "x", "remedy": "correct", "points": 20.1},
        {"decision": "uphold", "reason": "x", "remedy": "more", "points": 1},
        {"decision": "dismiss", "reason": "x", "remedy": "annul"},
        {"decision": "dismiss", "reason": "x", "points": 1},
    ],
)
def test_a_decision_that_is_none_is_refused(people: People, wrong: dict[str, Any]) -> None:
    path = f"/appeals/{lodge(people)}/decide"
    assert people.refused(SECRETARY, "POST", path, wrong) == (422, "fields_invalid")


@pytest.mark.parametrize(
    "change",
    [
        (
            "state = 'dismissed', decided_by = member_id, decided_at = now(),"
            " decided_level = 'branch', decision_reason = 'x'"
        ),
        "state = 'dismissed'",
        (
            "state = 'upheld', decided_by = gen_random_uuid(), decided_at = now(),"
            " decided_level = 'branch', decision_reason = 'x'"
        ),
        (
            "state = 'upheld', decided_by = gen_random_uuid(), decided_at = now(),"
            " decided_level = 'branch', decision_reason = 'x', remedy = 'annul'"
        ),
        (
            "state = 'upheld', decided_by = gen_random_uuid(), decided_at = now(),"
            " decided_level = 'branch', decision_reason = 'x', remedy = 'correct', points = -1"
        ),
        "involved = '{}'",
        "day = NULL",
        "fact_kind = NULL",
        "level = 'province'",
    ],
)
def test_the_database_holds_decisions_to_their_form(people: People, change: str) -> None:
    lodge(people)
    before = stored(people.city)
    with people.city.unit_of_work() as uow, pytest.raises(IntegrityError):
        uow.session.execute(text(f"UPDATE appeals SET {change}"))
    assert stored(people.city) == before
