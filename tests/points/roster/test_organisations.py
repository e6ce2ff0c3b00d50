"""The tree grows, is renamed and is moved, and everybody whose path changed is told of."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from shared.contracts.roster import MEMBERS_V1, ORGANISATIONS_V1
from tests.points.roster.conftest import City


def test_an_organisation_is_added_below_its_parent_and_published(city: City) -> None:
    city.forget_outbox()
    city.organisation("gb1", "general_branch", "u1")
    assert city.paths["gb1"] == "/city/u1/gb1/"
    (published,) = city.outbox(ORGANISATIONS_V1)
    assert (published["path"], published["version"]) == ("/city/u1/gb1/", 1)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"code": "b1"}, 409, "code_taken"),
        ({"code": "Ü"}, 422, "fields_invalid"),
        ({"code": "a" * 33}, 422, "fields_invalid"),
        ({"code": "a\n"}, 422, "fields_invalid"),
        ({"name": ""}, 422, "fields_invalid"),
        ({"name": "=HYPERLINK(1)"}, 422, "fields_invalid"),
        ({"name": "甲\u0000乙"}, 422, "fields_invalid"),
        ({"kind": "group"}, 422, "parent_kind_wrong"),
        ({"kind": "committee"}, 422, "parent_kind_wrong"),
        ({"kind": "empire"}, 422, "fields_invalid"),
        ({"parent_id": "00000000-0000-0000-0000-000000000000"}, 404, "organisation_unknown"),
        ({"path": "/x/"}, 422, "fields_invalid"),
    ],
)
def test_a_bad_organisation_is_refused(
    city: City, change: dict[str, str], status: int, code: str
) -> None:
    body = {"code": "n1", "name": "新支部", "kind": "branch", "parent_id": str(city.ids["u1"])}
    city.forget_outbox()
    answer = city.admin.post("/organisations", {**body, **change})
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert city.outbox(ORGANISATIONS_V1) == []


def test_a_move_takes_everything_below_along(city: City) -> None:
    member = city.member("1", "b1", group_id=str(city.ids["g1"]))
    leader = city.member("2", "b3")
    role = {"member_id": str(leader), "role": "group_leader"}
    city.admin.post("/role-assignments", {**role, "organisation_id": str(city.ids["g1"])})
    bystander = city.member("3", "b3")
    city.forget_outbox()
    answer = city.admin.edit(f"/organisations/{city.ids['b1']}", {"parent_id": str(city.ids["u2"])})
    assert (answer.status_code, answer.json["path"]) == (200, "/city/u2/b1/")
    assert [e["path"] for e in city.outbox(ORGANISATIONS_V1)] == ["/city/u2/b1/", "/city/u2/b1/g1/"]
    published = {e["id"]: e for e in city.outbox(MEMBERS_V1)}
    assert published[str(member)]["path"] == "/city/u2/b1/"
    assert published[str(member)]["group_path"] == "/city/u2/b1/g1/"
    assert published[str(leader)]["roles"] == [{"role": "group_leader", "path": "/city/u2/b1/g1/"}]
    assert str(bystander) not in published


def test_a_rename_tells_of_the_organisation_alone(city: City) -> None:
    city.member("1", "b1")
    city.forget_outbox()
    answer = city.admin.edit(f"/organisations/{city.ids['b1']}", {"name": "新名"})
    assert (answer.json["name"], answer.json["version"]) == ("新名", 2)
    assert [e["name"] for e in city.outbox(ORGANISATIONS_V1)] == ["新名"]
    assert city.outbox(MEMBERS_V1) == []
    assert answer.headers["ETag"] == '"2"'


@pytest.mark.parametrize(
    ("moved", "to", "status", "code"),
    [
        ("u1", "b1", 422, "moved_below_itself"),
        ("u1", "u1", 422, "moved_below_itself"),
        ("city", "u1", 422, "moved_below_itself"),
        ("b1", "b2", 422, "parent_kind_wrong"),
        ("g1", "b2", 409, "group_has_members"),
    ],
)
def test_a_move_that_would_break_the_tree_is_refused(
    city: City, moved: str, to: str, status: int, code: str
) -> None:
    city.member("1", "b1", group_id=str(city.ids["g1"]))
    city.forget_outbox()
    answer = city.admin.edit(f"/organisations/{city.ids[moved]}", {"parent_id": str(city.ids[to])})
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert city.outbox(ORGANISATIONS_V1) == []


def test_an_edit_of_an_old_version_is_refused(city: City) -> None:
    path = f"/organisations/{city.ids['b1']}"
    assert city.admin.call("PATCH", path, {"name": "x"}).status_code == 428
    assert city.admin.call("PATCH", path, {"name": "x"}, If_Match='"9"').status_code == 412


def test_moves_at_once_leave_a_tree(city: City) -> None:
    """A branch goes under a general branch that itself goes to another unit, over and over."""
    city.organisation("gb1", "general_branch", "u1")
    barrier = Barrier(2)

    def move(code: str, to: str) -> int:
        path = f"/organisations/{city.ids[code]}"
        tag = city.admin.get(path).headers["ETag"]
        barrier.wait()
        return city.admin.call(
            "PATCH", path, {"parent_id": str(city.ids[to])}, If_Match=tag
        ).status_code

    with ThreadPoolExecutor(2) as pool:
        for under, unit in (("gb1", "u2"), ("u1", "u1")) * 10:
            statuses = list(pool.map(move, ("b1", "gb1"), (under, unit)))
            # Taken along by the other move, the branch has a newer version than was read.
            assert statuses in ([200, 200], [412, 200])
            assert_whole(city)


def assert_whole(city: City) -> None:
    items = city.admin.get("/organisations?limit=200").json["items"]
    by_id = {item["id"]: item for item in items}
    for item in items:
        above = by_id[item["parent_id"]]["path"] if item["parent_id"] else "/"
        assert item["path"] == f"{above}{item['code']}/"


def test_the_tree_is_read_page_by_page_and_filtered(city: City) -> None:
    first = city.admin.get("/organisations?limit=3").json
    rest = city.admin.get(f"/organisations?limit=200&cursor={first['next_cursor']}").json
    assert rest["next_cursor"] is None
    paths = [item["path"] for item in first["items"] + rest["items"]]
    assert paths == sorted(["/city/", *(p for c, p in city.paths.items() if c != "city")])
    below = city.admin.get(f"/organisations?organisation_id={city.ids['u1']}&kind=branch").json
    assert [item["code"] for item in below["items"]] == ["b1", "b2"]
    children = city.admin.get(f"/organisations?parent_id={city.ids['city']}").json
    assert [item["code"] for item in children["items"]] == ["u1", "u2"]
    assert city.admin.get("/organisations?q=%25").json["items"] == []


@pytest.mark.parametrize("cursor", ["x", "bnVsbA", "WzEsMl0", "W10"])
def test_a_made_up_cursor_is_refused(city: City, cursor: str) -> None:
    answer = city.admin.get(f"/organisations?cursor={cursor}")
    assert (answer.status_code, answer.json["code"]) == (400, "cursor_invalid")
