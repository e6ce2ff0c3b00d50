"""Where a seat is needed, scanning lets in who has one; the desk decides for itself."""

from uuid import UUID

import pytest
from sqlalchemy import event as happenings
from sqlalchemy import text

from services.events.registrations.models import RegistrationRow
from shared.clock import FixedClock
from shared.database import Database
from shared.ids import new_id
from tests.events.door import Door, Event, MakeEvent

STATES = {"registered": 201, "offered": 201, "waiting": 409, "cancelled": 409}


def ask_for_registration(database: Database, event: Event, *, required: bool) -> None:
    with database.unit_of_work() as uow:
        uow.session.execute(
            text("INSERT INTO registration_settings (event_id, required) VALUES (:id, :required)"),
            {"id": event.id, "required": required},
        )
        uow.session.execute(text("UPDATE event_sessions SET version = version + 1"))
        uow.commit()


def registered(
    database: Database, clock: FixedClock, event: Event, member: UUID, state: str
) -> None:
    now = clock.now()
    with database.unit_of_work() as uow:
        uow.session.add(
            RegistrationRow(
                event_id=event.id, id=new_id(), member_id=member, state=state, asked_at=now,
                reply_by=now if state == "offered" else None,
                ended_at=now if state == "cancelled" else None,
            )
        )  # fmt: skip
        uow.commit()


@pytest.mark.parametrize("state", STATES)
def test_who_has_a_seat_or_is_offered_one_is_let_in(
    door: Door, event: Event, database: Database, clock: FixedClock, state: str
) -> None:
    member = new_id()
    ask_for_registration(database, event, required=True)
    registered(database, clock, event, member, state)
    answer = door.scan(member, code=door.code(event)["code"])
    assert answer.status_code == STATES[state], answer.text
    if answer.status_code == 409:
        assert answer.json["code"] == "no_seat"


def test_registration_blocks_nobody_unless_it_is_to(
    door: Door, event: Event, database: Database
) -> None:
    ask_for_registration(database, event, required=False)
    assert door.scan(new_id(), code=door.code(event)["code"]).status_code == 201


def test_who_lectures_or_helps_needs_no_seat(
    door: Door, make_event: MakeEvent, database: Database
) -> None:
    lecturer = new_id()
    event = make_event(roles={lecturer: "lecturer"})
    ask_for_registration(database, event, required=True)
    assert door.scan(lecturer, code=door.code(event)["code"]).status_code == 201


def test_a_door_that_remembers_the_session_learns_that_a_seat_is_needed(
    door: Door, event: Event, database: Database
) -> None:
    code = door.code(event)["code"]
    assert door.scan(new_id(), code=code).status_code == 201
    ask_for_registration(database, event, required=True)
    assert door.scan(new_id(), code=code).json["code"] == "no_seat"


def test_digits_lead_to_the_same_answer(door: Door, event: Event, database: Database) -> None:
    ask_for_registration(database, event, required=True)
    answer = door.scan(new_id(), digits=door.code(event)["digits"])
    assert (answer.status_code, answer.json["code"]) == (409, "no_seat")


def test_without_registration_the_door_reads_nothing_before_it_writes(
    door: Door, event: Event
) -> None:
    code = door.code(event)["code"]
    assert door.scan(new_id(), code=code).status_code == 201
    statements: list[str] = []
    engine = door.client.application.extensions["suite"].database.engine
    happenings.listen(
        engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2])
    )
    assert door.scan(new_id(), code=code).status_code == 201
    assert statements == []
