"""A member's own year: what the ledger says, every entry with its why, in every form."""

import io
from collections.abc import Callable
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from shared.database import Database
from shared.ids import new_id
from shared.testing.plugin import TokenFor
from tests.points.conftest import Attend
from tests.points.reports.conftest import Enlist
from tests.shared.documents.documents import pages

Mine = Callable[..., Any]


@pytest.fixture
def mine(client: FlaskClient, token_for: TokenFor) -> Mine:
    def get(member: UUID, language: str = "zh", **query: Any) -> Any:
        headers = {
            "Authorization": f"Bearer {token_for(member)}",
            "Accept-Language": language,
        }
        return client.get("/api/v1/me/year", query_string=query, headers=headers)

    return get


@pytest.fixture
def member(enlist: Enlist, attend: Attend, post: Callable[..., None]) -> UUID:
    """张𬭎, who attended five lectures of which four count, and one branch meeting."""
    member = enlist(name="张𬭎")
    post(
        *(attend(member, day=f"2026-{month:02}-10", title=f"第{month}讲") for month in range(1, 6)),
        attend(member, "branch_meeting", "2026-06-01", title="=1+1"),
        attend(enlist(name="李四"), title="别人的"),
    )
    return member


def test_it_equals_the_ledger(city: Database, member: UUID, mine: Mine) -> None:
    read = {section["name"]: section["rows"] for section in mine(member).json["sections"]}
    with city.unit_of_work() as uow:
        total, count = uow.session.execute(
            text("SELECT sum(points) / 10.0, count(*) FROM ledger_entries WHERE member_id = :id"),
            {"id": member},
        ).one()
    assert total == 10
    assert len(read["entries"]) == count
    for table in ("entries", "rules", "categories"):
        assert sum(row["points"] for row in read[table]) == total, table
    life = next(row for row in read["categories"] if row["category"] == "组织生活")
    assert life == {"category": "组织生活", "points": 10, "cap": 40}
    assert {(row["rule"], row["name"], row["points"], row["cap"]) for row in read["rules"]} == {
        ("L01", "支部党员大会", 2, 8),
        ("L04", "听党课", 8, 8),
    }


def test_each_entry_says_why_and_the_oldest_comes_first(member: UUID, mine: Mine) -> None:
    entries = mine(member).json["sections"][2]["rows"]
    assert [row["day"] for row in entries] == [
        "2026-01-10", "2026-02-10", "2026-03-10", "2026-04-10", "2026-05-10", "2026-06-01",
    ]  # fmt: skip
    assert entries[0]["why"] == "听党课 +2，今年还可得 6（上限 8）"
    assert entries[4]["why"] == "听党课 0（应得 2，本年度已达上限）"
    english = mine(member, "en").json
    assert english["title"] == "My points, 2026"
    assert english["sections"][2]["rows"][0]["why"] == "Lecture attended +2, 6 of 8 left this year"


def test_the_pdf_says_the_same_in_chinese_and_in_english(member: UUID, mine: Mine) -> None:
    for language, said in (
        ("zh", ("2026年个人积分", "张𬭎", "听党课 +2", "本年度已达上限", "=1+1", "年度上限")),
        ("en", ("My points, 2026", "张𬭎", "Lecture attended +2", "Year's limit", "Page 1 of 1")),
    ):
        answer = mine(member, language, format="pdf")
        assert answer.mimetype == "application/pdf"
        assert "attachment" in answer.headers["Content-Disposition"]
        read = "".join(pages(answer.data)).replace("\n", "")
        for words in said:
            assert words in read, words
        assert "别人的" not in read


def test_the_spreadsheet_says_the_same(member: UUID, mine: Mine) -> None:
    book = openpyxl.load_workbook(io.BytesIO(mine(member, format="xlsx").data))
    assert book.sheetnames == ["说明", "各类别", "各规则", "积分明细"]
    entries = list(book["积分明细"].values)[1:]
    assert sum(row[3] for row in entries) == 10
    assert entries[-1][1] == "=1+1"
    assert book["积分明细"].cell(7, 2).data_type == "s"


def test_a_year_without_points_is_an_empty_one(member: UUID, mine: Mine) -> None:
    empty = mine(member, year=2025).json
    assert empty["title"] == "2025年个人积分"
    assert [row for section in empty["sections"] for row in section["rows"] if row["points"]] == []
    assert "（无）" in "".join(pages(mine(member, year=2025, format="pdf").data))


def test_who_is_not_in_the_roster_yet_has_an_empty_year(city: Database, mine: Mine) -> None:
    answer = mine(new_id())
    assert answer.status_code == 200
    assert answer.json["sections"][2]["rows"] == []


def test_another_form_or_year_is_refused(member: UUID, mine: Mine) -> None:
    for query in ({"format": "doc"}, {"year": 1999}):
        answer = mine(member, **query)
        assert (answer.status_code, answer.json["code"]) == (422, "fields_invalid"), query
