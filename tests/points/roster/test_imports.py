"""Organisations and rosters come in by spreadsheet: whole, or with every bad row named."""

import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from shared.contracts.roster import (
    MEMBERS_V1,
    ORGANISATIONS_V1,
    MembersChangedV1,
    OrganisationsChangedV1,
)
from shared.imports.jobs import drop_previews
from tests.points.roster.conftest import Caller, City, Rows, xlsx

ORGANISATIONS = ("代码", "名称", "类别", "上级代码")
ROSTER = ("编号", "姓名", "支部代码", "小组代码", "状态", "入党日期", "角色", "角色组织代码")


def test_a_roster_that_changes_who_is_scored_says_from_when(city: City) -> None:
    def changes() -> list[tuple[Any, ...]]:
        query = "SELECT m.member_no, c.scored FROM scoring_changes c JOIN members m ON m.id = c.member_id"
        with city.database.unit_of_work() as uow:
            return [tuple(row) for row in uow.session.execute(text(f"{query} ORDER BY 1, c.since"))]

    head = ("编号", "姓名", "支部代码", "状态")
    for status in ("full", "retired", "full"):
        rows = [
            head,
            ("7", "七", "b1", status),
            ("8", "八", "b1", "full"),
            ("9", "九", "b1", "retired"),
        ]
        assert city.imported("roster", rows)["state"] == "done"
    assert changes() == [("7", False), ("7", True)]


def errors(job: dict[str, Any]) -> set[tuple[int, str, str]]:
    return {(e["row"], e["column"], e["code"]) for e in job["errors"]}


def test_a_tree_comes_in_whatever_the_order_of_rows(city: City) -> None:
    city.forget_outbox()
    job = city.imported(
        "organisations",
        [
            ORGANISATIONS,
            ("g9", "第九小组", "党小组", "b9"),
            ("b9", "第九支部", "党支部", "u9"),
            ("u9", "第九委", "机关党委", "city"),
            ("u1", "改名委", "unit", "city"),
        ],
    )
    assert (job["state"], job["summary"]) == ("done", {"created": 3, "changed": 1, "unchanged": 0})
    published = city.outbox(ORGANISATIONS_V1)
    assert {e["path"] for e in published} == {
        "/city/u1/",
        "/city/u9/",
        "/city/u9/b9/",
        "/city/u9/b9/g9/",
    }
    assert OrganisationsChangedV1().validate({"organisations": published}) == {}
    found = city.admin.get("/organisations?q=g9").json["items"][0]
    assert (found["name"], found["path"]) == ("第九小组", "/city/u9/b9/g9/")


def test_every_bad_row_of_a_tree_is_named(city: City, count: Callable[[str], int]) -> None:
    before = count("organisations")
    job = city.imported(
        "organisations",
        [
            ORGANISATIONS,
            ("Ü", "a", "党支部", "u1"),
            ("n1", "a", "党支部", "u1"),
            ("n1", "a", "党支部", "u1"),
            ("n2", "a", "党支部", "nowhere"),
            ("n3", "a", "党小组", "u1"),
            ("b1", "a", "党支部", "u2"),
            ("b2", "a", "unit", "u1"),
            ("n4", "a", "committee", None),
            ("r1", "a", "党支部", "r2"),
            ("r2", "a", "党支部", "r1"),
            ("r1", "a", "党支部", "u1"),
        ],
    )
    assert job["state"] == "refused"
    assert errors(job) >= {
        (2, "code", "code_invalid"),
        (3, "code", "code_doubled"),
        (4, "code", "code_doubled"),
        (5, "parent_code", "parent_unknown"),
        (6, "parent_code", "parent_kind_wrong"),
        (7, "parent_code", "parent_changed"),
        (8, "kind", "kind_changed"),
        (9, "kind", "committee_fixed"),
        (10, "parent_code", "parent_kind_wrong"),
    }
    assert job["summary"] == {"bad_rows": 11}
    assert count("organisations") == before


def test_a_unit_administrator_imports_only_below_the_own_unit(city: City) -> None:
    keeper = city.caller("unit_admin", "u1")
    job = city.imported(
        "organisations",
        [ORGANISATIONS, ("n1", "a", "党支部", "u1"), ("n2", "a", "党支部", "u2")],
        keeper,
    )
    assert errors(job) == {(3, "code", "out_of_reach")}
    job = city.imported("roster", [ROSTER[:5], ("1", "张三", "b3", None, "正式党员")], keeper)
    assert errors(job) == {(2, "branch_code", "out_of_reach")}
    city.member("77", "b3")
    job = city.imported("roster", [ROSTER[:5], ("77", "张三", "b1", None, "正式党员")], keeper)
    assert errors(job) == {(2, "member_no", "member_elsewhere")}


def test_a_roster_comes_in_and_coming_again_changes_nothing(city: City) -> None:
    rows = [
        ROSTER,
        ("1001", "张三", "b1", "g1", "正式党员", date(2020, 7, 1), "支部书记", "b1"),
        (1002, "李四", "b1", None, "退休党员", "2019年12月31日", None, None),
        ("1003", "王五", "b3", None, "预备党员", None, None, None),
    ]
    city.forget_outbox()
    job = city.imported("roster", rows)
    assert (job["state"], job["summary"]) == (
        "done",
        {"created": 3, "changed": 0, "leaving": 0, "unchanged": 0},
    )
    published = {e["member_no"]: e for e in city.outbox(MEMBERS_V1)}
    assert MembersChangedV1().validate({"members": list(published.values())}) == {}
    assert published["1001"]["group_path"] == "/city/u1/b1/g1/"
    assert published["1001"]["roles"] == [{"role": "branch_secretary", "path": "/city/u1/b1/"}]
    assert published["1002"]["scored"] is False
    assert published["1003"]["scored"] is True

    city.forget_outbox()
    job = city.imported("roster", rows)
    assert job["summary"] == {"created": 0, "changed": 0, "leaving": 0, "unchanged": 3}
    assert city.outbox(MEMBERS_V1) == []


def test_coming_again_with_changes_publishes_the_changed_alone(city: City) -> None:
    city.imported(
        "roster", [ROSTER[:5], ("1", "张三", "b1", "g1", "正式"), ("2", "李四", "b1", None, "正式")]
    )
    city.forget_outbox()
    job = city.imported(
        "roster",
        [
            ROSTER,
            ("1", "张三", "b2", None, "正式", None, None, None),
            ("2", "李四", "b1", None, "正式", None, "组织者", "u1"),
        ],
    )
    assert job["summary"] == {"created": 0, "changed": 2, "leaving": 0, "unchanged": 0}
    moved, named = sorted(city.outbox(MEMBERS_V1), key=lambda e: str(e["member_no"]))
    assert (moved["path"], moved["group_path"], moved["version"]) == ("/city/u1/b2/", None, 2)
    assert (named["roles"], named["version"]) == ([{"role": "organiser", "path": "/city/u1/"}], 2)
    history = city.admin.get(f"/members/{moved['id']}/transfers").json["items"]
    assert [h["organisation_id"] for h in history] == [str(city.ids["b2"]), str(city.ids["b1"])]
    assert history[1]["until"] <= history[0]["since"]


def test_who_leaves_by_import_loses_duties_and_groups(city: City) -> None:
    city.imported(
        "roster",
        [ROSTER, ("1", "张三", "b1", "g1", "正式", None, "党小组长", "g1")],
    )
    member_id = city.outbox(MEMBERS_V1)[-1]["id"]
    city.admin.post(f"/organisations/{city.ids['x1']}/members", {"member_ids": [member_id]})
    city.imported("roster", [ROSTER[:5], ("1", "张三", "b1", None, "已转出")])
    left = city.outbox(MEMBERS_V1)[-1]
    assert (left["status"], left["roles"], left["cross_paths"], left["group_path"]) == (
        "left",
        [],
        [],
        None,
    )
    assert city.admin.get(f"/members/{member_id}/transfers").json["items"][0]["until"] is not None


def test_every_bad_row_of_a_roster_is_named_and_nothing_is_taken(
    city: City, count: Callable[[str], int]
) -> None:
    before = count("members")
    job = city.imported(
        "roster",
        [
            ROSTER,
            ("1", "张三", "b1", None, "正式", None, None, None),
            ("2", None, "b1", None, "正式", None, None, None),
            ("3", "李四", "nope", None, "正式", None, None, None),
            ("4", "王五", "b1", None, "正式", None, None, None),
            ("4", "王五", "b1", None, "正式", None, None, None),
            ("5", "赵六", "b1", None, "正式", "2026-02-30", None, None),
            ("6", "钱七", "b1", None, "模范", None, None, None),
            ("7", '=HYPERLINK("http://x")', "b1", None, "正式", None, None, None),
            ("8", "@SUM(A1)", "b2", "g1", "正式", None, None, None),
            ("9", "孙八", "u1", None, "正式", "2999-01-01", "支部书记", "u1"),
            ("10", "周九", "b1", None, "正式", None, "支部书记", None),
            ("11", "吴十", "b1", None, "正式", None, "支部书记", "zzz"),
        ],
    )
    assert job["state"] == "refused"
    assert errors(job) == {
        (3, "name", "value_missing"),
        (4, "branch_code", "branch_unknown"),
        (5, "member_no", "member_doubled"),
        (6, "member_no", "member_doubled"),
        (7, "joined_on", "date_invalid"),
        (8, "status", "status_unknown"),
        (9, "name", "formula"),
        (10, "name", "formula"),
        (10, "group_code", "group_unknown"),
        (11, "branch_code", "branch_unknown"),
        (11, "joined_on", "date_in_future"),
        (11, "role", "role_kind_wrong"),
        (12, "role_organisation_code", "role_incomplete"),
        (13, "role_organisation_code", "role_organisation_unknown"),
    }
    assert job["summary"] == {"bad_rows": 11}
    assert count("members") == before
    assert city.outbox(MEMBERS_V1)[-1]["member_no"] == "A1"


@pytest.mark.parametrize(
    ("role", "at", "refused"),
    [
        ("支部书记", "b1", False),
        ("机关党委管理员", "u1", False),
        ("工委管理员", "city", True),
        ("系统管理员", "city", True),
        ("安全管理员", "city", True),
        ("纪检审计", "city", True),
        ("支部书记", "b3", True),
    ],
)
def test_nobody_gives_by_import_what_is_not_theirs_to_give(
    city: City, role: str, at: str, refused: bool
) -> None:
    rows = [ROSTER, ("1", "张三", "b1", None, "正式", None, role, at)]
    job = city.imported("roster", rows, city.caller("unit_admin", "u1"))
    assert (errors(job) == {(2, "role", "role_not_yours_to_give")}) is refused
    assert job["state"] == ("refused" if refused else "done")


def test_the_last_city_administrator_cannot_leave_by_import(city: City) -> None:
    city.organisation("b0", "branch", "u1")
    job = city.imported("roster", [ROSTER[:5], ("A1", "管理员", "b0", None, "已转出")])
    assert errors(job) == {(2, "status", "last_city_admin")}


def looked_at(city: City, kind: str, rows: Rows, caller: Caller | None = None) -> dict[str, Any]:
    """Send a file to be looked at, and read what it would change."""
    caller = caller or city.admin
    sent = caller.client.post(
        "/api/v1/imports",
        data={"kind": kind, "preview": "true", "file": (io.BytesIO(xlsx(rows)), "file.xlsx")},
        headers={"Authorization": f"Bearer {caller.token}"},
    )
    assert sent.status_code == 202, sent.text
    city.run_imports()
    job = caller.get(f"/imports/{sent.json['id']}").json
    assert job["state"] == "previewed", job
    return dict(job)


def changes(city: City, job: dict[str, Any], query: str = "") -> list[dict[str, Any]]:
    return list(city.admin.get(f"/imports/{job['id']}/changes{query}").json["items"])


def test_a_preview_says_row_by_row_what_would_change(city: City) -> None:
    day = date(2020, 7, 1)
    city.imported(
        "roster",
        [ROSTER]
        + [(no, name, "b1", None, "正式", day, None, None)
           for no, name in (("1", "一"), ("2", "二"), ("3", "三"), ("4", "四"), ("5", "五"))],
    )  # fmt: skip
    rows = [
        ROSTER,
        ("1", "一", "b1", None, "正式", day, None, None),
        ("2", "贰", "b1", "g1", "正式", day, None, None),
        ("3", "三", "b3", None, "正式", day, None, None),
        ("4", "四", "b1", None, "已转出", day, None, None),
        ("5", "五", "b1", None, "正式", day, "支部书记", "b1"),
        ("6", "六", "b2", None, "正式", None, None, None),
        ("7", "一 ", "b2", None, "正式", day, None, None),
    ]
    job = looked_at(city, "roster", rows)
    assert job["summary"] == {"created": 2, "changed": 3, "leaving": 1, "unchanged": 1}
    found = [(c["row"], c["change"], c["subject"]) for c in changes(city, job)]
    assert found == [
        (3, "changed", "贰 2"),
        (4, "transferred", "三 3"),
        (5, "leaving", "四 4"),
        (6, "role", "五 5"),
        (7, "new", "六 6"),
        (8, "maybe_double", "一 7"),
        (8, "new", "一 7"),
    ]
    renamed, moved = changes(city, job)[:2]
    assert [(d["heading"], d["was"], d["becomes"]) for d in renamed["details"]] == [
        ("姓名", "二", "贰"),
        ("小组代码", None, "组织g1 g1"),
    ]
    assert [(d["was"], d["becomes"]) for d in moved["details"]] == [("组织b1 b1", "组织b3 b3")]
    (double,) = changes(city, job, "?change=maybe_double")
    assert [(d["was"], d["becomes"]) for d in double["details"]] == [("1 组织b1", "7")]
    first = city.admin.get(f"/imports/{job['id']}/changes?limit=3").json
    assert len(first["items"]) == 3
    assert {c["change"]: c["rows"] for c in first["counts"]} == {
        "changed": 1, "leaving": 1, "maybe_double": 1, "new": 2, "role": 1, "transferred": 1,
    }  # fmt: skip
    assert len(changes(city, job, f"?cursor={first['next_cursor']}")) == 4
    # What was applied names nobody any more.
    assert city.admin.post(f"/imports/{job['id']}/apply").status_code == 202
    city.run_imports()
    assert city.admin.get(f"/imports/{job['id']}").json["summary"] == job["summary"]
    assert changes(city, job) == []
    assert changes(city, looked_at(city, "roster", rows)) == []


def test_who_looks_like_somebody_elsewhere_is_pointed_out_without_saying_where(city: City) -> None:
    city.member("31", "b3", name="张三", joined_on="2020-07-01")
    keeper = city.caller("unit_admin", "u1")
    rows = [
        ROSTER[:6],
        ("32", "张三", "b1", None, "正式", date(2020, 7, 1)),
        ("33", "李四", "b1", None, "正式", date(2020, 7, 1)),
        ("34", "李四", "b2", None, "正式", date(2020, 7, 1)),
    ]
    job = looked_at(city, "roster", rows, keeper)
    found = keeper.get(f"/imports/{job['id']}/changes?change=maybe_double").json["items"]
    assert [(c["subject"], c["details"][0]["was"]) for c in found] == [
        ("张三 32", None),
        ("李四 33", "34"),
        ("李四 34", "33"),
    ]


def test_a_preview_of_organisations_says_what_is_new_and_what_is_renamed(city: City) -> None:
    rows = [
        ORGANISATIONS,
        ("u1", "改名委", "unit", "city"),
        ("b9", "第九支部", "党支部", "u9"),
        ("u9", "第九委", "机关党委", "city"),
        ("b1", "组织b1", "党支部", "u1"),
    ]
    found = changes(city, looked_at(city, "organisations", rows))
    assert [(c["change"], c["subject"], c["details"][0]["becomes"]) for c in found] == [
        ("renamed", "改名委", "改名委"),
        ("new", "第九支部", "第九委 u9"),
        ("new", "第九委", "工委 city"),
    ]


def test_previews_that_nobody_applied_are_forgotten_with_whom_they_name(
    city: City, count: Callable[[str], int]
) -> None:
    looked_at(city, "roster", [ROSTER[:5], ("1", "张三", "b1", None, "正式")])
    with city.database.unit_of_work() as uow:
        assert drop_previews(uow, uow.clock.now() + timedelta(days=1)) == 1
        uow.commit()
    assert count("import_changes") == 0
