"""Tables of results become facts once, however often they are sent, and are taken back as one."""

import csv
import io
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from openpyxl import load_workbook

from services.points.imports import KINDS
from shared.database import Database
from shared.imports.jobs import drop_previews
from tests.points.result_imports.desk import HOURS, RESULTS, Desk, points


def test_each_kind_gives_what_its_rule_says(
    desk: Desk, city: Database, somebody: tuple[UUID, str]
) -> None:
    _, no = somebody
    for kind, rows, rule, worth in (
        ("results", [RESULTS, (no, "张三", "2026-09-01", "公文大赛", "竞赛获奖", "市级")], "C02", 2),
        ("results", [RESULTS, (no, "张三", "2026-09-01", "知识答题", "知识竞赛", None)], "S08", 1),
        ("hours", [HOURS, (no, "张三", "2026-08-01", "社区服务", 2.5)], "V01", 2),
        (
            "commendations",
            [("编号", "姓名", "日期", "表彰名称", "级别"),
             (no, "张三", "2026-07-01", "优秀党员", "市级")],
            "H01", 4,
        ),
        ("dues", [("编号", "姓名", "季度"), (no, "张三", "2026年第三季度")], "L08", 1),
        (
            "courses",
            [("编号", "姓名", "日期", "培训班名称", "天数"),
             (no, "张三", "2026-06-05", "春季班", 5)],
            "S03", 2,
        ),
        ("appraisals", [("编号", "姓名", "日期"), (no, "张三", "2026-01-20")], "L07", 1),
    ):  # fmt: skip
        done = desk.send(kind, rows)
        assert (done["state"], done["summary"]) == (
            "done",
            {
                "created": 1,
                "changed": 0,
                "unchanged": 0,
                "points": worth,
                "points_by_rule": {rule: worth},
            },
        ), (kind, done)
    assert points(city) == 130


def test_the_same_row_again_changes_nothing_and_a_corrected_one_changes_its_fact(
    desk: Desk, city: Database, somebody: tuple[UUID, str]
) -> None:
    _, no = somebody
    rows = [HOURS, (no, "张三", "2026-08-01", "社区服务", 1)]
    assert desk.send("hours", rows)["summary"]["points"] == 1
    assert desk.send("hours", rows)["summary"]["unchanged"] == 1
    more = desk.send("hours", [HOURS, (no, "张三", "2026-08-01", "社区服务", 2)])
    assert (more["summary"]["changed"], more["summary"]["points_by_rule"]) == (1, {"V01": 1})
    assert points(city) == 20


def test_a_preview_says_what_would_happen_and_apply_does_it_without_sending_again(
    desk: Desk, city: Database, somebody: tuple[UUID, str]
) -> None:
    _, no = somebody
    rows = [HOURS, (no, "张三", "2026-08-01", "社区服务", 2)]
    seen = desk.send("hours", rows, preview="true")
    assert (seen["state"], seen["summary"]["created"], seen["summary"]["points"]) == (
        "previewed",
        1,
        2,
    )
    assert points(city) == 0
    applied = desk.finished(desk.call("POST", f"/imports/{seen['id']}/apply"))
    assert (applied["state"], applied["summary"]) == ("done", seen["summary"])
    assert points(city) == 20
    again = desk.call("POST", f"/imports/{seen['id']}/apply")
    assert (again.status_code, again.json["code"]) == (409, "import_not_previewed")


def test_a_preview_that_nobody_applies_is_dropped_after_a_week(
    desk: Desk, city: Database, clock: Any, somebody: tuple[UUID, str]
) -> None:
    rows = [HOURS, (somebody[1], "张三", "2026-08-01", "社区服务", 2)]
    seen = desk.send("hours", rows, preview="true")
    for days, dropped in ((6, 0), (2, 1)):
        clock.advance(days * 86_400)
        with city.unit_of_work() as uow:
            assert drop_previews(uow, clock.now() - timedelta(days=7)) == dropped
            uow.commit()
    gone = desk.call("POST", f"/imports/{seen['id']}/apply")
    assert (gone.status_code, gone.json["code"]) == (409, "import_not_previewed")


def test_a_csv_as_old_programs_write_it(desk: Desk, city: Database, somebody: Any) -> None:
    file = io.StringIO()
    csv.writer(file).writerows([HOURS, (somebody[1], "张三", "2026/8/1", "社区服务", "1.5")])
    done = desk.send("hours", [], content=file.getvalue().encode("gb18030"))
    assert (done["state"], points(city)) == ("done", 10)


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_each_kind_has_a_template(desk: Desk, kind: str) -> None:
    answer = desk.call("GET", f"/imports/templates/{kind}")
    assert answer.status_code == 200
    table, notes = load_workbook(io.BytesIO(answer.data)).worksheets
    headings = next(table.iter_rows(values_only=True))
    assert headings[0].endswith("*")
    # A program would take 0000012 for the number 12.
    assert table.column_dimensions["A"].number_format == "@"
    explained = list(notes.iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in explained] == [heading.rstrip("*") for heading in headings]
    assert all(all(row) for row in explained)
