"""Batches posted at the same moment by several workers leave the ledger as if one had done it."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest

from services.points.checker.check import Proof, check
from services.points.ledger import posting, statements
from services.points.ledger.attendance import AttendancePosting
from services.points.scoring import score
from shared.contracts.attendance import RECORDED_V1
from shared.database import Database
from shared.ids import new_id
from shared.messaging.envelope import Envelope

WORKERS = 6
Messages = Sequence[dict[str, Any]]


@pytest.fixture(autouse=True)
def unhurried_scoring(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave time between reading and writing, so that workers do meet there."""

    def slowly(*arguments: Any) -> Any:
        time.sleep(0.005)
        return score(*arguments)

    monkeypatch.setattr(posting, "score", slowly)


def post_in_parallel(database: Database, batches: Sequence[Messages]) -> None:
    barrier = Barrier(len(batches))

    def post(messages: Messages) -> None:
        handler = AttendancePosting()
        now = database.clock.now()
        envelopes = [Envelope(new_id(), RECORDED_V1, "", now, m) for m in messages]
        with database.unit_of_work() as uow:
            barrier.wait()
            handler(uow, envelopes)
            uow.commit()

    with ThreadPoolExecutor(len(batches)) as pool:
        list(pool.map(post, batches))


def prove(database: Database) -> Proof:
    with database.unit_of_work() as uow:
        return check(uow)


def rounds(city: Database, add_member: Callable[..., UUID], attend: Any, count: int) -> list[Proof]:
    """Have six workers post lectures of the same three members, each in an order of its own."""
    members = [add_member() for _ in range(3)]
    proofs = []
    for number in range(count):
        days = [f"2026-{1 + number:02d}-{2 + worker:02d}" for worker in range(WORKERS)]
        batches = [
            [attend(member, day=day) for member in (members if place % 2 else members[::-1])]
            for place, day in enumerate(days)
        ]
        post_in_parallel(city, batches)
        proofs.append(prove(city))
    return proofs


def test_workers_at_once_agree_with_the_rules(
    city: Database, add_member: Callable[..., UUID], attend: Any
) -> None:
    proofs = rounds(city, add_member, attend, 4)
    assert [proof.violations for proof in proofs] == [[]] * 4
    assert proofs[-1].facts == 3 * 4 * WORKERS


def test_the_test_above_would_see_the_race_without_the_lock(
    city: Database,
    add_member: Callable[..., UUID],
    attend: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unlocked = statements.LOCK_YEARS.replace("FOR UPDATE OF y", "")
    assert unlocked != statements.LOCK_YEARS
    monkeypatch.setattr(statements, "LOCK_YEARS", unlocked)
    proofs = rounds(city, add_member, attend, 4)
    assert proofs[-1].broken > 0
