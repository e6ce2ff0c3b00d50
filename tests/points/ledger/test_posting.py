"""Attendance becomes points; whatever order it arrives in, the ledger says the same."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from services.points.checker.check import check
from services.points.ledger.attendance import read
from services.points.rules.timeline import TimelineCache
from shared.database import Database
from shared.testing.plugin import TokenFor
from tests.points.scoring.model import predict

Post = Callable[..., None]
Add = Callable[..., UUID]


def balance(database: Database, member: UUID, year: int = 2026) -> int:
    with database.unit_of_work() as uow:
        query = text("SELECT points FROM member_years WHERE member_id = :m AND year = :y")
        return int(uow.session.scalar(query, {"m": member, "y": year}) or 0)


def entries(database: Database, member: UUID) -> list[tuple[str, int, bool]]:
    with database.unit_of_work() as uow:
        query = text(
            "SELECT rule_code, points, reverses IS NOT NULL FROM ledger_entries"
            " WHERE member_id = :m ORDER BY id"
        )
        return [tuple(row) for row in uow.session.execute(query, {"m": member})]  # type: ignore[misc]


def standing(database: Database, member: UUID) -> dict[tuple[str, str], int]:
    """Sum of entries by (fact, rule), leaving out what sums to nothing."""
    with database.unit_of_work() as uow:
        query = text(
            "SELECT fact_id::text, rule_code, sum(points) FROM ledger_entries"
            " WHERE member_id = :m GROUP BY 1, 2"
        )
        rows = uow.session.execute(query, {"m": member}).all()
    return {(fact, rule): int(total) for fact, rule, total in rows if total}


def test_a_lecture_is_worth_two_points(
    city: Database, add_member: Add, attend: Any, post: Post
) -> None:
    member = add_member()
    post(attend(member))
    assert balance(city, member) == 20
    assert entries(city, member) == [("L04", 20, False)]


def test_what_arrives_twice_counts_once(
    city: Database, add_member: Add, attend: Any, post: Post
) -> None:
    member = add_member()
    message = attend(member)
    post(message, message)
    post(message)
    assert balance(city, member) == 20


def test_the_fifth_lecture_of_a_year_earns_nothing_and_says_why(
    city: Database, add_member: Add, attend: Any, post: Post
) -> None:
    member = add_member()
    post(*(attend(member, day=f"2026-0{month}-10") for month in range(1, 6)))
    assert balance(city, member) == 80
    assert entries(city, member)[-1] == ("L04", 0, False)


def test_an_annulled_check_in_is_reversed_by_a_linked_entry(
    city: Database, add_member: Add, attend: Any, post: Post
) -> None:
    member = add_member()
    message = attend(member)
    post(message)
    post(message | {"state": "annulled", "reason": "误签", "revision": 2})
    assert balance(city, member) == 0
    assert entries(city, member) == [("L04", 20, False), ("L04", -20, True)]
    post(message)
    assert balance(city, member) == 0


def test_an_annulment_gives_the_room_under_the_cap_to_the_next(
    city: Database, add_member: Add, attend: Any, post: Post
) -> None:
    member = add_member()
    lectures = [attend(member, day=f"2026-0{month}-10") for month in range(1, 6)]
    post(*lectures)
    post(lectures[0] | {"state": "annulled", "reason": "误签", "revision": 2})
    assert balance(city, member) == 80
    assert standing(city, member) == {(m["check_in_id"], "L04"): 20 for m in lectures[1:]}


def test_a_co_held_event_counts_once_under_each_rule(
    city: Database, add_member: Add, attend: Any, post: Post
) -> None:
    member = add_member()
    post(attend(member, "branch_meeting", tags=["lecture", "lecture", "branch_meeting"]))
    assert entries(city, member) == [("L01", 20, False), ("L04", 20, False)]


def test_hours_count_once_the_check_out_tells_them(
    city: Database, add_member: Add, attend: Any, post: Post
) -> None:
    member = add_member()
    message = attend(member, "volunteering")
    post(message)
    assert balance(city, member) == 0
    post(message | {"minutes": 95, "revision": 2})
    assert balance(city, member) == 10
    post(message | {"minutes": 300, "revision": 3})
    assert balance(city, member) == 20


def test_a_member_who_is_not_scored_attends_without_points(
    city: Database, add_member: Add, attend: Any, post: Post
) -> None:
    member = add_member(scored=False)
    post(attend(member))
    assert balance(city, member) == 0
    assert entries(city, member) == []


def test_years_do_not_touch_each_other(
    city: Database, add_member: Add, attend: Any, post: Post
) -> None:
    member = add_member()
    post(attend(member, day="2025-12-31T23:59:59"), attend(member, day="2026-01-01T00:00:01"))
    assert (balance(city, member, 2025), balance(city, member, 2026)) == (20, 20)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entries SET points = points + 1",
        "DELETE FROM ledger_entries",
        "TRUNCATE ledger_entries CASCADE",
    ],
)
def test_the_ledger_cannot_be_edited(
    city: Database, add_member: Add, attend: Any, post: Post, statement: str
) -> None:
    post(attend(add_member()))
    with city.unit_of_work() as uow, pytest.raises(DatabaseError, match="append-only"):
        uow.session.execute(text(statement))


@given(data=st.data())
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_posting_in_any_order_and_any_pieces_is_what_the_model_predicts(
    city: Database, add_member: Add, attend: Any, post: Post, data: st.DataObject
) -> None:
    member = add_member()
    kinds = ["lecture", "theme_day", "branch_meeting", "study_session", "culture", "volunteering"]
    days = data.draw(st.lists(st.integers(1, 28), min_size=1, max_size=12))
    last = {}
    told = []
    for day in days:
        kind = data.draw(st.sampled_from(kinds))
        told.append(attend(member, kind, f"2026-{1 + day % 3:02d}-{day:02d}"))
        last[told[-1]["check_in_id"]] = told[-1]
        # A check-out, an annulment, or the one and then the other.
        for revision in range(2, 2 + data.draw(st.integers(0, 2))):
            changes = data.draw(st.sampled_from(CHANGES))
            told.append(last[told[-1]["check_in_id"]] | changes | {"revision": revision})
            last[told[-1]["check_in_id"]] = told[-1]
    arriving = data.draw(st.permutations(told))
    while arriving:
        size = data.draw(st.integers(1, len(arriving)))
        post(*arriving[:size])
        arriving = arriving[size:]
    with city.unit_of_work() as uow:
        rule_sets = TimelineCache().get(uow).rule_sets
        proof = check(uow)
    facts = [read(m).fact for m in last.values() if m["state"] == "present"]
    assert standing(city, member) == {
        (str(fact_id), rule): points
        for fact_id, rule, _set, _worth, points in predict(facts, rule_sets)
        if points
    }
    assert proof.violations == []


CHANGES: list[dict[str, Any]] = [
    {"minutes": 70},
    {"minutes": 300},
    {"state": "annulled", "reason": "误签"},
]


def test_a_receipt_says_what_came_of_a_check_in(
    city: Database,
    add_member: Add,
    attend: Any,
    post: Post,
    client: FlaskClient,
    token_for: TokenFor,
) -> None:
    member = add_member()
    message = attend(member)
    path = f"/api/v1/me/receipts/{message['check_in_id']}"
    headers = {"Authorization": f"Bearer {token_for(member)}", "Accept-Language": "en"}
    pending = client.get(path, headers=headers)
    assert (pending.status_code, pending.json["state"]) == (200, "pending")
    post(message)
    posted = client.get(path, headers=headers).json
    assert (posted["state"], posted["points"], posted["total"]) == ("posted", 2, 2)
    assert posted["why"] == ["Lecture attended +2, 6 of 8 left this year"]
    mine = client.get("/api/v1/me/points", headers=headers).json
    assert mine["points"] == 2
    assert {"category": "LIFE", "points": 2, "cap": 40} in mine["categories"]
    ledger = client.get("/api/v1/me/ledger", headers=headers).json
    assert [item["points"] for item in ledger["items"]] == [2]


def test_a_receipt_says_that_hours_count_after_the_check_out(
    city: Database,
    add_member: Add,
    attend: Any,
    post: Post,
    client: FlaskClient,
    token_for: TokenFor,
) -> None:
    member = add_member()
    message = attend(member, "volunteering")
    path = f"/api/v1/me/receipts/{message['check_in_id']}"
    headers = {"Authorization": f"Bearer {token_for(member)}", "Accept-Language": "en"}
    post(message)
    (why,) = client.get(path, headers=headers).json["why"]
    assert why == (
        "Volunteering 0 (full hours count, once you have checked out), 20 of 20 left this year"
    )
    post(message | {"minutes": 95, "revision": 2})
    (why,) = client.get(path, headers=headers).json["why"]
    assert why == "Volunteering +1 (1 h), 19 of 20 left this year"


def test_a_members_year_is_told_by_category_and_rule(
    city: Database,
    add_member: Add,
    attend: Any,
    post: Post,
    client: FlaskClient,
    token_for: TokenFor,
) -> None:
    member = add_member()
    headers = {"Authorization": f"Bearer {token_for(member)}", "Accept-Language": "en"}
    annulled = attend(member, day="2026-03-10")
    post(attend(member, "branch_meeting", tags=["lecture"]), attend(member, "culture"), annulled)
    post(annulled | {"state": "annulled", "reason": "误签", "revision": 2})
    year = client.get("/api/v1/me/points", headers=headers).json
    assert (year["year"], year["points"], year["scored"]) == (2026, 5, True)
    assert {c["category"]: (c["points"], c["cap"]) for c in year["categories"]} == {
        "LIFE": (4, 40), "STUDY": (0, 20), "SERVE": (0, 30), "CULT": (1, 10), "HONOR": (0, 10),
    }  # fmt: skip
    assert {r["code"]: (r["category"], r["points"], r["cap"]) for r in year["rules"]} == {
        "C01": ("CULT", 1, 6), "L01": ("LIFE", 2, 8), "L04": ("LIFE", 2, 8),
    }  # fmt: skip
    before = client.get("/api/v1/me/points?year=2025", headers=headers).json
    assert (before["points"], before["rules"]) == (0, [])


def test_a_ledger_is_read_page_by_page_each_entry_with_its_why(
    city: Database,
    add_member: Add,
    attend: Any,
    post: Post,
    client: FlaskClient,
    token_for: TokenFor,
) -> None:
    member = add_member()
    lectures = [attend(member, day=f"2026-0{month}-10") for month in range(1, 6)]
    post(*lectures)
    post(lectures[0] | {"state": "annulled", "reason": "误签", "revision": 2})
    headers = {"Authorization": f"Bearer {token_for(member)}", "Accept-Language": "en"}
    path, whys = "/api/v1/me/ledger?limit=3", []
    while path:
        page = client.get(path, headers=headers).json
        assert len(page["items"]) <= 3
        whys += [item["why"] for item in page["items"]]
        cursor = page["next_cursor"]
        path = cursor and f"/api/v1/me/ledger?limit=3&cursor={cursor}"
    assert sorted(whys[:3]) == [
        "Lecture attended +2, 0 of 8 left this year",
        "Reversed: Lecture attended -2",
        "Reversed: Lecture attended 0",
    ]
    assert whys[3:] == [
        "Lecture attended 0 (worth 2; the year's limit is reached)",
        *(f"Lecture attended +2, {left} of 8 left this year" for left in (0, 2, 4, 6)),
    ]
    chinese = headers | {"Accept-Language": "zh"}
    newest = client.get("/api/v1/me/ledger?limit=5", headers=chinese).json["items"][-1]
    assert newest["why"] == "听党课 +2，今年还可得 0（上限 8）"


def test_points_of_a_member_out_of_reach_are_not_there(
    city: Database, add_member: Add, client: FlaskClient, token_for: TokenFor
) -> None:
    member = add_member()
    path = f"/api/v1/members/{member}/points"
    for role, reach, status in (
        ("branch_secretary", "/city/u001/b0001/", 200),
        ("branch_secretary", "/city/u001/b0002/", 404),
        ("unit_admin", "/city/u001/", 200),
        ("unit_admin", "/city/u002/", 404),
        ("city_admin", "/city/", 200),
    ):
        token = token_for(path=reach, roles=[(role, reach)])
        answer = client.get(path, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status, (role, reach)
