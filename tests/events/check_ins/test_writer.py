"""Check-ins written together: what goes wrong with one, or with the database, and what then."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from time import sleep
from uuid import UUID

import psycopg
import pytest
from apiflask import APIFlask
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.engine import make_url

from services.events.catalogue.models import SessionRow
from services.events.catalogue.snapshot import SessionSnapshot, read_snapshots
from services.events.check_ins.writer import NewCheckIn, Outcome, Writer
from shared.database import Database
from shared.ids import new_id
from shared.testing.plugin import Servers
from tests.events.door import Door, Event, check_ins, news, set_state

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@pytest.fixture
def session(database: Database, event: Event) -> SessionSnapshot:
    with database.unit_of_work() as uow:
        return read_snapshots(uow, SessionRow.event_id == event.id)[0]


def arrival(session: SessionSnapshot, member: UUID | None = None) -> NewCheckIn:
    return NewCheckIn(
        id=new_id(),
        session=session,
        member_id=member or new_id(),
        role="participant",
        method="code",
        client_ref=new_id(),
        request_hash=b"hash",
        checked_in_at=NOW,
    )


@contextmanager
def session_held(database: Database, session: SessionSnapshot) -> Iterator[None]:
    """Make check-ins of the session wait, so that those that come meanwhile share a batch."""
    with database.unit_of_work() as uow:
        uow.session.execute(
            text("SELECT FROM event_sessions WHERE id = :id FOR UPDATE"),
            {"id": session.session_id},
        )
        yield


def test_one_that_cannot_be_written_takes_no_other_with_it(
    database: Database, session: SessionSnapshot
) -> None:
    writer = Writer(database)
    bad = replace(arrival(session), role="king")
    with ThreadPoolExecutor(32) as pool:
        with session_held(database, session):
            pool.submit(writer.write, arrival(session))
            sleep(0.2)
            good = [pool.submit(writer.write, arrival(session)) for _ in range(20)]
            refused = pool.submit(writer.write, bad)
            sleep(0.2)
        assert [future.result() for future in good] == [Outcome.WRITTEN] * 20
        with pytest.raises(psycopg.errors.CheckViolation):
            refused.result()
    assert len(check_ins(database)) == len(news(database)) == 21


def test_who_waits_to_be_confirmed_is_written_and_told_to_nobody(
    database: Database, session: SessionSnapshot
) -> None:
    late = replace(arrival(session), flags=("late", "clock_off"), received_at=NOW)
    assert Writer(database).write(late) is Outcome.WRITTEN
    (row,) = check_ins(database)
    assert (row["state"], row["revision"], row["flags"]) == ("pending", 0, ["late", "clock_off"])
    assert news(database) == []


def write_each_four_times(
    database: Database, session: SessionSnapshot, members: list[UUID]
) -> list[Outcome]:
    """Have two writers, as of two processes, write every member twice, all at once."""
    writers = Writer(database), Writer(database)
    arrivals = [(w, arrival(session, m)) for w in writers for m in members for _ in range(2)]
    Random(1).shuffle(arrivals)
    with ThreadPoolExecutor(64) as pool:
        return list(pool.map(lambda pair: pair[0].write(pair[1]), arrivals))


def test_two_processes_writing_the_same_members_agree(
    database: Database, session: SessionSnapshot
) -> None:
    members = [new_id() for _ in range(40)]
    outcomes = write_each_four_times(database, session, members)
    assert outcomes.count(Outcome.WRITTEN) == 40
    assert outcomes.count(Outcome.STANDS) == 120
    assert {row["member_id"] for row in check_ins(database)} == set(members)
    assert len(news(database)) == 40


def test_without_the_constraint_the_same_race_checks_members_in_twice(
    database: Database, session: SessionSnapshot
) -> None:
    """The harness really races: what stands in its way is the constraint, not luck."""
    with database.unit_of_work() as uow:
        uow.session.execute(
            text("ALTER TABLE check_ins DROP CONSTRAINT check_ins_session_id_member_id_key")
        )
        uow.commit()
    outcomes = write_each_four_times(database, session, [new_id() for _ in range(40)])
    assert outcomes.count(Outcome.WRITTEN) > 40


def test_a_scan_that_meets_a_closing_event_waits_for_it_and_is_refused(
    app: APIFlask, database: Database, door: Door, event: Event, session: SessionSnapshot
) -> None:
    code = door.code(event)["code"]
    assert door.scan(new_id(), code=code).status_code == 201
    with ThreadPoolExecutor(1) as pool:
        with database.unit_of_work() as uow:
            uow.session.execute(
                text("SELECT FROM event_sessions WHERE event_id = :id FOR UPDATE"),
                {"id": event.id},
            )
            waiting: Future[object] = pool.submit(lambda: door.scan(new_id(), code=code).json)
            sleep(0.2)
            assert not waiting.done()
            uow.session.execute(
                text("UPDATE events SET state = 'closed' WHERE id = :id"), {"id": event.id}
            )
            uow.session.execute(
                text("UPDATE event_sessions SET version = version + 1 WHERE event_id = :id"),
                {"id": event.id},
            )
            uow.commit()
        answer = waiting.result()
    assert isinstance(answer, dict)
    assert answer["code"] == "event_not_open"
    assert len(check_ins(database)) == 1


def test_a_restart_of_the_database_goes_unnoticed(
    database: Database, door: Door, event: Event, servers: Servers
) -> None:
    code = door.code(event)["code"]
    assert door.scan(new_id(), code=code).status_code == 201
    end_connections(servers, database)
    assert door.scan(new_id(), code=code).status_code == 201
    assert len(news(database)) == 2


def test_without_its_database_the_door_asks_to_try_again_and_then_keeps_its_word(
    database: Database, door: Door, event: Event, servers: Servers
) -> None:
    member, ref, code = new_id(), new_id(), door.code(event)["code"]
    assert door.scan(new_id(), code=code).status_code == 201
    allow_connections(servers, database, allowed=False)
    away = door.scan(member, code=code, client_ref=ref)
    assert (away.status_code, away.json["code"]) == (503, "temporarily_unavailable")
    assert int(away.headers["Retry-After"]) > 0
    allow_connections(servers, database, allowed=True)
    back = door.scan(member, code=code, client_ref=ref)
    assert (back.status_code, back.json["replayed"]) == (201, False)
    assert len(check_ins(database)) == len(news(database)) == 2


def test_a_check_in_on_an_old_version_of_its_session_is_not_written(
    app: APIFlask, database: Database, event: Event, session: SessionSnapshot
) -> None:
    set_state(app, event, "closed")
    assert Writer(database).write(arrival(session)) is Outcome.STALE
    assert check_ins(database) == news(database) == []


def name_of(database: Database) -> str:
    return str(make_url(database.url).database)


def end_connections(servers: Servers, database: Database) -> None:
    query = sql.SQL("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}")
    servers.execute(query.format(sql.Literal(name_of(database))))


def allow_connections(servers: Servers, database: Database, *, allowed: bool) -> None:
    query = sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}")
    servers.execute(query.format(sql.Identifier(name_of(database)), sql.Literal(allowed)))
    if not allowed:
        end_connections(servers, database)
