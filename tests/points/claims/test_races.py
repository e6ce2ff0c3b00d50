"""Two at once: one outcome, one refusal; and the harness sees a missing guard."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Select

from services.points.claims import policy, review, service
from shared.ids import new_id
from tests.points.claims.conftest import SERVICE, Branch


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as pool:
        yield pool


def meet(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> None:
    """Let two callers of a function both get there before either goes on, unless one is held."""
    both, function = Barrier(2), getattr(module, name)

    def together(*arguments: Any, **named: Any) -> Any:
        with suppress(BrokenBarrierError):
            both.wait(1)
        return function(*arguments, **named)

    monkeypatch.setattr(module, name, together)


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "unguarded"])
@pytest.mark.parametrize("decisions", [("approve", "approve"), ("approve", "reject")])
def test_two_reviewers_at_once_give_one_decision(
    branch: Branch,
    threads: ThreadPoolExecutor,
    monkeypatch: pytest.MonkeyPatch,
    decisions: tuple[str, str],
    guarded: bool,
) -> None:
    claim = branch.forwarded()
    if not guarded:
        monkeypatch.setattr(Select, "with_for_update", lambda query, **_: query)
    meet(monkeypatch, review.policy, "check_open")
    reviewers = (branch.secretary, branch.other_secretary)
    answers = [
        future.result(20)
        for future in [
            threads.submit(branch.review, who, claim, decision, "理由")
            for who, decision in zip(reviewers, decisions, strict=True)
        ]
    ]
    statuses = Counter(answer.status_code for answer in answers)
    assert (statuses == {200: 1, 409: 1}) is guarded, [answer.text for answer in answers]
    if guarded:
        refused = next(answer for answer in answers if answer.status_code == 409)
        assert refused.json["code"] == "claim_closed"
        state = branch.read(claim)["state"]
        assert len(branch.rows("SELECT * FROM facts")) == (state == "approved")
        assert branch.proof().broken == 0


def test_a_review_and_a_withdrawal_at_once_give_one_of_them(
    branch: Branch, threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = branch.forwarded()
    meet(monkeypatch, policy, "check_open")
    futures = (
        threads.submit(branch.review, branch.secretary, claim, "approve"),
        threads.submit(branch.call, branch.member, "POST", f"/claims/{claim['id']}/withdraw"),
    )
    assert Counter(future.result(20).status_code for future in futures) == {200: 1, 409: 1}
    approved = branch.read(claim)["state"] == "approved"
    assert len(branch.rows("SELECT * FROM facts")) == approved
    assert branch.proof().broken == 0


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "unguarded"])
def test_a_claim_made_twice_at_once_is_made_once(
    branch: Branch, threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    body = SERVICE | {"client_ref": str(new_id())}
    if not guarded:
        place = str(service._PLACE).replace("FOR NO KEY UPDATE OF m", "")
        monkeypatch.setattr(service, "_PLACE", service.text(place))
    meet(monkeypatch, service, "_check_free")
    futures = [threads.submit(branch.call, branch.member, "POST", "/claims", body) for _ in "12"]
    answers = [future.result(20) for future in futures]
    same = {answer.json.get("id") for answer in answers}
    assert ({answer.status_code for answer in answers} == {201} and len(same) == 1) is guarded
    # Not even without the lock: the table says no, only less kindly.
    assert len(branch.rows("SELECT * FROM claims")) == 1


def test_two_bulk_reviews_in_opposite_order_do_not_block_each_other(
    branch: Branch, threads: ThreadPoolExecutor
) -> None:
    ids = [str(branch.claim(branch.loner, day=f"2026-11-{day:02d}")["id"]) for day in range(1, 13)]
    futures = [
        threads.submit(
            branch.call, who, "POST", "/claims/reviews", {"ids": order, "decision": "approve"}
        )
        for who, order in ((branch.secretary, ids), (branch.other_secretary, ids[::-1]))
    ]
    assert Counter(future.result(30).status_code for future in futures) == {200: 1, 409: 1}
    assert {UUID(claim) for claim in ids} == {row[0] for row in branch.rows("SELECT id FROM facts")}
    assert branch.proof().broken == 0
