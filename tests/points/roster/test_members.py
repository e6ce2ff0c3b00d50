"""Members are added, corrected, transferred, and seen only by those who may."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from sqlalchemy import text

from shared.contracts.roster import MEMBERS_V1, MembersChangedV1
from tests.points.roster.conftest import City, all_at_once


def test_a_new_member_is_published_as_the_contract_says(city: City) -> None:
    city.forget_outbox()
    member = city.member("1001", "b1", group_id=str(city.ids["g1"]), joined_on="2020-07-01")
    (published,) = city.outbox(MEMBERS_V1)
    assert MembersChangedV1().validate({"members": [published]}) == {}
    assert published["id"] == str(member)
    assert (published["path"], published["group_path"]) == ("/city/u1/b1/", "/city/u1/b1/g1/")
    assert (published["status"], published["scored"], published["version"]) == ("full", True, 1)
    read = city.admin.get(f"/members/{member}").json
    assert (read["organisation_name"], read["joined_on"]) == ("组织b1", "2020-07-01")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"member_no": "A1"}, 409, "member_no_taken"),
        ({"member_no": "=1"}, 422, "fields_invalid"),
        ({"name": ""}, 422, "fields_invalid"),
        ({"name": "张\n三"}, 422, "fields_invalid"),
        ({"name": "=HYPERLINK(1)"}, 422, "fields_invalid"),
        ({"status": "hero"}, 422, "fields_invalid"),
        ({"joined_on": "2026-02-30"}, 422, "fields_invalid"),
        ({"organisation_id": "u1"}, 422, "not_a_branch"),
        ({"group_id": "x1"}, 422, "group_not_of_branch"),
        ({"group_id": "b2"}, 422, "group_not_of_branch"),
        ({"id_number": "110101"}, 422, "fields_invalid"),
    ],
)
def test_a_bad_member_is_refused(
    city: City, change: dict[str, Any], status: int, code: str
) -> None:
    named = {k: str(city.ids[v]) if k.endswith("_id") else v for k, v in change.items()}
    body = {"member_no": "1", "name": "张三", "organisation_id": str(city.ids["b1"]), **named}
    city.forget_outbox()
    answer = city.admin.post("/members", body)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert city.outbox(MEMBERS_V1) == []


def test_the_same_number_sent_twice_at_once_makes_one_member(city: City) -> None:
    barrier = Barrier(4)
    body = {"member_no": "1", "name": "张三", "organisation_id": str(city.ids["b1"])}

    def add(_: int) -> int:
        barrier.wait()
        return city.admin.post("/members", body).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(add, range(4))) == [201, 409, 409, 409]


def test_a_status_decides_on_scoring_unless_told_otherwise(city: City) -> None:
    path = f"/members/{city.member('1', 'b1')}"
    assert city.admin.edit(path, {"status": "retired"}).json["scored"] is False
    assert city.admin.edit(path, {"status": "full"}).json["scored"] is True
    assert city.admin.edit(path, {"status": "mobile", "scored": True}).json["scored"] is True


def test_an_edit_that_changes_nothing_publishes_nothing(city: City) -> None:
    path = f"/members/{city.member('1', 'b1')}"
    city.forget_outbox()
    assert city.admin.edit(path, {"name": "党员1"}).json["version"] == 1
    assert city.outbox(MEMBERS_V1) == []
    assert city.admin.call("PATCH", path, {"name": "x"}, If_Match='"7"').status_code == 412


def test_edits_at_once_do_not_overwrite_each_other(city: City) -> None:
    member = city.member("1", "b1")
    path = f"/members/{member}"

    def rename(number: int) -> int:
        return city.admin.call("PATCH", path, {"name": f"名{number}"}, If_Match='"1"').status_code

    renames = [partial(rename, number) for number in range(3)]
    assert all_at_once(city, member, renames) == [200, 412, 412]
    assert city.admin.get(path).json["version"] == 2


def test_who_leaves_keeps_no_duty_and_may_come_back(city: City) -> None:
    member = city.member("1", "b1", group_id=str(city.ids["g1"]))
    for role, code in (("group_leader", "g1"), ("unit_admin", "u1")):
        body = {"member_id": str(member), "role": role, "organisation_id": str(city.ids[code])}
        assert city.admin.post("/role-assignments", body).status_code == 201
    city.admin.post(f"/organisations/{city.ids['x1']}/members", {"member_ids": [str(member)]})
    left = city.admin.edit(f"/members/{member}", {"status": "left"}).json
    assert (left["roles"], left["cross_groups"], left["group_id"], left["scored"]) == (
        [],
        [],
        None,
        False,
    )
    published = city.outbox(MEMBERS_V1)[-1]
    assert (published["status"], published["roles"]) == ("left", [])
    for refused in (
        city.admin.post(f"/members/{member}/transfers", {"organisation_id": str(city.ids["b2"])}),
        city.admin.edit(f"/members/{member}", {"group_id": str(city.ids["g1"])}),
    ):
        assert (refused.status_code, refused.json["code"]) == (409, "member_has_left")
    city.admin.edit(f"/members/{member}", {"status": "full"})
    history = city.admin.get(f"/members/{member}/transfers").json["items"]
    assert [entry["until"] is None for entry in history] == [True, False]


def test_a_transfer_keeps_history_and_ends_duties_of_the_old_branch(city: City) -> None:
    member = city.member("1", "b1", group_id=str(city.ids["g1"]))
    for role, code in (("branch_secretary", "b1"), ("group_leader", "g1"), ("unit_admin", "u1")):
        body = {"member_id": str(member), "role": role, "organisation_id": str(city.ids[code])}
        assert city.admin.post("/role-assignments", body).status_code == 201
    answer = city.admin.post(
        f"/members/{member}/transfers",
        {"organisation_id": str(city.ids["b3"]), "reason": "调动"},
    )
    assert answer.status_code == 201
    published = city.outbox(MEMBERS_V1)[-1]
    assert (published["path"], published["group_path"]) == ("/city/u2/b3/", None)
    assert published["roles"] == [{"role": "unit_admin", "path": "/city/u1/"}]
    new, old = city.admin.get(f"/members/{member}/transfers").json["items"]
    assert (new["organisation_id"], new["reason"], new["until"]) == (
        str(city.ids["b3"]),
        "调动",
        None,
    )
    assert new["recorded_by"] == str(city.admin.member_id)
    assert old["until"] == new["since"]
    again = city.admin.post(
        f"/members/{member}/transfers", {"organisation_id": str(city.ids["b3"])}
    )
    assert (again.status_code, again.json["code"]) == (409, "already_there")


def test_transfers_at_once_leave_one_present_branch(city: City) -> None:
    member = city.member("1", "b1")

    def move(code: str) -> int:
        body = {"organisation_id": str(city.ids[code])}
        return city.admin.post(f"/members/{member}/transfers", body).status_code

    assert all_at_once(city, member, [partial(move, "b2"), partial(move, "b3")]) == [201, 201]
    history = city.admin.get(f"/members/{member}/transfers").json["items"]
    assert [entry["until"] is None for entry in history] == [True, False, False]
    assert (
        city.admin.get(f"/members/{member}").json["organisation_id"]
        == (history[0]["organisation_id"])
    )


def test_a_list_shows_the_own_part_of_the_tree(city: City) -> None:
    city.member("1", "b1", group_id=str(city.ids["g1"]))
    city.member("2", "b1")
    city.member("3", "b2")
    outsider = city.member("4", "b3")
    city.admin.post(f"/organisations/{city.ids['x1']}/members", {"member_ids": [str(outsider)]})

    def seen(role: str, code: str, query: str = "") -> list[str]:
        items = city.caller(role, code).get(f"/members{query}").json["items"]
        return [item["member_no"] for item in items]

    assert seen("city_admin", "city") == ["1", "2", "3", "4", "A1"]
    assert seen("unit_admin", "u1") == ["1", "2", "3", "4"]
    assert seen("unit_admin", "u2") == ["4"]
    assert seen("branch_secretary", "b1") == ["1", "2"]
    assert seen("group_leader", "g1") == ["1"]
    assert seen("group_leader", "x1") == ["4"]
    assert seen("unit_admin", "u1", f"?organisation_id={city.ids['b1']}") == ["1", "2"]
    assert seen("unit_admin", "u1", f"?organisation_id={city.ids['g1']}") == ["1"]
    assert seen("unit_admin", "u2", f"?organisation_id={city.ids['b1']}") == []
    assert seen("city_admin", "city", "?q=党员3") == ["3"]
    assert seen("city_admin", "city", "?q=A") == ["A1"]
    assert seen("city_admin", "city", "?q=%25") == []


def test_a_member_is_found_by_any_part_of_the_name(city: City) -> None:
    for number, name in (
        ("1", "欧阳明"),
        ("2", "明月"),
        ("3", "明明"),
        ("4", "月明_A"),
        ("5", "Ann"),
    ):
        city.member(number, "b1", name=name)

    def found(q: str) -> list[str]:
        items = city.admin.get(f"/members?q={quote(q)}").json["items"]
        return [item["member_no"] for item in items]

    assert found("明") == ["1", "2", "3", "4"]
    # The same characters are not yet the same text.
    assert (found("明月"), found("月明"), found("明明")) == (["2"], ["4"], ["3"])
    assert (found("阳明"), found("欧阳明"), found("欧明")) == (["1"], ["1"], [])
    assert (found("明_"), found("_"), found("%")) == (["4"], ["4"], [])
    assert (found("A"), found("nn"), found("n")) == (["4", "5", "A1"], ["5"], ["5"])


def test_a_list_is_read_page_by_page(city: City) -> None:
    numbers = [f"{n:03}" for n in range(7)]
    for number in numbers:
        city.member(number, "b2")
    found: list[str] = []
    query = f"/members?organisation_id={city.ids['b2']}&limit=3"
    cursor = ""
    while True:
        answer = city.admin.get(query + cursor).json
        found += [item["member_no"] for item in answer["items"]]
        if answer["next_cursor"] is None:
            break
        cursor = f"&cursor={answer['next_cursor']}"
    assert found == numbers


def test_one_entry_is_read_by_its_member_and_those_above(city: City) -> None:
    member = city.member("1", "b1", group_id=str(city.ids["g1"]))
    path = f"/members/{member}"
    assert city.caller("member", "b1", member).get(path).status_code == 200
    assert city.caller("group_leader", "g1").get(path).status_code == 200
    assert city.caller("branch_secretary", "b1").get(path).status_code == 200
    for role, code in (
        ("member", "b1"),
        ("branch_secretary", "b2"),
        ("unit_admin", "u2"),
        ("auditor", "city"),
        ("system_admin", "city"),
        ("organiser", "b1"),
    ):
        answer = city.caller(role, code).get(path)
        assert (answer.status_code, answer.json["code"]) == (403, "out_of_reach"), role
    assert city.admin.get(f"/members/{uuid4()}").status_code == 404


def test_a_group_outside_the_branch_cannot_be_written_even_past_the_service(city: City) -> None:
    member = city.member("1", "b2")
    with city.database.unit_of_work() as uow, pytest.raises(Exception, match="foreign key"):
        uow.session.execute(
            text("UPDATE members SET group_id = :group WHERE id = :id"),
            {"group": city.ids["g1"], "id": member},
        )
