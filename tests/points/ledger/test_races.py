"""Postings, approvals and changed memberships at once; and the harness sees a missing guard."""

import random
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from services.points.checker.check import Proof, check
from services.points.ledger import membership, posting, statements
from services.points.ledger.attendance import AttendancePosting
from services.points.roster import organisations
from services.points.rules import approval
from services.points.rules import service as rules
from services.points.rules.in_force import in_force
from shared.auth import Grant, Principal
from shared.clock import FixedClock, local_day
from shared.contracts.attendance import RECORDED_V1
from shared.database import Database, UnitOfWork
from shared.ids import new_id
from shared.messaging.envelope import Envelope
from tests.points.city import BRANCH, CITY, UNIT, change_member, tell_of
from tests.session import eventually

Add = Callable[..., UUID]
Messages = list[dict[str, Any]]


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


def handle(uow: UnitOfWork, messages: Messages) -> None:
    """Post without committing, with a handler that has read nothing before."""
    now = uow.clock.now()
    AttendancePosting()(uow, [Envelope(new_id(), RECORDED_V1, "", now, m) for m in messages])


def post(database: Database, messages: Messages) -> None:
    with database.unit_of_work() as uow:
        handle(uow, messages)
        uow.commit()


def proof_of(database: Database) -> Proof:
    with database.unit_of_work() as uow:
        return check(uow)


def wait_until_stuck(database: Database, other: Future[None]) -> None:
    """Wait until another transaction waits for one of ours, or has not had to."""

    def waiting() -> int:
        with database.unit_of_work() as uow:
            query = "SELECT count(*) FROM pg_locks WHERE NOT granted"
            return int(uow.session.scalar(text(query)) or 0)

    eventually(lambda: other.done() or waiting(), bool, 10)


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "unguarded"])
def test_two_postings_of_one_member_take_turns(
    city: Database,
    add_member: Add,
    attend: Any,
    threads: ThreadPoolExecutor,
    monkeypatch: pytest.MonkeyPatch,
    guarded: bool,
) -> None:
    member = add_member()
    post(city, [attend(member, day="2026-11-01")])
    if not guarded:
        monkeypatch.setattr(
            statements, "LOCK_YEARS", statements.LOCK_YEARS.replace("FOR UPDATE OF y", "")
        )
    # Both have read before either writes, unless something makes them take turns.
    both, write = Barrier(2), posting._write

    def late_write(*arguments: Any) -> None:
        with suppress(BrokenBarrierError):
            both.wait(1)
        write(*arguments)

    monkeypatch.setattr(posting, "_write", late_write)
    days = ("2026-11-02", "2026-11-03")
    for future in [threads.submit(post, city, [attend(member, day=day)]) for day in days]:
        future.result(10)
    assert (proof_of(city).broken == 0) is guarded


def scenario(add_member: Add, attend: Any, chance: random.Random) -> Messages:
    """Some months of ten members, a tenth of it annulled or stayed longer; in no order."""
    kinds = ["lecture", "theme_day", "branch_meeting", "study_session", "volunteering", "culture"]
    members = [add_member() for _ in range(10)]
    told: Messages = [
        attend(chance.choice(members), chance.choice(kinds), f"2026-{month:02d}-{day:02d}")
        for month in range(6, 12)
        for day in range(1, 23)
    ]
    for message in chance.sample(told, len(told) // 10):
        told.append(message | {"state": "annulled", "reason": "误签", "revision": 3})
    for message in chance.sample(told, len(told) // 10):
        told.append(message | {"minutes": 125, "revision": 2})
    # The stream tells things at least once.
    told += chance.sample(told, 20)
    chance.shuffle(told)
    return told


def test_eight_readers_post_the_same_members_at_once(
    city: Database, add_member: Add, attend: Any, threads: ThreadPoolExecutor
) -> None:
    told = scenario(add_member, attend, random.Random(7))
    batches = [told[start : start + 12] for start in range(0, len(told), 12)]
    for future in [threads.submit(post, city, batch) for batch in batches]:
        # A deadlock would be raised here.
        future.result(60)
    proof = proof_of(city)
    assert proof.violations == []
    annulled = {m["check_in_id"] for m in told if m["state"] == "annulled"}
    assert proof.facts == len({m["check_in_id"] for m in told} - annulled)


def admin() -> Principal:
    return Principal(new_id(), "管理员", "/city/", (Grant("city_admin", "/city/"),))


def submitted_rules(database: Database) -> UUID:
    """Submit a set that gives more for a lecture, to take effect today."""
    author = admin()
    with database.unit_of_work() as uow:
        row = rules.draft(uow, author, name="新规则", based_on=None, organisation_id=None)
        body = next(r.body for r in row.rule_rows if r.code == "L04")
        value = {"kind": "fixed", "points": 30}
        rules.put_rule(uow, author, row.id, "L04", dict(body) | {"value": value})
        approval.submit(uow, author, row.id, local_day(uow.clock.now()), None)
        uow.commit()
    return row.id


def approve(database: Database, rule_set_id: UUID) -> None:
    with database.unit_of_work() as uow:
        approval.approve(uow, admin(), rule_set_id)
        uow.commit()


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "unguarded"])
def test_an_approval_waits_for_what_is_being_posted(
    city: Database,
    add_member: Add,
    attend: Any,
    clock: FixedClock,
    threads: ThreadPoolExecutor,
    monkeypatch: pytest.MonkeyPatch,
    guarded: bool,
) -> None:
    member, rule_set_id = add_member(), submitted_rules(city)
    if not guarded:
        monkeypatch.setattr(approval, "await_postings", lambda _: None)
    with city.unit_of_work() as scan:
        # Posted under the rules as they are now, and happening while they are being approved.
        handle(scan, [attend(member, occurred_at=(clock.now() + timedelta(seconds=5)).isoformat())])
        approving = threads.submit(approve, city, rule_set_id)
        wait_until_stuck(city, approving)
        clock.advance(10)
        scan.commit()
    approving.result(10)
    assert (proof_of(city).broken == 0) is guarded
    post(city, [attend(member, occurred_at=(clock.now() + timedelta(seconds=5)).isoformat())])
    with city.unit_of_work() as uow:
        newest = "SELECT worth FROM ledger_entries ORDER BY id DESC LIMIT 1"
        assert uow.session.scalar(text(newest)) == 30


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "unguarded"])
def test_a_branch_that_moves_waits_for_what_is_being_posted(
    city: Database,
    add_member: Add,
    attend: Any,
    clock: FixedClock,
    threads: ThreadPoolExecutor,
    monkeypatch: pytest.MonkeyPatch,
    guarded: bool,
) -> None:
    member, author = add_member(), admin()
    with city.unit_of_work() as uow:
        elsewhere = organisations.create(
            uow, author, code="u002", name="乙", kind="unit", parent_id=CITY
        ).id
        row = rules.draft(uow, author, name="单位", organisation_id=UNIT)
        body = next(row.body for row in in_force(uow).rule_rows if row.code == "L04")
        value = {"kind": "fixed", "points": 10}
        rules.put_rule(uow, author, row.id, "L04", body | {"value": value})
        approval.submit(uow, author, row.id, local_day(uow.clock.now()), None)
        uow.commit()
    approve(city, row.id)
    clock.advance(60)
    if not guarded:
        monkeypatch.setattr(organisations, "await_postings", lambda _: None)

    def move() -> None:
        with city.unit_of_work() as uow:
            branch = organisations.open_for_edit(uow, author, BRANCH)
            organisations.edit(uow, author, branch, parent_id=elsewhere)
            uow.commit()

    with city.unit_of_work() as scan:
        handle(scan, [attend(member, occurred_at=(clock.now() + timedelta(seconds=5)).isoformat())])
        moving = threads.submit(move)
        wait_until_stuck(city, moving)
        clock.advance(10)
        scan.commit()
    moving.result(10)
    proof = proof_of(city)
    assert (proof.points, proof.broken == 0) == (10, guarded)


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "unguarded"])
def test_a_changed_membership_waits_for_what_is_being_posted(
    city: Database,
    add_member: Add,
    attend: Any,
    clock: FixedClock,
    threads: ThreadPoolExecutor,
    monkeypatch: pytest.MonkeyPatch,
    guarded: bool,
) -> None:
    member = add_member()
    if not guarded:
        monkeypatch.setattr(membership, "await_postings", lambda _: None)
    with city.unit_of_work() as scan:
        handle(scan, [attend(member, occurred_at=(clock.now() + timedelta(seconds=1)).isoformat())])
        change_member(city, member, scored=False)
        following = threads.submit(tell_of, city, member)
        wait_until_stuck(city, following)
        scan.commit()
    following.result(10)
    assert (proof_of(city).broken == 0) is guarded


@pytest.mark.parametrize("scored", [True, False])
@pytest.mark.parametrize("posting_first", [True, False])
def test_a_changed_membership_and_a_scan_come_in_either_order(
    city: Database,
    add_member: Add,
    attend: Any,
    clock: FixedClock,
    scored: bool,
    posting_first: bool,
) -> None:
    member = add_member(scored=not scored)
    post(city, [attend(member, day="2026-11-01"), attend(member, "theme_day", "2025-05-01")])
    change_member(city, member, scored=scored)
    scan = [attend(member, occurred_at=clock.now().isoformat()), attend(member, day="2026-11-02")]
    steps: list[Callable[[], None]] = [lambda: post(city, scan), lambda: tell_of(city, member)]
    for step in steps if posting_first else reversed(steps):
        step()
    proof = proof_of(city)
    assert proof.violations == []
    # What had been earned before stays, and what had not stays so.
    assert proof.points == (20 if scored else 50)


def test_what_a_member_does_before_the_roster_knows_them_counts(
    city: Database, add_member: Add, attend: Any
) -> None:
    known, unknown = add_member(), new_id()
    post(city, [attend(known), attend(unknown)])
    with city.unit_of_work() as uow:
        query = text(
            "SELECT points, organisation_id IS NOT NULL FROM ledger_entries WHERE member_id = :m"
        )
        found = [tuple(uow.session.execute(query, {"m": m}).one()) for m in (known, unknown)]
    assert found == [(20, True), (20, False)]
    assert proof_of(city).violations == []
