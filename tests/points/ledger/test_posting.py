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

from shared.database import Database
from shared.testing.plugin import TokenFor

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
        "TRUNCATE ledger_entries",
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
def test_posting_piece_by_piece_in_any_order_equals_posting_in_order(
    city: Database, add_member: Add, attend: Any, post: Post, data: st.DataObject
) -> None:
    one, other = add_member(), add_member()
    days = data.draw(st.lists(st.integers(1, 28), min_size=1, max_size=12))
    kinds = ["lecture", "theme_day", "branch_meeting", "study_session", "culture"]
    messages = [
        attend(one, data.draw(st.sampled_from(kinds)), f"2026-{1 + d % 3:02d}-{d:02d}")
        for d in days
    ]
    annulled = data.draw(st.sets(st.sampled_from(range(len(messages)))))
    later = [
        m | {"state": "annulled", "reason": "误签", "revision": 2}
        for i, m in enumerate(messages)
        if i in annulled
    ]
    for message in data.draw(st.permutations(messages + later)):
        post(message)
    twins = [m | {"member_id": str(other)} for i, m in enumerate(messages) if i not in annulled]
    post(*sorted(twins, key=lambda m: m["occurred_at"]))
    assert balance(city, one) == balance(city, other)
    assert standing(city, one) == standing(city, other)


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
