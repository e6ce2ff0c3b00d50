"""Closing while others close, post or object; and the harness sees a missing guard."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any
from uuid import UUID

import pytest
from apiflask import APIFlask

from services.points.statements import policy, service
from services.points.statements.models import StatementRow
from shared.auth import Grant, Principal
from shared.database import Database, UnitOfWork
from shared.testing.plugin import TokenFor
from tests.points.ledger.test_races import handle, wait_until_stuck
from tests.points.statements.office import HERE, SECRETARY, Office

Roll = Callable[..., UUID]
GUARDED = pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "unguarded"])


def close(database: Database, statement: str) -> None:
    secretary = Principal(SECRETARY, "书记", HERE, (Grant("branch_secretary", HERE),))
    with database.unit_of_work() as uow:
        service.close(uow, secretary, UUID(statement))
        uow.commit()


@GUARDED
def test_closing_waits_for_what_is_being_posted(
    office: Office,
    city: Database,
    roll: Roll,
    attend: Any,
    monkeypatch: pytest.MonkeyPatch,
    guarded: bool,
) -> None:
    member = roll()
    statement = office.published()
    office.let_pass(days=14)
    if not guarded:
        monkeypatch.setattr(service, "await_postings", lambda _: None)
    with ThreadPoolExecutor(1) as pool, city.unit_of_work() as scan:
        # Held back if the month were closed; it is not yet.
        handle(scan, [attend(member, day="2026-10-08")])
        closing = pool.submit(close, city, statement)
        wait_until_stuck(city, closing)
        scan.commit()
        closing.result(10)
    (line,) = office.read(statement)["lines"]
    assert (line["total"] == 2) is guarded
    assert (office.broken() == []) is guarded


@GUARDED
def test_of_eight_closings_at_once_one_counts(
    office: Office,
    app: APIFlask,
    token_for: TokenFor,
    roll: Roll,
    monkeypatch: pytest.MonkeyPatch,
    guarded: bool,
) -> None:
    roll()
    statement = office.published()
    office.let_pass(days=14)
    if not guarded:
        # Two at a time have both read before either goes on, however busy the machine is.
        both = Barrier(2)

        def unlocked(uow: UnitOfWork, statement_id: UUID) -> StatementRow:
            row = uow.session.get_one(StatementRow, statement_id)
            with suppress(BrokenBarrierError):
                both.wait(5)
            return row

        monkeypatch.setattr(service, "lock", unlocked)

    def attempt(_: int) -> int:
        desk = Office(app.test_client(), token_for, office.city, office.clock)
        return int(desk.call("POST", f"/statements/{statement}/close").status_code)

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(attempt, range(8)))
    # Without the lock the table's triggers are what is left, and they are no answer to a person.
    assert (answers == [200] + [409] * 7) is guarded
    assert answers.count(200) == 1
    assert office.broken() == []


def meet(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Let two who have passed a check of the policy wait for each other, unless one is held."""
    both, check = Barrier(2), getattr(policy, name)

    def together(*arguments: Any) -> None:
        check(*arguments)
        with suppress(BrokenBarrierError):
            both.wait(3)

    monkeypatch.setattr(policy, name, together)


@GUARDED
def test_of_two_who_publish_at_once_one_does(
    office: Office,
    app: APIFlask,
    token_for: TokenFor,
    roll: Roll,
    monkeypatch: pytest.MonkeyPatch,
    guarded: bool,
) -> None:
    roll()
    statement = office.prepared()
    if not guarded:

        def unlocked(uow: UnitOfWork, statement_id: UUID) -> StatementRow:
            return uow.session.get_one(StatementRow, statement_id)

        monkeypatch.setattr(service, "lock", unlocked)
    meet(monkeypatch, "check_state")

    def attempt(days: int) -> int:
        desk = Office(app.test_client(), token_for, office.city, office.clock)
        body = {"working_days": days}
        return int(desk.call("POST", f"/statements/{statement}/publish", body).status_code)

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(attempt, (3, 10)))
    assert (answers == [200, 409]) is guarded


@GUARDED
def test_two_months_closed_at_once_follow_each_other_in_the_chain(
    office: Office,
    app: APIFlask,
    token_for: TokenFor,
    roll: Roll,
    monkeypatch: pytest.MonkeyPatch,
    guarded: bool,
) -> None:
    roll()
    statements = [office.published(month) for month in ("2026-09", "2026-10")]
    office.let_pass(days=14)
    if not guarded:
        monkeypatch.setattr(service, "await_postings", lambda _: None)
    meet(monkeypatch, "check_closable")

    def attempt(statement: str) -> int:
        desk = Office(app.test_client(), token_for, office.city, office.clock)
        return int(desk.call("POST", f"/statements/{statement}/close").status_code)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(attempt, statements))
    # Without their turn both would be the first; the table's constraint says no, to one of them.
    assert (answers == [200, 200]) is guarded
    assert office.broken() == []


def test_of_eight_who_prepare_at_once_one_does(
    office: Office, app: APIFlask, token_for: TokenFor
) -> None:
    def attempt(_: int) -> bool:
        desk = Office(app.test_client(), token_for, office.city, office.clock)
        try:
            desk.prepared()
        except AssertionError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == 1


def test_an_objection_and_the_closing_come_in_one_order(
    office: Office, app: APIFlask, token_for: TokenFor, roll: Roll
) -> None:
    """On the last evening of the notice nobody may close, and afterwards nobody may object."""
    member = roll()
    statement = office.published()
    body = {"line_member_id": str(member), "reason": "少记一次"}
    for moment in ("2026-11-30T23:59:59", "2026-12-01T00:00:01"):
        office.set_clock(moment)

        def attempt(number: int) -> int:
            desk = Office(app.test_client(), token_for, office.city, office.clock)
            path = f"/statements/{statement}/{('close', 'objections')[number % 2]}"
            send = body if number % 2 else None
            return int(desk.call("POST", path, send, who=member).status_code)

        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(attempt, range(4)))
        assert answers.count(409) >= 3
    assert office.broken() == []
