"""What is past its time goes, once a day, in small steps, and is written down."""

from collections.abc import Iterator
from datetime import timedelta
from threading import Event, Thread

import pytest
from sqlalchemy import text

from shared.clock import FixedClock
from shared.config import Environment
from shared.database import Database, UnitOfWork
from shared.retention import Kept, Rule, kept_for_good, rows
from shared.retention.rules import keep_no_longer, told
from shared.retention.tables import RETENTION_V1_UP
from shared.testing.plugin import MakeDatabase

DAY = timedelta(days=1)


@pytest.fixture
def database(make_database: MakeDatabase) -> Iterator[Database]:
    database = make_database("messaging")
    with database.unit_of_work() as uow:
        for statement in (*RETENTION_V1_UP, "CREATE TABLE things (at timestamptz)"):
            uow.session.execute(text(statement))
        uow.commit()
    yield database
    database.close()


def add(database: Database, *days_ago: int) -> None:
    with database.unit_of_work() as uow:
        for days in days_ago:
            uow.session.execute(
                text("INSERT INTO things VALUES (:at)"), {"at": uow.clock.now() - days * DAY}
            )
        uow.commit()


def left(database: Database) -> int:
    with database.unit_of_work() as uow:
        return uow.session.scalar(text("SELECT count(*) FROM things")) or 0


def rule(batch: int = 2) -> Rule:
    return Rule("things", 7 * DAY, rows("things", "at < :before", batch), "THINGS_KEPT_DAYS")


def test_what_is_past_its_time_goes_in_small_steps(database: Database) -> None:
    add(database, 30, 20, 10, 9, 8, 7, 1)
    assert keep_no_longer(database, [rule()]) == {"things": 5}
    assert left(database) == 2


def test_it_is_done_once_a_day_and_told(database: Database, clock: FixedClock) -> None:
    rules = [rule(), kept_for_good("facts")]
    with database.unit_of_work() as uow:
        assert told(uow, rules)["runs"] == []
        assert told(uow, rules)["rules"][0]["given_up"] is None
    add(database, 8)
    assert keep_no_longer(database, rules) == {"things": 1}
    add(database, 8)
    assert keep_no_longer(database, rules) is None
    clock.advance(DAY.total_seconds())
    assert keep_no_longer(database, rules) == {"things": 1}
    with database.unit_of_work() as uow:
        shown = told(uow, rules)
    assert shown["rules"] == [
        {"what": "things", "days": 7, "setting": "THINGS_KEPT_DAYS", "given_up": 1},
        {"what": "facts", "days": None, "setting": None, "given_up": None},
    ]
    assert [run["finished_at"] for run in shown["runs"]] == [clock.now(), clock.now() - DAY]


def test_of_two_workers_at_once_one_does_it(database: Database) -> None:
    inside, go_on = Event(), Event()

    def slow(_uow: UnitOfWork, _before: object) -> int:
        inside.set()
        assert go_on.wait(20)
        return 0

    first = Thread(target=keep_no_longer, args=(database, [Rule("slow", DAY, slow)]))
    first.start()
    assert inside.wait(20)
    add(database, 8)
    assert keep_no_longer(database, [rule()]) is None
    assert left(database) == 1
    go_on.set()
    first.join()
    with database.unit_of_work() as uow:
        assert uow.session.scalar(text("SELECT count(*) FROM retention_runs")) == 1


def test_what_somebody_holds_is_left_for_the_next_day(
    database: Database, clock: FixedClock
) -> None:
    add(database, 9)
    other = Rule("other", DAY, rows("outbox", "published_at < :before"))
    with database.unit_of_work() as somebody:
        somebody.session.execute(text("SELECT * FROM things FOR UPDATE"))
        assert keep_no_longer(database, [rule(), other]) == {"things": 0, "other": 0}
    clock.advance(DAY.total_seconds())
    assert keep_no_longer(database, [rule()]) == {"things": 1}


def test_a_run_that_fails_half_way_is_done_again(database: Database) -> None:
    def broken(_uow: UnitOfWork, _before: object) -> int:
        raise RuntimeError("away")

    add(database, 9)
    with pytest.raises(RuntimeError):
        keep_no_longer(database, [rule(), Rule("broken", DAY, broken)])
    assert left(database) == 0, "what was given up stays given up"
    assert keep_no_longer(database, [rule()]) == {"things": 0}


def test_times_are_set_within_what_is_right() -> None:
    assert Kept.from_environment(Environment({})) == Kept()
    set_ = Kept.from_environment(Environment({"AUDIT_KEPT_DAYS": "180", "NOTICES_KEPT_DAYS": "30"}))
    assert (set_.of("audit"), set_.of("notices")) == (180 * DAY, 30 * DAY)
    for name, value in (
        ("AUDIT_KEPT_DAYS", "179"),
        ("SIGN_INS_KEPT_DAYS", "179"),
        ("MESSAGES_KEPT_DAYS", "29"),
        ("NOTICES_KEPT_DAYS", "0"),
        ("AUDIT_KEPT_DAYS", "3651"),
    ):
        with pytest.raises(ValueError, match=name):
            Kept.from_environment(Environment({name: value}))
    with pytest.raises(ValueError, match="ever"):
        Kept.from_environment(Environment({"AUDIT_KEPT_DAYS": "ever"}))
