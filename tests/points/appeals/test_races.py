"""Two at once: one decision; and the harness sees a missing lock."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any
from uuid import UUID

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from services.points.appeals import policy, service
from services.points.appeals.models import AppealRow
from shared.auth import Principal
from shared.clock import FixedClock
from shared.database import UnitOfWork
from tests.points.adjustments.people import CITY_ADMIN, DEPUTY, SECRETARY, UNIT_ADMIN, People

DISMISS = {"decision": "dismiss", "reason": "无误"}
CORRECT = {"decision": "uphold", "reason": "漏记", "remedy": "correct", "points": 1}
LATE = {"reason": "逾期未决"}


@pytest.fixture
def at_once(app: APIFlask, people: People) -> Iterator[Callable[..., list[int]]]:
    """Send requests at the same moment, (who, path, body) each; return their statuses."""
    with ThreadPoolExecutor(8) as pool:

        def send(*requests: tuple[UUID, str, Any]) -> list[int]:
            start = Barrier(len(requests))

            def one(request: tuple[UUID, str, Any]) -> int:
                who, path, body = request
                desk = people.at(app.test_client())
                start.wait(10)
                return int(desk.call(who, "POST", path, body).status_code)

            return list(pool.map(one, requests))

        yield send


def lodge(people: People, day: int) -> str:
    body = {"fact_kind": "lecture", "day": f"2026-11-{day:02d}", "reason": "漏记"}
    return f"/appeals/{people.post(people.member, '/appeals', body, 201)['id']}"


def test_of_many_decisions_at_once_one_counts(people: People, at_once: Any) -> None:
    for day in range(1, 4):
        path = f"{lodge(people, day)}/decide"
        deciders = (SECRETARY, DEPUTY, UNIT_ADMIN, CITY_ADMIN)
        assert sorted(at_once(*((who, path, CORRECT) for who in deciders))) == [200, 409, 409, 409]
    assert people.points() == 3
    people.prove()


def test_an_appeal_lodged_twice_at_once_is_one(people: People, at_once: Any) -> None:
    body = {"fact_kind": "lecture", "day": "2026-11-20", "reason": "漏记"}
    assert sorted(at_once(*[(people.member, "/appeals", body)] * 4)) == [201, 409, 409, 409]


def test_decided_or_taken_up_at_once_it_is_one_of_them(
    people: People, at_once: Any, clock: FixedClock
) -> None:
    paths = [lodge(people, day) for day in range(1, 7)]
    clock.advance(8 * 86_400)
    for path in paths:
        statuses = at_once((SECRETARY, f"{path}/decide", CORRECT), (people.member, f"{path}/escalate", LATE))  # fmt: skip
        found = people.get(people.member, path)
        # The branch was first, and the case is closed; or it has gone up, out of its hands.
        assert (statuses, found["state"], found["level"]) in (
            ([200, 409], "upheld", "branch"),
            ([403, 200], "open", "unit"),
        )
        assert len(found["entries"]) == (found["state"] == "upheld")
    people.prove()


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "unguarded"])
def test_without_the_lock_both_would_go_through(
    people: People,
    at_once: Any,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
    guarded: bool,
) -> None:
    path = lodge(people, 20)
    clock.advance(8 * 86_400)
    if not guarded:

        def unlocked(
            uow: UnitOfWork, principal: Principal, appeal_id: UUID
        ) -> tuple[AppealRow, str]:
            query = select(AppealRow).where(AppealRow.id == appeal_id)
            return uow.session.scalars(query).one(), "/city/u001/b0001/"

        monkeypatch.setattr(service, "_locked", unlocked)
    # Both have found it open before either goes on, unless something makes them take turns.
    both = Barrier(2)

    def late(check: Callable[..., Any]) -> Callable[..., Any]:
        def checked(*arguments: Any) -> Any:
            found = check(*arguments)
            with suppress(BrokenBarrierError):
                both.wait(1)
            return found

        return checked

    monkeypatch.setattr(policy, "check_open", late(policy.check_open))
    monkeypatch.setattr(policy, "check_member", late(policy.check_member))
    statuses = at_once(
        (SECRETARY, f"{path}/decide", DISMISS), (people.member, f"{path}/escalate", LATE)
    )
    steps = [step["action"] for step in people.get(people.member, path)["steps"]]
    in_turn = (
        # Dismissed first, it may still go up; gone up first, it is no longer the branch's.
        (statuses == [200, 200] and steps == ["lodged", "dismissed", "escalated"])
        or (statuses == [403, 200] and steps == ["lodged", "escalated"])
    )
    found = people.get(people.member, path)
    coherent = (found["state"], found["level"]) == ("open", "unit")
    assert (in_turn and coherent) is guarded
