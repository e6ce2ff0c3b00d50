"""A bad row is named by its number, and nothing of its file is applied."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from services.points.ledger import closed_months
from shared.database import Database
from tests.points.city import BRANCH, OTHER
from tests.points.result_imports.desk import HOURS, RESULTS, SECRETARY, Desk, points

Add = Callable[..., UUID]


def bad(no: str) -> list[tuple[str, tuple[Any, ...], str]]:
    return [
        ("results", ("X-999", "张三", "2026-09-01", "大赛", "prize", "city"), "member_unknown"),
        ("results", (no, "李四", "2026-09-01", "大赛", "prize", "city"), "name_differs"),
        ("results", (no, "张三", "2027-01-01", "大赛", "prize", "city"), "day_in_future"),
        ("results", (no, "张三", "2025-01-01", "大赛", "prize", "city"), "day_too_long_ago"),
        ("results", (no, "张三", "2026-10-01", "大赛", "prize", "city"), "month_closed"),
        ("results", (no, "张三", "2026-09-01", "大赛", "prize", None), "level_missing"),
        ("results", (no, "张三", "2026-09-01", "大赛", "prize", "world"), "level_unknown"),
        ("results", (no, "张三", "2026-09-01", "大赛", "dance", None), "result_unknown"),
        ("results", (no, "张三", "2026-09-01", "=1+1", "quiz", None), "formula"),
        ("hours", (no, "张三", "2026-09-01", "服务", 25), "hours_invalid"),
        ("hours", (no, "张三", "2026-09-01", "服务", 0), "hours_invalid"),
        ("hours", (no, "张三", "2026-09-01", "服务", "两小时"), "hours_invalid"),
        ("hours", (no, "张三", "2026-09-01", "服务", "1e1"), "hours_invalid"),
        ("dues", (no, "张三", "2026-Q5"), "quarter_invalid"),
        ("dues", (no, "张三", "2026-Q4"), "day_in_future"),
        ("courses", (no, "张三", "2026-09-01", "短班", 2), "course_too_short"),
    ]


HEADINGS = {
    "results": RESULTS,
    "hours": HOURS,
    "dues": ("编号", "姓名", "季度"),
    "courses": ("编号", "姓名", "日期", "培训班名称", "天数"),
}


@pytest.mark.parametrize("number", range(16))
def test_a_bad_row_is_named_and_nothing_is_applied(
    desk: Desk, city: Database, somebody: tuple[UUID, str], add_member: Add, number: int
) -> None:
    with city.unit_of_work() as uow:
        closed_months.close(uow, BRANCH, "2026-10")
        uow.commit()
    kind, row, code = bad(somebody[1])[number]
    good = (add_member().hex[-12:], *bad(somebody[1])[0][1][1:])
    rows = [HEADINGS[kind], *([good] if kind == "results" else []), row]
    refused = desk.send(kind, rows)
    assert refused["state"] == "refused"
    assert [(e["row"], e["code"]) for e in refused["errors"]] == [(len(rows), code)]
    assert refused["errors"][0]["message"]
    assert points(city) == 0


def test_a_row_that_is_there_twice_is_refused(desk: Desk, somebody: tuple[UUID, str]) -> None:
    row = (somebody[1], "张三", "2026-09-01", "大赛", "quiz", None)
    refused = desk.send("results", [RESULTS, row, row])
    assert [error["code"] for error in refused["errors"]] == ["row_doubled", "row_doubled"]


def test_a_secretary_brings_hours_and_dues_of_the_own_branch_alone(
    desk: Desk, somebody: tuple[UUID, str], add_member: Add
) -> None:
    mine = desk.send("hours", [HOURS, (somebody[1], "张三", "2026-08-01", "服务", 1)], SECRETARY)
    assert mine["state"] == "done"
    theirs = add_member(OTHER).hex[-12:]
    refused = desk.send("hours", [HOURS, (theirs, "张三", "2026-08-01", "服务", 1)], SECRETARY)
    assert [error["code"] for error in refused["errors"]] == ["out_of_reach"]
    row = (somebody[1], "张三", "2026-09-01", "大赛", "quiz", None)
    closed = desk.send("results", [RESULTS, row], SECRETARY)
    assert (closed.status_code, closed.json["code"]) == (403, "role_needed")


def test_what_somebody_did_before_leaving_may_come_late_but_nothing_after(
    desk: Desk, city: Database, somebody: tuple[UUID, str]
) -> None:
    member, no = somebody
    with city.unit_of_work() as uow:
        left = {"member": member, "until": "2026-09-10T09:00+08:00"}
        uow.session.execute(text("UPDATE members SET status = 'left' WHERE id = :member"), left)
        uow.session.execute(
            text("""
                INSERT INTO memberships (member_id, organisation_id, since, until)
                SELECT id, organisation_id, '2020-01-01', :until FROM members WHERE id = :member
            """),
            left,
        )
        uow.commit()
    after = desk.send("hours", [HOURS, (no, "张三", "2026-09-11", "服务", 1)])
    assert [error["code"] for error in after["errors"]] == ["member_left"]
    before = desk.send("hours", [HOURS, (no, "张三", "2026-09-09", "服务", 1)])
    assert (before["state"], before["errors"], points(city)) == ("done", [], 10)
