"""Everything that administrators and files do to the roster, and what it makes points tell."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final
from uuid import UUID

from shared.contracts.roster import MEMBERS_V1, ORGANISATIONS_V1
from tests.contracts.outbox import Wanted, told
from tests.points.roster.conftest import City

ROSTER: Final = ("编号", "姓名", "支部代码", "小组代码", "状态", "入党日期", "角色", "角色组织代码")
B1: Final = "/city/u1/b1/"


class Stage:
    """A city, and where in its outbox a situation begins."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.begun = len(told(city.database))

    def begin(self) -> None:
        """What was told until now led up to the situation."""
        self.begun = len(told(self.city.database))

    def member(self, number: str = "1", branch: str = "b1", **more: Any) -> UUID:
        member = self.city.member(number, branch, **more)
        self.begin()
        return member

    def give(self, member: UUID, role: str, at: str) -> str:
        body = {"member_id": str(member), "role": role, "organisation_id": str(self.city.ids[at])}
        answer = self.city.admin.post("/role-assignments", body)
        assert answer.status_code == 201, answer.text
        return str(answer.json["id"])

    def cross(self, member: UUID) -> str:
        """Put a member into the cross-cutting group; return the group's path in the API."""
        path = f"/organisations/{self.city.ids['x1']}/members"
        assert self.city.admin.post(path, {"member_ids": [str(member)]}).json == {"added": 1}
        return path

    def edit(self, path: str, **changes: Any) -> None:
        answer = self.city.admin.edit(path, changes)
        assert answer.status_code == 200, answer.text

    def imported(self, kind: str, *rows: tuple[Any, ...]) -> None:
        job = self.city.imported(kind, rows)
        assert job["state"] == "done", job


def organisations(*entries: dict[str, Any]) -> Wanted:
    return ORGANISATIONS_V1, list(entries)


def members(*entries: dict[str, Any]) -> Wanted:
    return MEMBERS_V1, list(entries)


def the_city_begins(stage: Stage) -> list[Wanted]:
    """The first organisation and the first administrator, then each organisation by itself."""
    stage.begun = 0
    codes = ("u1", "u2", "b1", "b2", "b3", "g1", "x1")
    admin = {"member_no": "A1", "name": "管理员", "path": "/city/", "scored": False}
    return [
        organisations({"code": "city", "kind": "committee", "parent_id": None, "version": 1}),
        members(admin | {"roles": [], "version": 1}),
        members(admin | {"roles": [{"role": "city_admin", "path": "/city/"}], "version": 2}),
        *(organisations({"code": code, "version": 1}) for code in codes),
    ]


def an_organisation_is_added(stage: Stage) -> list[Wanted]:
    identity = stage.city.organisation("gb1", "general_branch", "u1")
    return [
        organisations(
            {
                "id": str(identity),
                "code": "gb1",
                "name": "组织gb1",
                "kind": "general_branch",
                "parent_id": str(stage.city.ids["u1"]),
                "path": "/city/u1/gb1/",
                "version": 1,
            }
        )
    ]


def an_organisation_is_renamed(stage: Stage) -> list[Wanted]:
    stage.member()
    stage.edit(f"/organisations/{stage.city.ids['b1']}", name="第一党支部")
    return [organisations({"code": "b1", "name": "第一党支部", "version": 2})]


def an_organisation_is_moved(stage: Stage) -> list[Wanted]:
    city = stage.city
    stage.member(group_id=str(city.ids["g1"]))
    to = str(city.ids["u2"])
    stage.edit(f"/organisations/{city.ids['b1']}", name="新一支部", parent_id=to)
    path = "/city/u2/b1/"
    return [
        organisations(
            {"code": "b1", "name": "新一支部", "path": path, "parent_id": to, "version": 2},
            {"code": "g1", "path": f"{path}g1/", "version": 2},
        ),
        members({"member_no": "1", "path": path, "group_path": f"{path}g1/", "version": 2}),
    ]


def organisations_come_by_file(stage: Stage) -> list[Wanted]:
    stage.imported(
        "organisations",
        ("代码", "名称", "类别", "上级代码"),
        ("b9", "第九支部", "党支部", "u9"),
        ("u9", "第九委", "机关党委", "city"),
        ("u1", "改名委", "unit", "city"),
    )
    return [
        organisations(
            {"path": "/city/u1/", "name": "改名委", "version": 2},
            {"path": "/city/u9/", "version": 1},
            {"path": "/city/u9/b9/", "version": 1},
        )
    ]


def a_member_is_added(stage: Stage) -> list[Wanted]:
    member = stage.city.member("1", "b1", group_id=str(stage.city.ids["g1"]))
    return [
        members(
            {
                "id": str(member),
                "member_no": "1",
                "name": "党员1",
                "organisation_id": str(stage.city.ids["b1"]),
                "path": B1,
                "group_path": f"{B1}g1/",
                "cross_paths": [],
                "status": "full",
                "scored": True,
                "roles": [],
                "version": 1,
            }
        )
    ]


def a_member_is_changed(stage: Stage) -> list[Wanted]:
    path = f"/members/{stage.member()}"
    stage.edit(path, name="欧阳明月")
    stage.edit(path, name="欧阳明月")
    stage.edit(path, status="retired")
    stage.edit(path, scored=True)
    return [
        members({"name": "欧阳明月", "scored": True, "version": 2}),
        members({"status": "retired", "scored": False, "version": 3}),
        members({"status": "retired", "scored": True, "version": 4}),
    ]


def a_member_is_transferred(stage: Stage) -> list[Wanted]:
    to = str(stage.city.ids["b3"])
    member = stage.member(group_id=str(stage.city.ids["g1"]))
    body = {"organisation_id": to, "reason": "调动"}
    assert stage.city.admin.post(f"/members/{member}/transfers", body).status_code == 201
    moved = {"organisation_id": to, "path": "/city/u2/b3/", "group_path": None, "version": 2}
    return [members(moved)]


def a_member_leaves_and_comes_back(stage: Stage) -> list[Wanted]:
    member = stage.member(group_id=str(stage.city.ids["g1"]))
    stage.give(member, "group_leader", "g1")
    stage.cross(member)
    stage.begin()
    stage.edit(f"/members/{member}", status="left")
    stage.edit(f"/members/{member}", status="full")
    gone = {"roles": [], "cross_paths": [], "group_path": None}
    return [
        members(gone | {"status": "left", "scored": False, "version": 4}),
        members(gone | {"status": "full", "scored": True, "version": 5}),
    ]


def a_role_is_given_and_taken_away(stage: Stage) -> list[Wanted]:
    assignment = stage.give(stage.member(), "branch_secretary", "b1")
    stage.city.admin.call("DELETE", f"/role-assignments/{assignment}")
    return [
        members({"roles": [{"role": "branch_secretary", "path": B1}], "version": 2}),
        members({"roles": [], "version": 3}),
    ]


def a_member_joins_and_leaves_a_cross_cutting_group(stage: Stage) -> list[Wanted]:
    member = stage.member()
    path = stage.cross(member)
    stage.city.admin.call("DELETE", f"{path}/{member}")
    return [
        members({"cross_paths": ["/city/u1/x1/"], "version": 2}),
        members({"cross_paths": [], "version": 3}),
    ]


def members_come_by_file(stage: Stage) -> list[Wanted]:
    first = ("1", "张三", "b1", "g1", "正式党员", date(2020, 7, 1), "党小组长", "g1")
    second = ("2", "李四", "b1", None, "退休党员", None, None, None)
    stage.imported("roster", ROSTER, first, second)
    stage.imported("roster", ROSTER, first, ("2", "李四", "b3", None, "已转出", None, None, None))
    leads = {"roles": [{"role": "group_leader", "path": f"{B1}g1/"}], "group_path": f"{B1}g1/"}
    return [
        members(
            leads | {"name": "张三", "version": 1},
            {"name": "李四", "status": "retired", "scored": False, "version": 1},
        ),
        members({"name": "李四", "status": "left", "roles": [], "version": 2}),
    ]


def more_members_come_than_fit_into_one_message(stage: Stage) -> list[Wanted]:
    rows = [(f"{n:03}", f"党员{n}", "b2", None, "正式党员") for n in range(250)]
    stage.imported("roster", ROSTER[:5], *rows)
    return [members(*[{"path": "/city/u1/b2/"}] * size) for size in (100, 100, 50)]


Situation = Callable[[Stage], list[Wanted]]
SITUATIONS: Final[dict[str, tuple[Situation, ...]]] = {
    ORGANISATIONS_V1: (
        the_city_begins,
        an_organisation_is_added,
        an_organisation_is_renamed,
        an_organisation_is_moved,
        organisations_come_by_file,
    ),
    MEMBERS_V1: (
        a_member_is_added,
        a_member_is_changed,
        a_member_is_transferred,
        a_member_leaves_and_comes_back,
        a_role_is_given_and_taken_away,
        a_member_joins_and_leaves_a_cross_cutting_group,
        members_come_by_file,
        more_members_come_than_fit_into_one_message,
    ),
}
