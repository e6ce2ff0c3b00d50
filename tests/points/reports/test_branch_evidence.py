"""A branch's evidence sheet: its figures are those of facts and ledger."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from services.points.ledger.decided import post_decided
from services.points.ledger.recorded import RecordedFact
from services.points.reports import words
from services.points.scoring import Fact
from shared.database import Database
from shared.ids import new_id
from tests.points.city import BRANCH, OTHER, change_member
from tests.points.conftest import Attend
from tests.points.reports.conftest import Ask, Enlist

Tables = Callable[..., dict[str, list[dict[str, Any]]]]


def by_kind(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["kind"]: row for row in rows}


def test_activities_and_attendances_are_counted_by_kind_and_month(
    enlist: Enlist, attend: Attend, post: Callable[..., None], tables: Tables
) -> None:
    anna, bert = enlist(), enlist(scored=False)
    lecture = attend(anna, "lecture", "2026-03-05")
    post(
        lecture,
        attend(bert, "lecture", "2026-03-05", event_id=lecture["event_id"]),
        attend(anna, "lecture", "2026-11-20"),
        attend(anna, "committee_meeting", "2026-11-20"),
        attend(bert, "lecture", "2025-12-31"),
        attend(anna, "lecture", "2026-11-20", state="annulled", reason="误签"),
    )
    found = tables("branch-evidence", BRANCH)
    activities, attendances = by_kind(found["activities"]), by_kind(found["attendances"])
    assert (activities["党课"]["2026-03"], attendances["党课"]["2026-03"]) == (1, 2)
    assert (activities["党课"]["2026-11"], activities["支委会"]["2026-11"]) == (1, 1)
    assert (activities["党课"]["total"], attendances["党课"]["total"]) == (2, 3)
    assert (activities["合计"]["2026-11"], activities["合计"]["total"]) == (2, 3)
    assert activities["主题党日"]["total"] == 0, "what was not held is shown as well"
    (overview,) = found["overview"]
    assert overview == {
        "members": 2,
        "scored_members": 1,
        "took_part": 2,
        "participation": 1.0,
        "activities": 3,
        "attendances": 4,
        "points": 4,
        "points_per_head": 4.0,
    }


def test_a_co_held_activity_counts_under_each_kind_and_once_in_the_total(
    enlist: Enlist, attend: Attend, post: Callable[..., None], tables: Tables
) -> None:
    post(attend(enlist(), "branch_meeting", tags=["lecture"]))
    found = by_kind(tables("branch-evidence", BRANCH)["activities"])
    assert found["支部党员大会"]["total"] == found["党课"]["total"] == 1
    assert found["合计"]["total"] == 1


def test_points_are_the_ledgers(
    city: Database, enlist: Enlist, attend: Attend, post: Callable[..., None], tables: Tables
) -> None:
    members = [enlist() for _ in range(3)]
    kinds = ("lecture", "branch_meeting", "study_session", "volunteering", "sports", "theme_day")
    post(
        *(
            attend(member, kinds[(n + month) % len(kinds)], f"2026-{month:02}-10", minutes=90)
            for n, member in enumerate(members)
            for month in range(1, 12)
        )
    )
    points = by_kind(tables("branch-evidence", BRANCH)["points"])
    with city.unit_of_work() as uow:
        rows = uow.session.execute(
            text(
                "SELECT category, extract(month FROM occurred_at AT TIME ZONE 'Asia/Shanghai')"
                " AS month, sum(points) / 10.0 AS points FROM ledger_entries GROUP BY 1, 2"
            )
        ).all()
    names = {"LIFE": "组织生活", "STUDY": "学习教育", "SERVE": "服务奉献", "CULT": "文体活动"}
    assert len(rows) > 20
    for category, month, tenths in rows:
        assert points[names[category]][f"2026-{int(month):02}"] == float(tenths)
    whole = float(sum(points for *_, points in rows))
    assert points["合计"]["total"] == whole
    assert sum(points[name]["total"] for name in names.values()) == whole


def test_what_people_decided_is_counted_by_where_it_came_from(
    city: Database, enlist: Enlist, tables: Tables
) -> None:
    member = enlist()
    with city.unit_of_work() as uow:
        facts = [
            Fact(
                id=new_id(),
                member_id=member,
                kind=kind,
                occurred_at=uow.clock.now(),
                role="self",
                source=source,
            )
            for kind, source in (
                ("practical_matter", "claim"),
                ("pairing_help", "claim"),
                ("unexcused_absence", "manual"),
            )
        ]
        post_decided(uow, [RecordedFact(fact, f"test:{fact.id}", "为群众办实事") for fact in facts])
        uow.commit()
    found = tables("branch-evidence", BRANCH)
    assert {row["source"]: row["facts"] for row in found["sources"]} == {
        "签到": 0,
        "申报审核通过": 2,
        "结果导入": 0,
        "人工调整（双人）": 1,
    }
    assert found["overview"][0]["took_part"] == 0, "an absence is no participation"


def test_what_happened_before_a_transfer_stays_with_the_branch_of_then(
    city: Database,
    enlist: Enlist,
    belong: Callable[..., None],
    attend: Attend,
    post: Callable[..., None],
    tables: Tables,
) -> None:
    scored, unscored = enlist(since="2026-01-01"), enlist(since="2026-01-01", scored=False)
    post(*(attend(member, "lecture", "2026-03-05") for member in (scored, unscored)))
    with city.unit_of_work() as uow:
        uow.session.execute(text("UPDATE memberships SET until = '2026-06-01T00:00+08'"))
        uow.commit()
    for member, is_scored in ((scored, True), (unscored, False)):
        belong(member, OTHER, "2026-06-01")
        change_member(city, member, scored=is_scored, branch=OTHER)
    post(*(attend(member, "lecture", "2026-09-05") for member in (scored, unscored)))
    before, after = tables("branch-evidence", BRANCH), tables("branch-evidence", OTHER)
    for found, month in ((before, "2026-03"), (after, "2026-09")):
        lectures = by_kind(found["attendances"])["党课"]
        assert (lectures[month], lectures["total"]) == (2, 2)
        assert by_kind(found["points"])["合计"]["total"] == 2
    assert (before["overview"][0]["members"], after["overview"][0]["members"]) == (0, 2)
    spring = tables("branch-evidence", BRANCH, **{"from": "2026-01-01", "to": "2026-05-31"})
    assert spring["overview"][0]["members"] == 2, "members of then"
    assert list(by_kind(spring["points"])["合计"]) == [
        "kind", "2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "total",
    ]  # fmt: skip


def test_days_are_shanghais(
    enlist: Enlist, attend: Attend, post: Callable[..., None], tables: Tables
) -> None:
    post(
        attend(enlist(), "lecture", "2026-02-01T00:30"),
        attend(enlist(), "lecture", "2026-01-31T23:30"),
    )
    lectures = by_kind(tables("branch-evidence", BRANCH)["activities"])["党课"]
    assert (lectures["2026-01"], lectures["2026-02"]) == (1, 1)
    only = tables("branch-evidence", BRANCH, **{"from": "2026-02-01", "to": "2026-02-01"})
    assert by_kind(only["activities"])["党课"]["total"] == 1


def test_nobody_is_named(
    enlist: Enlist, attend: Attend, post: Callable[..., None], ask: Ask
) -> None:
    post(attend(enlist(name="张三丰"), title="看望李奶奶"))
    text_of_it = ask("branch-evidence", BRANCH).text
    assert "张三丰" not in text_of_it
    assert "李奶奶" not in text_of_it


def test_claims_adjustments_and_appeals_are_counted_by_state(
    city: Database, enlist: Enlist, tables: Tables
) -> None:
    member, elsewhere = enlist(), enlist(OTHER)
    with city.unit_of_work() as uow:
        for place, claimant, state, day in (
            (BRANCH, member, "withdrawn", "2026-11-02"),
            (BRANCH, member, "rejected", "2026-11-03"),
            (BRANCH, member, "rejected", "2025-11-03"),
            (OTHER, elsewhere, "rejected", "2026-11-03"),
        ):
            uow.session.execute(
                text(
                    "INSERT INTO claims (member_id, id, organisation_id, kind, day, title,"
                    " description, round, state, created_at, closed_at, steps) VALUES (:member,"
                    " :id, :place, 'pairing_help', :day, '帮扶', '', '2026-11', :state, now(),"
                    " now(), 2)"
                ),
                {"member": claimant, "id": new_id(), "place": place, "day": day, "state": state},
            )
        for claimant in (member, elsewhere):
            uow.session.execute(
                text(
                    "INSERT INTO adjustments (id, member_id, kind, day, occurred_at, points, reason,"
                    " proposed_by, proposed_at) VALUES (:id, :member, 'correction', '2026-11-02',"
                    " '2026-11-02T12:00+08', 10, '漏记', :by, now())"
                ),
                {"id": new_id(), "member": claimant, "by": new_id()},
            )
        uow.commit()
    rows = tables("branch-evidence", BRANCH)["decisions"]
    assert {(row["what"], row["outcome"]): row["number"] for row in rows if row["number"]} == {
        ("申报", "不通过"): 1,
        ("申报", "本人撤回"): 1,
        ("调整", "待审批"): 1,
    }


@pytest.mark.parametrize("table", ["claims", "adjustments", "appeals"])
def test_every_state_there_is_has_its_words(database: Database, table: str) -> None:
    with database.unit_of_work() as uow:
        allowed = uow.session.scalar(
            text(
                "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
                " WHERE conrelid = CAST(:table AS regclass) AND conname = :name"
            ),
            {"table": table, "name": f"{table}_state_check"},
        )
    states = set(re.findall(r"'(\w+)'", str(allowed)))
    assert states == {state for what, state in words.DECISIONS if what == table}
