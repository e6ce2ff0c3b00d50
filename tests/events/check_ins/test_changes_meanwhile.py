"""A check-in that meets a change of its event half-way is decided on what the event became."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import sleep
from uuid import UUID

from sqlalchemy import text

from services.events.catalogue import service
from shared.auth import Grant, Principal
from shared.database import Database
from tests.events.door import BRANCH, Door, MakeEvent


def wait_for_a_lock(database: Database) -> None:
    """Return once somebody in the database waits for a lock."""
    query = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    for _ in range(200):
        with database.engine.connect() as connection:
            if connection.scalar(query):
                return
        sleep(0.02)
    message = "nobody waits"
    raise AssertionError(message)


def test_nobody_slips_into_an_event_while_it_is_being_cancelled(
    door: Door, database: Database, make_event: MakeEvent, add_member: Callable[[], UUID]
) -> None:
    event = make_event()
    secretary = Principal(
        event.secretary,
        "书记",
        BRANCH,
        (Grant("member", BRANCH), Grant("branch_secretary", BRANCH)),
    )
    # The door remembers the session, as in any hall.
    first, late = add_member(), add_member()
    code = door.code(event)["code"]
    made = door.scan(first, code=code).json["check_in"]["id"]
    annulled = door.client.post(
        f"/api/v1/check-ins/{made}/annul",
        json={"reason": "误扫"},
        headers=door.headers(event.secretary),
    )
    assert annulled.status_code == 200, annulled.text
    with ThreadPoolExecutor(1) as pool, database.unit_of_work() as uow:
        service.move(uow, secretary, event.id, "cancelled", "停电")
        waiting = pool.submit(door.scan, late, code=code)
        wait_for_a_lock(database)
        uow.commit()
        answer = waiting.result(10)
    assert (answer.status_code, answer.json["code"]) == (409, "event_cancelled")
    with database.unit_of_work() as uow:
        present = uow.session.scalar(text("SELECT count(*) FROM check_ins WHERE state = 'present'"))
    assert present == 0
