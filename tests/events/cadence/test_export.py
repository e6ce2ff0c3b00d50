"""The calendar as a workbook, in the language asked for."""

import io
from typing import Any
from uuid import UUID

import pytest
from openpyxl import load_workbook

from services.events.counts.service import counting
from services.events.worker import COUNTERS
from shared.database import Database
from tests.events.cadence.conftest import HERE, ROOT, UNIT
from tests.events.catalogue.people import People
from tests.events.city import City
from tests.events.past import Past


@pytest.fixture
def workbook(people: People, city: City) -> Any:
    def get(path: str, language: str = "zh") -> Any:
        by = people.person(("city_admin", ROOT))
        where = f"/cadence/export?organisation_id={city.organisations[path]}&year=2026"
        answer = by.send("GET", where, **{"Accept-Language": language})
        assert answer.status_code == 200, answer.text
        assert "attachment" in answer.headers["Content-Disposition"]
        return load_workbook(io.BytesIO(answer.data)).worksheets

    return get


def rows(sheet: Any) -> list[tuple[Any, ...]]:
    return list(sheet.iter_rows(values_only=True))


def test_a_branchs_calendar_and_its_events(workbook: Any, past: Past, branch: list[UUID]) -> None:
    past.held(HERE, "theme_day", "2026-05-20 14:00", branch[:3], title="=植树")
    about, calendar, events = workbook(HERE)
    assert about["A1"].value == "组织b1 2026 组织生活台账"
    found = rows(calendar)
    assert found[0] == (
        "规则", "名称", "周期", "状态", "截止日期", "次数", "责任人", "未完成的小组",
    )  # fmt: skip
    assert ("R5", "主题党日", "2026-05", "已完成", None, 1, "党员P0", None) in found
    assert ("R3", "党小组会", "2026-05", "逾期", None, 0, "党员P0", "组织g1") in found
    due = next(row for row in found if row[:3] == ("R6", "组织生活会", "2026"))
    assert (due[3], due[4].date().isoformat()) == ("待完成", "2026-12-31")
    heading, held = rows(events)
    assert heading[3:] == ("日期", "组织", "活动", "应到", "实到", "请假")
    assert (held[0], held[3].date().isoformat(), held[5:]) == (
        "R5", "2026-05-20", ("=植树", 7, 3, 0),
    )  # fmt: skip


def test_a_units_counts_and_what_is_overdue(workbook: Any, branch: list[UUID]) -> None:
    _, counts, overdue = workbook(UNIT, "en")
    assert rows(counts)[0] == (
        "Rule", "Name", "Period", "done", "due", "overdue", "not applicable",
    )  # fmt: skip
    assert ("R5", "Theme day", "2026-10", 0, 0, 1, 1) in rows(counts)
    assert ("组织b1", "R5", "Theme day", "2026-10") in rows(overdue)


def test_the_citys_counts_unit_by_unit(
    workbook: Any, database: Database, branch: list[UUID]
) -> None:
    count_next = counting(COUNTERS)
    with database.unit_of_work() as uow:
        while count_next(uow):
            pass
        uow.commit()
    _, counts, units = workbook(ROOT)
    assert ("R5", "主题党日", "2026-10", 0, 0, 1, 2) in rows(counts)
    assert [row[0] for row in rows(units)] == ["组织", "组织u1", "组织u2"]
    assert rows(units)[1][1] > 10
