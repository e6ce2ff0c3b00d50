"""Whoever never left a timed session is checked out when it is over, and nobody else is."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event as Flag
from typing import Any

import pytest
from sqlalchemy import text

from services.events.check_ins import record
from services.events.stays.automatic import check_out_those_left
from shared.database import Database
from shared.ids import new_id
from shared.worker import repeated
from tests.events.door import Event, MakeEvent, check_ins, news
from tests.events.ways import Ways


def run(database: Database) -> int:
    """Do what the worker's loop does until there is nothing to do; return how often there was."""
    for times in range(100):
        with database.unit_of_work() as uow:
            found = check_out_those_left(uow)
            uow.commit()
        if not found:
            return times
    raise AssertionError("it never comes to an end")


@pytest.fixture
def work(make_event: MakeEvent, ways: Ways) -> Event:
    """Volunteering from nine, for an hour, with an hour more to check out."""
    now = ways.clock.now()
    return make_event(
        category="volunteering",
        opens_at=now,
        starts_at=now,
        ends_at=now + timedelta(hours=1),
        closes_at=now + timedelta(hours=2),
    )


def row(ways: Ways, check_in: dict[str, Any]) -> dict[str, Any]:
    return next(r for r in check_ins(ways.database) if r["id"] == check_in["id"])


def test_nobody_is_sent_away_before_the_doors_close(ways: Ways, work: Event) -> None:
    check_in = ways.go("code", work, ways.member())
    ways.later(hours=2)
    assert run(ways.database) == 0
    ways.later(microseconds=1)
    assert run(ways.database) == 1
    left = row(ways, check_in)
    session = ways.session(work)
    assert (left["checked_out_at"], left["minutes"]) == (session.ends_at, 60)
    assert (left["auto_checked_out"], left["revision"]) == (True, 2)
    assert news(ways.database)[-1]["minutes"] == 60


def test_a_second_pass_finds_nothing_and_tells_nothing(ways: Ways, work: Event) -> None:
    for _ in range(3):
        ways.go("code", work, ways.member())
    ways.later(hours=3)
    assert run(ways.database) == 1, "one transaction for a session"
    assert run(ways.database) == 0
    assert len(news(ways.database)) == 6


def test_cut_off_half_way_it_is_made_again(ways: Ways, work: Event) -> None:
    ways.go("code", work, ways.member())
    ways.later(hours=3)
    with ways.database.unit_of_work() as uow:
        assert check_out_those_left(uow)
        # The worker dies: nothing is committed.
    assert len(news(ways.database)) == 1
    assert run(ways.database) == 1
    assert [m["minutes"] for m in news(ways.database)] == [None, 60]


def test_two_workers_at_once_check_everybody_out_once(ways: Ways, work: Event) -> None:
    for _ in range(20):
        ways.go("pass", work, ways.member())
    ways.later(hours=3)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: run(ways.database), range(4)))
    assert len(news(ways.database)) == 40
    assert {r["revision"] for r in check_ins(ways.database)} == {2}


def test_what_turns_up_later_takes_its_place(ways: Ways, work: Event) -> None:
    members = [ways.member() for _ in range(3)]
    mornings = [ways.go("code", work, member) for member in members]
    ways.later(hours=3)
    run(ways.database)
    start = ways.session(work).starts_at
    body = {"member_id": str(members[0]), "at": (start + timedelta(minutes=40)).isoformat()}
    corrected = ways.staff(work, "POST", f"/events/{work.id}/check-outs", body)
    assert (corrected.status_code, corrected.json["check_in"]["minutes"]) == (201, 40)
    assert corrected.json["check_in"]["auto_checked_out"] is False
    synced = record.Mark(
        id=new_id(), member_id=members[1], direction="out", at=start + timedelta(minutes=50),
        received_at=ways.clock.now(), request_hash=b"",
    )  # fmt: skip
    with ways.database.unit_of_work() as uow:
        record.record_marks(uow, record.hold_session(uow, work.session_id), [synced])
        uow.commit()
    assert run(ways.database) == 0
    shown = [(row(ways, m)["minutes"], row(ways, m)["auto_checked_out"]) for m in mornings]
    assert shown == [(40, False), (50, False), (60, True)]


def test_who_checks_out_afterwards_left_at_the_end_all_the_same(ways: Ways, work: Event) -> None:
    member = ways.member()
    check_in = ways.go("code", work, member)
    ways.later(hours=5)
    for _ in range(2):  # before the worker has come by, and after
        answer = ways.client.post(
            f"/api/v1/check-ins/{check_in['id']}/check-out", headers=ways.door.headers(member)
        )
        assert (answer.json["minutes"], answer.json["auto_checked_out"]) == (60, True)
        run(ways.database)
    assert len(news(ways.database)) == 2


def test_of_an_extended_session_they_left_at_its_new_end(ways: Ways, work: Event) -> None:
    check_in = ways.go("code", work, ways.member())
    ways.later(hours=2, minutes=5)
    run(ways.database)
    later = (ways.session(work).starts_at + timedelta(hours=4)).isoformat()
    event = ways.staff(work, "GET", f"/events/{work.id}")
    changed = ways.staff(
        work, "PATCH", f"/events/{work.id}", {"ends_at": later},
        headers={"If-Match": event.headers["ETag"]},
    )  # fmt: skip
    assert changed.status_code == 200, changed.text
    assert run(ways.database) == 0
    ways.later(hours=4)
    assert run(ways.database) == 1
    assert row(ways, check_in)["minutes"] == 240


def test_who_is_recorded_after_the_end_is_out_at_once(ways: Ways, work: Event) -> None:
    ways.later(days=1)
    for way in ("desk", "list"):
        check_in = ways.go(way, work, ways.member())
        assert (check_in["minutes"], check_in["auto_checked_out"]) == (60, True)
    assert run(ways.database) == 0


def test_others_are_left_alone(ways: Ways, work: Event, make_event: MakeEvent) -> None:
    lecture = make_event(ends_at=ways.clock.now() + timedelta(hours=1))
    listened = ways.go("code", lecture, ways.member())
    left, annulled = ways.go("code", work, ways.member()), ways.go("code", work, ways.member())
    ways.later(minutes=30)
    own = ways.door.headers(left["member_id"])
    ways.client.post(f"/api/v1/check-ins/{left['id']}/check-out", headers=own)
    ways.staff(work, "POST", f"/check-ins/{annulled['id']}/annul", {"reason": "代签"})
    with ways.database.unit_of_work() as uow:
        uow.session.execute(
            text("INSERT INTO check_ins (id, event_id, session_id, member_id, role, method,"
                 " client_ref, request_hash, checked_in_at, minutes) VALUES (:id, :event, :session,"
                 " :id, 'participant', 'import', :id, '', now(), 45)"),
            {"id": new_id(), "event": work.id, "session": work.session_id},
        )  # fmt: skip
        uow.commit()
    before = check_ins(ways.database)
    ways.later(hours=5)
    assert run(ways.database) == 0
    assert check_ins(ways.database) == before
    assert row(ways, listened)["checked_out_at"] is None


def test_the_worker_runs_it(ways: Ways, work: Event) -> None:
    ways.go("code", work, ways.member())
    ways.later(hours=3)
    stop = Flag()

    def work_once(uow: Any) -> bool:
        found = check_out_those_left(uow)
        if not found:
            stop.set()
        return found

    repeated(ways.database, work_once, every=0.01)(stop)
    assert [m["minutes"] for m in news(ways.database)] == [None, 60]
