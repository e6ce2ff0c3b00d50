"""Two at once: one decision, one posting; and the harness sees a missing lock."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any
from uuid import UUID

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from services.points.adjustments import effects, policy, service
from services.points.adjustments.models import AdjustmentRow
from services.points.ledger.attendance import AttendancePosting
from shared.auth import Principal
from shared.database import UnitOfWork
from tests.points.adjustments.people import (
    CITY_ADMIN,
    DEPUTY,
    SECOND_UNIT_ADMIN,
    SECRETARY,
    UNIT_ADMIN,
    People,
)
from tests.points.city import deliver

OTHERS = (DEPUTY, UNIT_ADMIN, SECOND_UNIT_ADMIN, CITY_ADMIN)


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


@pytest.fixture
def at_once(app: APIFlask, people: People, threads: ThreadPoolExecutor) -> Callable[..., list[int]]:
    """Send requests at the same moment, (who, path, body) each; return their statuses."""

    def send(*requests: tuple[UUID, str, Any]) -> list[int]:
        start = Barrier(len(requests))

        def one(request: tuple[UUID, str, Any]) -> int:
            who, path, body = request
            desk = people.at(app.test_client())
            start.wait(10)
            return int(desk.call(who, "POST", path, body).status_code)

        return list(threads.map(one, requests))

    return send


def test_of_many_approvals_at_once_one_posts(people: People, at_once: Any) -> None:
    for _ in range(3):
        proposed = people.propose(kind="urgent_task")
        path = f"/adjustments/{proposed['id']}/approve"
        assert sorted(at_once(*((who, path, None) for who in OTHERS))) == [200, 409, 409, 409]
        assert len(people.get(SECRETARY, f"/adjustments/{proposed['id']}")["entries"]) == 1
    people.prove()


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "unguarded"])
def test_without_the_lock_two_would_both_approve(
    people: People, at_once: Any, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    proposed = people.propose(kind="urgent_task")
    path = f"/adjustments/{proposed['id']}/approve"
    if not guarded:

        def unlocked(uow: UnitOfWork, principal: Principal, adjustment_id: UUID) -> AdjustmentRow:
            query = select(AdjustmentRow).where(AdjustmentRow.id == adjustment_id)
            return uow.session.scalars(query).one()

        monkeypatch.setattr(service, "_get", unlocked)
    # Both have found it open before either decides, unless something makes them take turns.
    both, check_open = Barrier(2), policy.check_open

    def late(state: str) -> None:
        check_open(state)
        with suppress(BrokenBarrierError):
            both.wait(1)

    monkeypatch.setattr(policy, "check_open", late)
    statuses = sorted(at_once((DEPUTY, path, None), (UNIT_ADMIN, path, None)))
    # Even then the trigger lets no decision be overwritten: the second one fails.
    assert (statuses == [200, 409]) is guarded
    people.prove()


def test_approved_rejected_and_withdrawn_at_once_is_one_of_them(
    people: People, at_once: Any
) -> None:
    for _ in range(5):
        path = f"/adjustments/{people.propose()['id']}"
        statuses = at_once(
            (DEPUTY, f"{path}/approve", None),
            (UNIT_ADMIN, f"{path}/reject", {"reason": "x"}),
            (SECRETARY, f"{path}/withdraw", None),
        )
        assert sorted(statuses) == [200, 409, 409]
        found = people.get(SECRETARY, path)
        assert found["state"] == ["approved", "rejected", "withdrawn"][statuses.index(200)]
        assert len(found["entries"]) == (found["state"] == "approved")
    people.prove()


def test_an_adjustment_is_reversed_by_one_of_two_at_once(people: People, at_once: Any) -> None:
    path = f"/adjustments/{people.adjusted()['id']}/reverse"
    requests = [(who, path, {"reason": "误记"}) for who in (SECRETARY, DEPUTY, UNIT_ADMIN)]
    assert sorted(at_once(*requests)) == [201, 409, 409]
    people.prove()


def test_a_reversal_and_an_appeal_undo_it_once(people: People, at_once: Any) -> None:
    people.correction(10, day="2026-11-01")
    for _ in range(4):
        adjustment = people.adjusted()
        path = f"/adjustments/{adjustment['id']}/reverse"
        reversal = people.post(SECRETARY, path, {"reason": "误记"}, 201)
        body = {"reason": "请过假", "adjustment_id": adjustment["id"]}
        appeal = people.post(people.member, "/appeals", body, 201)
        ruling = {"decision": "uphold", "reason": "假条有效", "remedy": "annul"}
        statuses = at_once(
            (CITY_ADMIN, f"/adjustments/{reversal['id']}/approve", None),
            (DEPUTY, f"/appeals/{appeal['id']}/decide", ruling),
        )
        assert sorted(statuses) == [200, 409]
        assert people.points() == 10
    people.prove()


def test_forecasts_postings_and_approvals_at_once_stay_right(
    app: APIFlask, people: People, attend: Any, threads: ThreadPoolExecutor
) -> None:
    people.correction(5, day="2026-11-01")
    proposed = [people.propose(kind="prepared_remarks", day="2026-11-02") for _ in range(3)]

    def approve(adjustment: str) -> None:
        people.at(app.test_client()).post(UNIT_ADMIN, f"/adjustments/{adjustment}/approve")

    def look(adjustment: str) -> None:
        for _ in range(3):
            seen = people.at(app.test_client()).get(DEPUTY, f"/adjustments/{adjustment}")
            about = {entry["fact_id"] for entry in seen["forecast"] or ()}
            # Nothing that others post meanwhile is taken for what the approval would post.
            assert about <= {adjustment}

    def scan(day: int) -> None:
        deliver(people.city, AttendancePosting(), attend(people.member, day=f"2026-10-{day:02d}"))

    works: list[tuple[Callable[[Any], None], Any]] = []
    for number, adjustment in enumerate(proposed):
        works += [(look, adjustment["id"]), (scan, number + 1), (approve, adjustment["id"])]
    for future in [threads.submit(work, argument) for work, argument in works]:
        future.result(60)
    assert people.points() == 5 + 3 * 2 + 3 * 2
    people.prove()


def test_the_forecast_holds_the_year_it_looks_at(
    people: People, attend: Any, monkeypatch: pytest.MonkeyPatch, threads: ThreadPoolExecutor
) -> None:
    proposed = people.propose()["id"]
    posted = []
    record = effects.facts.post_decided

    def late(*arguments: Any) -> int:
        # A scan comes while the forecast is made: it has to wait.
        message = attend(people.member, day="2026-11-03")
        posted.append(threads.submit(deliver, people.city, AttendancePosting(), message))
        with pytest.raises(TimeoutError):
            posted[0].result(0.5)
        return record(*arguments)

    monkeypatch.setattr(effects.facts, "post_decided", late)
    forecast = people.get(UNIT_ADMIN, f"/adjustments/{proposed}")["forecast"]
    assert [entry["fact_id"] for entry in forecast] == [proposed]
    posted[0].result(10)
    assert people.points() == 2
    people.prove()
