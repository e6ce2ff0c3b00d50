"""A unit adds rules or lowers the city's, and never exceeds what the city set."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from services.points.checker.check import check
from shared.clock import FixedClock
from shared.database import Database
from shared.ids import new_id
from shared.testing.plugin import TokenFor
from tests.points.city import BRANCH, CITY, UNIT

Add = Callable[..., UUID]
TODAY, TOMORROW = "2026-11-23", "2026-11-24"
ELSEWHERE = new_id()
LECTURE = {
    "name_zh": "听党课",
    "name_en": "Lecture attended",
    "category": "LIFE",
    "trigger": ["check_in"],
    "kinds": ["lecture"],
    "value": {"kind": "fixed", "points": 1},
    "caps": [{"per": "year", "points": 3}],
}
READING = {
    "name_zh": "读书会",
    "name_en": "Reading circle",
    "category": "STUDY",
    "trigger": ["check_in"],
    "kinds": ["training"],
    "value": {"kind": "fixed", "points": 2},
    "caps": [{"per": "year", "points": 4}],
}


BY_TWO = {"trigger": ["manual"]}


class Desk:
    """An administrator's desk."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self._client = client
        self._headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        headers = self._headers | headers
        return self._client.open(f"/api/v1{path}", method=method, json=body, headers=headers)

    def draft(self, organisation: UUID = UNIT) -> str:
        body = {"name": "单位规则", "organisation_id": str(organisation)}
        answer = self.call("POST", "/rule-sets", body)
        assert answer.status_code == 201, answer.text
        return str(answer.json["id"])

    def put(self, draft: str, code: str, rule: dict[str, Any]) -> Any:
        return self.call("PUT", f"/rule-sets/{draft}/rules/{code}", rule)


@pytest.fixture
def desk(city: Database, client: FlaskClient, token_for: TokenFor) -> Callable[..., Desk]:
    with city.unit_of_work() as uow:
        for identity, code, kind, parent, path in (
            (ELSEWHERE, "u002", "unit", CITY, "/city/u002/"),
            (new_id(), "b0003", "branch", ELSEWHERE, "/city/u002/b0003/"),
        ):
            uow.session.execute(
                text(
                    "INSERT INTO organisations (id, code, name, kind, parent_id, path)"
                    " VALUES (:id, :code, :code, :kind, :parent, :path)"
                ),
                {"id": identity, "code": code, "kind": kind, "parent": parent, "path": path},
            )
        uow.commit()

    def sit(role: str = "unit_admin", at: str = "/city/u001/") -> Desk:
        return Desk(client, token_for(new_id(), f"{at}b0001/", [(role, at)]))

    return sit


def in_force(desk: Callable[..., Desk], clock: FixedClock, *rules: tuple[str, Any]) -> None:
    """Put a unit's set in force today."""
    author = desk()
    draft = author.draft()
    for code, rule in rules:
        assert author.put(draft, code, rule).status_code == 200
    body = {"effective_from": TODAY}
    assert author.call("POST", f"/rule-sets/{draft}/submit", body).status_code == 200
    assert desk().call("POST", f"/rule-sets/{draft}/approve", {}).status_code == 200
    clock.advance(3600)


def test_a_units_rules_count_for_its_members_from_their_moment_on(
    desk: Callable[..., Desk],
    city: Database,
    clock: FixedClock,
    add_member: Add,
    attend: Any,
    post: Callable[..., None],
) -> None:
    with city.unit_of_work() as uow:
        there = uow.session.scalar(text("SELECT id FROM organisations WHERE code = 'b0003'"))
    ours, theirs = add_member(BRANCH), add_member(there)
    in_force(desk, clock, ("L04", LECTURE), ("U01", READING))
    for member in (ours, theirs):
        post(
            attend(member, day="2026-11-22"),
            attend(member, day="2026-11-23T10:30:00"),
            attend(member, "training", day="2026-11-23T10:40:00"),
        )
    with city.unit_of_work() as uow:
        rows = uow.session.execute(
            text(
                "SELECT member_id, rule_code, points FROM ledger_entries"
                " ORDER BY member_id, occurred_at"
            )
        ).all()
        assert check(uow).violations == []
    got = {m: [(r.rule_code, r.points) for r in rows if r.member_id == m] for m in (ours, theirs)}
    # The unit's yearly cap of 3 counts what its city rule has given as well.
    assert got[ours] == [("L04", 20), ("L04", 10), ("U01", 20)]
    assert got[theirs] == [("L04", 20), ("L04", 20)]


def test_each_reads_the_rules_that_count_for_the_own_unit(
    desk: Callable[..., Desk], clock: FixedClock
) -> None:
    in_force(desk, clock, ("L04", LECTURE), ("U01", READING))
    ours, theirs = (
        {rule["code"]: rule["value"] for rule in desk(at=at).call("GET", "/rules").json["rules"]}
        for at in ("/city/u001/", "/city/u002/")
    )
    assert (ours["L04"]["points"], theirs["L04"]["points"]) == (1, 2)
    assert set(ours) - set(theirs) == {"U01"}


def test_what_the_city_lowers_later_bounds_the_unit(
    desk: Callable[..., Desk],
    clock: FixedClock,
    city: Database,
    add_member: Add,
    attend: Any,
    post: Callable[..., None],
) -> None:
    in_force(desk, clock, ("L04", LECTURE | {"value": {"kind": "fixed", "points": 2}}))
    author, second = desk("city_admin", "/city/"), desk("city_admin", "/city/")
    draft = author.call("POST", "/rule-sets", {"name": "调低"}).json["id"]
    lower = LECTURE | {
        "value": {"kind": "fixed", "points": 0.5},
        "caps": [{"per": "year", "points": 2}],
    }
    assert author.put(draft, "L04", lower).status_code == 200
    author.call("POST", f"/rule-sets/{draft}/submit", {"effective_from": TODAY})
    assert second.call("POST", f"/rule-sets/{draft}/approve", {}).status_code == 200
    clock.advance(60)
    rules = desk().call("GET", "/rules").json["rules"]
    assert next(r["value"]["points"] for r in rules if r["code"] == "L04") == 0.5
    # What is posted then shows the city's cap.
    post(attend(add_member(BRANCH), day="2026-11-23T10:00:30"))
    with city.unit_of_work() as uow:
        entry = uow.session.execute(text("SELECT points, cap FROM ledger_entries")).one()
        assert tuple(entry) == (5, 20)
        assert check(uow).violations == []


@pytest.mark.parametrize(
    ("code", "rule", "fields"),
    [
        ("L04", LECTURE | {"value": {"kind": "fixed", "points": 2.5}}, ["value"]),
        ("L04", LECTURE | {"value": {"kind": "per_hour", "points": 1, "at_most": 1}}, ["value"]),
        ("L04", LECTURE | {"caps": []}, ["caps"]),
        ("L04", LECTURE | {"caps": [{"per": "year", "points": 9}]}, ["caps"]),
        ("L04", LECTURE | {"kinds": ["lecture", "theme_day"]}, ["kinds"]),
        ("L04", LECTURE | {"category": "STUDY", "role": "helper"}, ["category", "role"]),
        ("X01", READING, ["code"]),
        ("U01", READING | {"caps": []}, ["caps"]),
        ("U01", READING | {"caps": [{"per": "year", "points": 21}]}, ["caps"]),
        ("U01", READING | {"category": "DEDUCT"}, ["category", "caps"]),
        ("U01", READING | {"trigger": ["manual"]}, ["trigger"]),
        (
            "U01",
            READING | BY_TWO | {"value": {"kind": "stated", "at_most": 5}},
            ["trigger", "value"],
        ),
        (
            "U01",
            READING | BY_TWO | {"value": {"kind": "fixed", "points": -1}},
            ["trigger", "value"],
        ),
    ],
)
def test_what_exceeds_the_city_is_refused_and_changes_nothing(
    desk: Callable[..., Desk], code: str, rule: dict[str, Any], fields: list[str]
) -> None:
    author = desk()
    draft = author.draft()
    refused = author.put(draft, code, rule)
    assert (refused.status_code, refused.json["code"]) == (422, "exceeds_city"), refused.text
    assert refused.json["fields"] == fields
    assert author.call("GET", f"/rule-sets/{draft}").json["rules"] == []


@pytest.mark.parametrize(
    ("limits", "field"),
    [
        ({"category_caps": {"LIFE": 41}}, "category_caps.LIFE"),
        ({"monthly_gain": 16}, "monthly_gain"),
        ({"floor": -5}, "floor"),
    ],
)
def test_limits_above_the_citys_are_refused(
    desk: Callable[..., Desk], limits: dict[str, Any], field: str
) -> None:
    author = desk()
    draft = author.draft()
    refused = author.call("PATCH", f"/rule-sets/{draft}", limits, **{"If-Match": '"1"'})
    assert (refused.status_code, refused.json["fields"]) == (422, [field])


def test_a_city_leaves_the_codes_with_u_to_units(desk: Callable[..., Desk]) -> None:
    author = desk("city_admin", "/city/")
    draft = author.call("POST", "/rule-sets", {"name": "全市"}).json["id"]
    refused = author.put(draft, "U01", READING)
    assert (refused.status_code, refused.json["code"]) == (422, "rule_code_reserved")


def test_a_unit_keeps_to_itself(desk: Callable[..., Desk]) -> None:
    draft = desk().draft()
    stranger = desk(at="/city/u002/")
    for method, path, body in (
        ("GET", f"/rule-sets/{draft}", None),
        ("PUT", f"/rule-sets/{draft}/rules/U01", READING),
        ("POST", f"/rule-sets/{draft}/submit", {"effective_from": TOMORROW}),
        ("POST", f"/rule-sets/{draft}/approve", {}),
        ("GET", f"/rule-sets?organisation_id={UNIT}", None),
        ("POST", "/rule-sets", {"name": "越权", "organisation_id": str(UNIT)}),
        ("POST", "/rule-sets", {"name": "全市"}),
    ):
        answer = stranger.call(method, path, body)
        assert (answer.status_code, answer.json["code"]) == (403, "out_of_reach"), path
    assert [
        s["id"] for s in desk().call("GET", f"/rule-sets?organisation_id={UNIT}").json["items"]
    ] == [draft]
    assert (
        desk()
        .call("POST", "/rule-sets", {"name": "支部", "organisation_id": str(BRANCH)})
        .json["code"]
        == "unit_unknown"
    )


def test_a_units_draft_is_based_on_its_own(desk: Callable[..., Desk]) -> None:
    author = desk()
    citys = author.call("GET", "/rule-sets").json["items"][0]["id"]
    body = {"name": "照抄", "organisation_id": str(UNIT), "based_on": citys}
    refused = author.call("POST", "/rule-sets", body)
    assert (refused.status_code, refused.json["code"]) == (422, "based_on_another")


def test_a_units_first_set_is_compared_with_nothing(desk: Callable[..., Desk]) -> None:
    author = desk()
    draft = author.draft()
    author.put(draft, "U01", READING)
    shown = author.call("GET", f"/rule-sets/{draft}/diff").json
    assert shown["against"] is None
    assert {change["rule"] for change in shown["changes"]} == {"U01"}


def test_the_difference_is_against_the_units_own_set(
    desk: Callable[..., Desk], clock: FixedClock
) -> None:
    in_force(desk, clock, ("U01", READING))
    author = desk()
    draft = author.draft()
    author.put(draft, "U01", READING | {"value": {"kind": "fixed", "points": 1}})
    changes = author.call("GET", f"/rule-sets/{draft}/diff").json["changes"]
    assert [
        (c["rule"], c["field"], c["before"]["points"], c["after"]["points"]) for c in changes
    ] == [("U01", "value", 2, 1)]
