"""Events follow their organisation through the tree."""

from sqlalchemy import text

from shared.contracts.roster import ORGANISATIONS_V1
from shared.database import Database
from tests.events.catalogue.people import People
from tests.events.city import City

HERE, THERE = "/city/u1/b1/", "/city/u2/b1/"


def session_versions(database: Database) -> list[int]:
    with database.unit_of_work() as uow:
        return list(uow.session.scalars(text("SELECT version FROM event_sessions ORDER BY id")))


def test_events_move_with_their_organisation(
    people: People, city: City, database: Database
) -> None:
    people.published(people.secretary(), title="搬家的")
    people.published(people.secretary("/city/u1/b2/"), "/city/u1/b2/", title="留下的")
    before = session_versions(database)
    moved = city.organisation(HERE) | {"path": THERE, "version": 2}
    city.tell(ORGANISATIONS_V1, {"organisations": [moved]})
    assert people.person(("unit_admin", "/city/u1/"), path="/city/u1/b2/").sees() == ["留下的"]
    assert people.person(("unit_admin", "/city/u2/"), path="/city/u2/b3/").sees() == ["搬家的"]
    assert people.person(path=THERE).sees() == ["搬家的"]
    # Whatever a check-in was about to be decided on is no longer current.
    assert session_versions(database) == [before[0] + 1, before[1]]


def test_old_news_moves_nothing_back(people: People, city: City) -> None:
    people.published(people.secretary())
    old = city.organisation(HERE)
    city.tell(ORGANISATIONS_V1, {"organisations": [old | {"path": THERE, "version": 3}]})
    city.tell(ORGANISATIONS_V1, {"organisations": [old | {"version": 2}]})
    assert people.person(path=THERE).sees() == ["党课"]
    assert people.person(path=HERE).sees() == []
