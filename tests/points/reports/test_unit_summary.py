"""A unit's summary: a row for each branch, in the order of the tree."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import text

from shared.database import Database
from tests.points.city import BRANCH, OTHER, UNIT
from tests.points.conftest import Attend
from tests.points.reports.conftest import Enlist

Tables = Callable[..., dict[str, list[dict[str, Any]]]]


def test_each_branch_has_its_figures_and_all_their_sum(
    city: Database, enlist: Enlist, attend: Attend, post: Callable[..., None], tables: Tables
) -> None:
    first = [enlist(BRANCH), enlist(BRANCH), enlist(BRANCH, scored=False)]
    second = [enlist(OTHER)]
    post(
        *(attend(member, "lecture") for member in (*first[:1], *first[2:], *second)),
        *(attend(member, "study_session", "2026-05-04") for member in second),
    )
    rows = tables("unit-summary", UNIT)["branches"]
    assert [row["branch"] for row in rows] == ["第一党支部", "第二党支部", "合计"]
    keys = ("members", "scored_members", "took_part", "participation", "points", "points_per_head")
    figures = [tuple(row[key] for key in keys) for row in rows]
    assert figures == [
        (3, 2, 2, 0.6667, 2, 1.0),
        (1, 1, 1, 1.0, 3, 3.0),
        (4, 3, 3, 0.75, 5, 1.67),
    ]
    assert [(row["life"], row["study"]) for row in rows] == [(2, 0), (2, 1), (4, 1)]
    with city.unit_of_work() as uow:
        total = uow.session.scalar(text("SELECT sum(points) / 10.0 FROM ledger_entries"))
    assert rows[-1]["points"] == float(total or 0)


def test_an_empty_branch_has_no_rates(enlist: Enlist, tables: Tables) -> None:
    enlist(BRANCH)
    _, empty, _ = tables("unit-summary", UNIT)["branches"]
    assert (empty["members"], empty["participation"], empty["points_per_head"]) == (0, None, None)


def test_a_span_takes_what_happened_in_it(
    enlist: Enlist, attend: Attend, post: Callable[..., None], tables: Tables
) -> None:
    member = enlist()
    post(attend(member, day="2026-03-31T23:59"), attend(member, day="2026-04-01T00:00:01"))
    quarter = {"from": "2026-01-01", "to": "2026-03-31"}
    assert tables("unit-summary", UNIT, **quarter)["branches"][-1]["points"] == 2
    assert tables("unit-summary", UNIT, year=2026)["branches"][-1]["points"] == 4
    assert tables("unit-summary", UNIT, year=2025)["branches"][-1]["points"] == 0
