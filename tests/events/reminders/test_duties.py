"""Each morning whoever answers for the branch calendar is told of what is due, in private, once a day."""

from uuid import UUID

from services.events.reminders.duties import remind_duties
from shared.clock import FixedClock
from shared.database import Database
from tests.events.city import City
from tests.events.notices import told
from tests.events.past import Past, local

HERE = "/city/u1/b1/"


def secretary_of(city: City, database: Database) -> UUID:
    member = city.join("S1", HERE, roles=[{"role": "branch_secretary", "path": HERE}])
    past = Past(database, city)
    past.run("UPDATE roster_duties SET since = '2020-01-01'")
    past.run("UPDATE roster_organisations SET since = '2024-01-01'")
    return member


def look(database: Database, clock: FixedClock, moment: str) -> None:
    clock.advance((local(moment) - clock.now()).total_seconds())
    for _ in range(2):
        with database.unit_of_work() as uow:
            assert remind_duties(uow) is False
            uow.commit()


def test_the_round_is_made_once_a_day_from_nine_on(
    database: Database, clock: FixedClock, city: City
) -> None:
    secretary = secretary_of(city, database)
    look(database, clock, "2026-11-25 08:59")
    assert told(database, secretary) == []
    look(database, clock, "2026-11-25 09:00")
    news = told(database, secretary)
    assert {message["kind"] for message in news} == {"cadence.due_soon"}
    look(database, clock, "2026-11-25 17:00")
    assert told(database, secretary) == news


def test_each_duty_waits_by_itself_and_says_until_when(
    database: Database, clock: FixedClock, city: City
) -> None:
    secretary = secretary_of(city, database)
    look(database, clock, "2026-11-25 09:00")
    news = told(database, secretary)
    subjects = [(message["subject_type"], message["subject_id"]) for message in news]
    assert len(set(subjects)) == len(subjects)
    (theme,) = [message for message in news if message["subject_type"] == "cadence.R5"]
    assert theme["template"] == "duty"
    assert theme["data"] == {
        "title": "主题党日", "time": "2026-11-30T23:59:00+08:00", "note": "尚未完成",
    }  # fmt: skip


def test_a_round_that_is_broken_off_is_made_again(
    database: Database, clock: FixedClock, city: City
) -> None:
    secretary = secretary_of(city, database)
    clock.advance((local("2026-11-25 09:00") - clock.now()).total_seconds())
    with database.unit_of_work() as uow:
        remind_duties(uow)
    assert told(database, secretary) == []
    look(database, clock, "2026-11-25 09:05")
    assert told(database, secretary) != []
