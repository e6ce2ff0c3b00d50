"""What comes too late for a closed month waits until somebody decides."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import text

from services.points.checker.check import check
from services.points.ledger import closed_months
from services.points.ledger.decided import post_decided
from services.points.ledger.recorded import RecordedFact
from services.points.scoring import Fact
from shared.database import Database
from shared.ids import new_id
from shared.testing.plugin import TokenFor
from tests.points.city import BRANCH, OTHER, told

Add = Callable[..., UUID]
Post = Callable[..., None]


@pytest.fixture
def closed(city: Database) -> Database:
    """October is closed in the branch."""
    with city.unit_of_work() as uow:
        closed_months.close(uow, BRANCH, "2026-10")
        uow.commit()
    return city


@pytest.fixture
def secretary(token_for: TokenFor) -> dict[str, str]:
    path = "/city/u001/b0001/"
    return {"Authorization": f"Bearer {token_for(new_id(), path, [('branch_secretary', path)])}"}


def points_of(database: Database, member: UUID) -> int:
    with database.unit_of_work() as uow:
        query = "SELECT coalesce(sum(points), 0) FROM ledger_entries WHERE member_id = :member"
        return int(uow.session.scalar(text(query), {"member": member}) or 0)


def sound(database: Database) -> bool:
    with database.unit_of_work() as uow:
        return check(uow).violations == []


def held(client: FlaskClient, headers: dict[str, str], **query: Any) -> Any:
    answer = client.get("/api/v1/held-facts", headers=headers, query_string=query)
    assert answer.status_code == 200, answer.text
    return answer.json["items"]


def test_what_lies_in_a_closed_month_waits_and_is_posted_when_released(
    closed: Database,
    add_member: Add,
    attend: Any,
    post: Post,
    client: FlaskClient,
    secretary: dict[str, str],
) -> None:
    member = add_member()
    late, message = attend(member, day="2026-11-03"), attend(member, day="2026-10-30")
    post(message, late, attend(add_member(OTHER), day="2026-10-30"))
    post(message)
    assert points_of(closed, member) == 20, "November is open, October waits"
    (waiting,) = held(client, secretary)
    assert (waiting["member_id"], waiting["month"], waiting["state"]) == (
        str(member),
        "2026-10",
        "present",
    )
    answer = client.post(
        f"/api/v1/held-facts/{waiting['id']}/release", json={"reason": "漏传"}, headers=secretary
    )
    assert (answer.status_code, answer.json["decision"]) == (200, "released")
    assert points_of(closed, member) == 40
    assert held(client, secretary) == []
    assert held(client, secretary, waiting=False)[0]["reason"] == "漏传"
    assert sound(closed)
    # Told again by the stream, it is neither held nor posted again.
    post(message)
    assert held(client, secretary) == []
    assert points_of(closed, member) == 40


def test_what_was_refused_changes_nothing(
    closed: Database,
    add_member: Add,
    attend: Any,
    post: Post,
    client: FlaskClient,
    secretary: dict[str, str],
) -> None:
    member = add_member()
    post(attend(member, day="2026-10-30"))
    (waiting,) = held(client, secretary)
    path = f"/api/v1/held-facts/{waiting['id']}"
    for body in ({}, {"reason": ""}, {"reason": " \u3000"}):
        assert client.post(f"{path}/refuse", json=body, headers=secretary).status_code == 422
    refused = client.post(f"{path}/refuse", json={"reason": "过期"}, headers=secretary)
    assert refused.json["decision"] == "refused"
    again = client.post(f"{path}/release", json={"reason": "再想想"}, headers=secretary)
    assert (again.status_code, again.json["code"]) == (409, "held_fact_decided")
    assert points_of(closed, member) == 0
    assert ["was not entered" in notice["text"] for notice in told(closed, member)] == [True]


def test_a_newer_word_takes_the_place_of_one_that_waits(
    closed: Database,
    add_member: Add,
    attend: Any,
    post: Post,
    client: FlaskClient,
    secretary: dict[str, str],
) -> None:
    message = attend(add_member(), day="2026-10-30")
    post(message)
    post(message | {"state": "annulled", "reason": "误签", "revision": 2})
    assert [h["state"] for h in held(client, secretary)] == ["annulled"]
    assert [h["decision"] for h in held(client, secretary, waiting=False)] == ["superseded"]


def test_what_was_posted_before_the_month_closed_is_not_undone_without_a_decision(
    city: Database,
    add_member: Add,
    attend: Any,
    post: Post,
    client: FlaskClient,
    secretary: dict[str, str],
) -> None:
    member = add_member()
    message = attend(member, day="2026-10-30")
    post(message)
    with city.unit_of_work() as uow:
        closed_months.close(uow, BRANCH, "2026-10")
        uow.commit()
    post(message | {"state": "annulled", "reason": "误签", "revision": 2})
    assert points_of(city, member) == 20
    (waiting,) = held(client, secretary)
    path = f"/api/v1/held-facts/{waiting['id']}/release"
    assert client.post(path, json={"reason": "属实"}, headers=secretary).status_code == 200
    assert points_of(city, member) == 0
    assert sound(city)


def test_nobody_decides_on_the_own_points_or_out_of_reach(
    closed: Database, add_member: Add, attend: Any, post: Post, client: FlaskClient, token_for: Any
) -> None:
    member = add_member()
    post(attend(member, day="2026-10-30"))
    path = "/city/u001/b0001/"
    own = {"Authorization": f"Bearer {token_for(member, path, [('branch_secretary', path)])}"}
    (waiting,) = held(client, own)
    address = f"/api/v1/held-facts/{waiting['id']}/release"
    refused = client.post(address, json={"reason": "自批"}, headers=own)
    assert (refused.status_code, refused.json["code"]) == (403, "own_case")
    there = "/city/u001/b0002/"
    other = {"Authorization": f"Bearer {token_for(new_id(), there, [('branch_secretary', there)])}"}
    assert held(client, other) == []
    unseen = client.post(address, json={"reason": "越权"}, headers=other)
    assert (unseen.status_code, unseen.json["code"]) == (404, "held_fact_unknown")


def test_a_decision_enters_a_closed_month(closed: Database, add_member: Add) -> None:
    member = add_member()
    with closed.unit_of_work() as uow:
        fact = Fact(
            new_id(), member, "practical_matter", uow.clock.now().replace(month=10), role="self",
            source="claim",
        )  # fmt: skip
        post_decided(uow, [RecordedFact(fact, "claim:1", "修好了路灯")])
        uow.commit()
    assert points_of(closed, member) == 30


def test_of_eight_decisions_at_once_one_counts(
    closed: Database,
    add_member: Add,
    attend: Any,
    post: Post,
    app: APIFlask,
    client: FlaskClient,
    secretary: dict[str, str],
) -> None:
    member = add_member()
    post(attend(member, day="2026-10-30"))
    (waiting,) = held(client, secretary)

    def decide(number: int) -> int:
        word = ("release", "refuse")[number % 2]
        address = f"/api/v1/held-facts/{waiting['id']}/{word}"
        answer = app.test_client().post(address, json={"reason": "处理"}, headers=secretary)
        return int(answer.status_code)

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(decide, range(8))) == [200, *[409] * 7]
    assert sound(closed)
