"""The ledger for taking away: every entry of a part of the organisation, and no other."""

import csv
import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from sqlalchemy import text

from services.points.reports import service
from shared.database import Database
from shared.ids import new_id
from tests.points.city import BRANCH, CITY, OTHER, UNIT
from tests.points.conftest import Attend
from tests.points.reports.conftest import CITY_ADMIN, SECRETARY, Ask, Enlist
from tests.shared.documents.documents import DANGEROUS

Tables = Callable[..., dict[str, list[dict[str, Any]]]]


def in_sql(city: Database, where: str = "true") -> dict[str, float]:
    with city.unit_of_work() as uow:
        rows = uow.session.execute(
            text(f"SELECT id::text, points / 10.0 FROM ledger_entries WHERE {where}")
        )
        return {entry: float(points) for entry, points in rows}


def test_every_entry_is_there_once_reversals_too(
    city: Database, enlist: Enlist, attend: Attend, post: Callable[..., None], tables: Tables
) -> None:
    member = enlist(name="张三")
    annulled = attend(member, "lecture", "2026-01-05")
    post(annulled, *(attend(member, day=f"2026-{month:02}-10") for month in range(1, 9)))
    post(annulled | {"state": "annulled", "reason": "误签", "revision": 2})
    entries = tables("ledger", BRANCH, role=SECRETARY)["entries"]
    assert {row["entry_id"]: row["points"] for row in entries} == in_sql(city)
    assert len(entries) == len(in_sql(city)) > 10
    (capped,) = {row["limited_by"] for row in entries if row["points"] < row["worth"]}
    assert capped == "年度上限"
    reversals = [row for row in entries if row["reverses"]]
    assert reversals
    assert {row["reverses"] for row in reversals} < {row["entry_id"] for row in entries}
    assert {(row["member"], row["branch"], row["rule_name"]) for row in entries} == {
        ("张三", "第一党支部", "听党课")
    }


def test_entries_are_of_the_part_of_the_organisation_asked_for(
    city: Database, enlist: Enlist, attend: Attend, post: Callable[..., None], tables: Tables
) -> None:
    post(attend(enlist(BRANCH)), attend(enlist(OTHER)), attend(enlist(OTHER), day="2026-01-31"))
    for organisation, where in (
        (BRANCH, f"organisation_id = '{BRANCH}'"),
        (OTHER, f"organisation_id = '{OTHER}'"),
        (UNIT, "true"),
        (CITY, "true"),
    ):
        entries = tables("ledger", organisation, role=CITY_ADMIN)["entries"]
        assert {row["entry_id"] for row in entries} == in_sql(city, where).keys()
    january = tables("ledger", OTHER, **{"from": "2026-01-01", "to": "2026-01-31"})["entries"]
    assert [row["occurred_at"] for row in january] == ["2026-01-31T09:00:00+08:00"]


def test_entries_of_people_the_roster_does_not_know_are_the_citys(
    city: Database, attend: Attend, post: Callable[..., None], tables: Tables
) -> None:

    post(attend(new_id()))
    assert tables("ledger", UNIT)["entries"] == []
    (entry,) = tables("ledger", CITY, role=CITY_ADMIN)["entries"]
    assert (entry["member"], entry["branch"], entry["points"]) == ("", "", 2)


def test_what_people_typed_never_becomes_a_formula(
    enlist: Enlist, attend: Attend, post: Callable[..., None], ask: Ask
) -> None:
    for number, dangerous in enumerate(DANGEROUS, start=1):
        post(attend(enlist(name=f"{dangerous}{number}"), title=dangerous))
    book = openpyxl.load_workbook(io.BytesIO(ask("ledger", BRANCH, format="xlsx").data))
    cells = [cell for sheet in book for row in sheet for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    quoted = [cell for cell in cells if cell.quotePrefix]
    assert len(quoted) == 2 * len(DANGEROUS)
    lines = ask("ledger", BRANCH, format="csv").data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(lines, newline="")))
    assert {row[4] for row in rows[1:]} == {f"'{dangerous}" for dangerous in DANGEROUS}
    assert not [cell for row in rows for cell in row if cell.lstrip()[:1] in ("=", "@", "＝", "＠")]


def test_headings_are_in_the_language_asked_for(
    enlist: Enlist, attend: Attend, post: Callable[..., None], ask: Ask
) -> None:
    post(attend(enlist()))
    for language, heading, category in (
        ("zh", "党员编号", "组织生活"),
        ("en-GB,en", "Member no.", "Organisational life"),
    ):
        lines = ask("ledger", BRANCH, format="csv", language=language).data.decode("utf-8-sig")
        first, second = csv.reader(io.StringIO(lines))
        assert first[0] == heading
        assert second[7] == category


@pytest.mark.parametrize(
    ("language", "said"), [("zh", "提交报表任务"), ("en", "POST /report-jobs")]
)
@pytest.mark.parametrize("form", ["json", "csv", "xlsx"])
def test_a_long_one_is_refused_and_told_how_to_get_it(
    enlist: Enlist,
    attend: Attend,
    post: Callable[..., None],
    ask: Ask,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    said: str,
    form: str,
) -> None:
    member = enlist()
    post(attend(member), attend(member, day="2026-01-05"))
    monkeypatch.setattr(service, "MOST_ROWS", 2)
    assert ask("ledger", BRANCH, format=form).status_code == 200
    post(attend(member, day="2026-02-05"))
    answer = ask("ledger", BRANCH, format=form, language=language)
    assert (answer.status_code, answer.json["code"]) == (422, "report_too_long")
    assert said in answer.json["detail"]
