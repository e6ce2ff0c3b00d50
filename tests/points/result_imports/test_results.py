"""Tables of results become facts once, however often they are sent, and are taken back as one."""

import csv
import io
import random
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from openpyxl import Workbook, load_workbook
from sqlalchemy import text

from services.points.checker.check import check
from services.points.imports import IMPORTS, KINDS
from services.points.ledger import closed_months
from shared.database import Database
from shared.ids import new_id
from shared.imports.jobs import drop_previews
from shared.imports.runner import ImportRunner
from shared.testing.plugin import TokenFor
from tests.points.city import BRANCH, OTHER

Add = Callable[..., UUID]
UNIT_ADMIN = ("unit_admin", "/city/u001/")
SECRETARY = ("branch_secretary", "/city/u001/b0001/")
RESULTS = ("编号", "姓名", "日期", "活动名称", "成绩类别", "级别")
HOURS = ("编号", "姓名", "日期", "活动名称", "小时")


class Desk:
    """Somebody who imports, and the worker that applies."""

    def __init__(self, client: FlaskClient, token_for: TokenFor, database: Database) -> None:
        self._client = client
        self._database = database
        self._token_for = token_for
        self._who = new_id()

    def headers(self, role: tuple[str, str] = UNIT_ADMIN) -> dict[str, str]:
        token = self._token_for(self._who, "/city/u001/b0001/", [role])
        return {"Authorization": f"Bearer {token}", "Accept-Language": "en"}

    def call(self, method: str, path: str, body: Any = None) -> Any:
        return self._client.open(f"/api/v1{path}", method=method, json=body, headers=self.headers())

    def send(
        self, kind: str, rows: list[tuple[Any, ...]], role: tuple[str, str] = UNIT_ADMIN,
        content: bytes | None = None, **fields: Any,
    ) -> Any:  # fmt: skip
        data = {"kind": kind, "file": (io.BytesIO(content or xlsx(rows)), "表.xlsx"), **fields}
        answer = self._client.post("/api/v1/imports", data=data, headers=self.headers(role))
        return self.finished(answer) if answer.status_code == 202 else answer

    def finished(self, answer: Any) -> Any:
        assert answer.status_code == 202, answer.text
        runner = ImportRunner(self._database, KINDS, IMPORTS)
        while runner.run_once():
            pass
        return self.call("GET", f"/imports/{answer.json['id']}").json

    def undo(self, import_id: str) -> Any:
        return self.call("POST", f"/imports/{import_id}/undo", {"reason": "发错了表"})


def xlsx(rows: list[tuple[Any, ...]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.fixture
def desk(city: Database, client: FlaskClient, token_for: TokenFor) -> Desk:
    return Desk(client, token_for, city)


@pytest.fixture
def somebody(add_member: Add) -> tuple[UUID, str]:
    member = add_member()
    return member, member.hex[-12:]


def points(database: Database) -> int:
    with database.unit_of_work() as uow:
        assert check(uow).violations == []
        return int(uow.session.scalar(text("SELECT sum(points) FROM ledger_entries")) or 0)


def test_each_kind_gives_what_its_rule_says(
    desk: Desk, city: Database, somebody: tuple[UUID, str]
) -> None:
    _, no = somebody
    for kind, rows, worth in (
        ("results", [RESULTS, (no, "张三", "2026-09-01", "公文写作大赛", "竞赛获奖", "市级")], 2),
        ("results", [RESULTS, (no, "张三", "2026-09-01", "知识答题", "知识竞赛", None)], 1),
        ("hours", [HOURS, (no, "张三", "2026-08-01", "社区服务", 2.5)], 2),
        (
            "commendations",
            [("编号", "姓名", "日期", "表彰名称", "级别"),
             (no, "张三", "2026-07-01", "优秀党员", "市级")],
            4,
        ),
        ("dues", [("编号", "姓名", "季度"), (no, "张三", "2026年第三季度")], 1),
        (
            "courses",
            [("编号", "姓名", "日期", "培训班名称", "天数"),
             (no, "张三", "2026-06-05", "春季班", 5)],
            2,
        ),
        ("appraisals", [("编号", "姓名", "日期"), (no, "张三", "2026-01-20")], 1),
    ):  # fmt: skip
        done = desk.send(kind, rows)
        assert (done["state"], done["summary"]) == (
            "done",
            {"created": 1, "changed": 0, "unchanged": 0, "points": worth},
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
    assert more["summary"] == {"created": 0, "changed": 1, "unchanged": 0, "points": 2}
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
            assert drop_previews(uow) == dropped
            uow.commit()
    gone = desk.call("POST", f"/imports/{seen['id']}/apply")
    assert (gone.status_code, gone.json["code"]) == (409, "import_not_previewed")


def test_an_import_is_undone_as_one_and_may_be_made_again(
    desk: Desk, city: Database, add_member: Add
) -> None:
    members = [add_member().hex[-12:] for _ in range(5)]
    rows = [RESULTS, *((no, "张三", "2026-09-01", "大赛", "prize", "city") for no in members)]
    first = desk.send("results", rows)
    assert points(city) == 100
    undone = desk.finished(desk.undo(first["id"]))
    assert (undone["state"], undone["summary"]) == ("undone", {"annulled": 5})
    assert points(city) == 0
    with city.unit_of_work() as uow:
        linked = uow.session.scalar(
            text("SELECT count(*) FROM ledger_entries WHERE reverses IS NOT NULL")
        )
    assert linked == 5
    twice = desk.undo(first["id"])
    assert (twice.status_code, twice.json["code"]) == (409, "import_not_undoable")
    assert desk.send("results", rows)["summary"]["changed"] == 5
    assert points(city) == 100


def test_what_another_import_named_as_well_stays_until_that_is_undone(
    desk: Desk, city: Database, add_member: Add
) -> None:
    one, two = (add_member().hex[-12:] for _ in range(2))
    row = ("2026-09-01", "大赛", "prize", "city")
    first = desk.send("results", [RESULTS, (one, "张三", *row), (two, "张三", *row)])
    second = desk.send("results", [RESULTS, (two, "张三", *row)])
    desk.finished(desk.undo(first["id"]))
    assert points(city) == 20
    desk.finished(desk.undo(second["id"]))
    assert points(city) == 0


def test_any_history_of_imports_and_undoings_leaves_what_stands(
    desk: Desk, city: Database, add_member: Add
) -> None:
    chance = random.Random(11)
    members = [add_member().hex[-12:] for _ in range(4)]
    titles = ["大赛", "运动会", "歌咏"]
    standing: dict[str, set[tuple[str, str]]] = {}
    for _ in range(14):
        if standing and chance.random() < 0.4:
            import_id = chance.choice(sorted(standing))
            desk.finished(desk.undo(import_id))
            del standing[import_id]
        else:
            rows = {(chance.choice(members), chance.choice(titles)) for _ in range(4)}
            table = [(no, "张三", "2026-09-01", title, "quiz", None) for no, title in sorted(rows)]
            standing[desk.send("results", [RESULTS, *table])["id"]] = rows
        named = set().union(*standing.values())
        assert points(city) == 10 * len(named)


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


@pytest.mark.parametrize("number", range(15))
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


def test_what_is_there_may_be_sent_again_after_its_month_was_closed(
    desk: Desk, city: Database, somebody: tuple[UUID, str]
) -> None:
    rows = [RESULTS, (somebody[1], "张三", "2026-10-01", "大赛", "quiz", None)]
    first = desk.send("results", rows)
    with city.unit_of_work() as uow:
        closed_months.close(uow, BRANCH, "2026-10")
        uow.commit()
    assert desk.send("results", rows)["summary"]["unchanged"] == 1
    with city.unit_of_work() as uow:
        uow.session.execute(text("DELETE FROM import_facts WHERE import_id <> :id"), first)
        uow.commit()
    refused = desk.undo(first["id"])
    assert (refused.status_code, refused.json["code"]) == (409, "month_closed")
    assert refused.json["months"] == ["2026-10"]
    assert desk.call("GET", f"/imports/{first['id']}").json["state"] == "done"
    assert points(city) == 10


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


def test_a_csv_as_old_programs_write_it(desk: Desk, city: Database, somebody: Any) -> None:
    file = io.StringIO()
    csv.writer(file).writerows([HOURS, (somebody[1], "张三", "2026/8/1", "社区服务", "1.5")])
    done = desk.send("hours", [], content=file.getvalue().encode("gb18030"))
    assert (done["state"], points(city)) == ("done", 10)


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_each_kind_has_a_template(desk: Desk, kind: str) -> None:
    answer = desk.call("GET", f"/imports/templates/{kind}")
    assert answer.status_code == 200
    headings = next(load_workbook(io.BytesIO(answer.data)).active.iter_rows(values_only=True))
    assert headings[0].endswith("*")
