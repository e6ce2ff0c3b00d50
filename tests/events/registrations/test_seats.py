"""Seats, the waiting list, offers: what members and the organiser do, step by step."""

import pytest

from services.events.registrations.lapsing import pass_on
from shared.clock import FixedClock
from shared.database import Database
from shared.ids import new_id
from tests.events.registrations.conftest import Hall, give_up, own, register

HOUR = 3600


def lapse(database: Database) -> int:
    """Do what the worker does until there is nothing more to do; return how often there was."""
    for done in range(10):
        with database.unit_of_work() as uow:
            if not pass_on(uow):
                return done
            uow.commit()
    raise AssertionError("it never ends")


def test_who_asks_first_has_a_seat_and_the_others_a_place_on_the_list(hall: Hall) -> None:
    event = hall.open(capacity=2)
    answers = [register(person, event) for person in hall.members(4)]
    assert [(a["state"], a["place"]) for a in answers] == [
        ("registered", None), ("registered", None), ("waiting", 1), ("waiting", 2),
    ]  # fmt: skip
    shown = hall.secretary.get(f"/events/{event}/registration").json
    assert (shown["seated"], shown["seats_left"], shown["waiting"], shown["own"]) == (2, 0, 2, None)


def test_without_a_capacity_everybody_has_a_seat(hall: Hall) -> None:
    event = hall.open()
    assert {register(person, event)["state"] for person in hall.members(5)} == {"registered"}
    shown = hall.secretary.get(f"/events/{event}/registration").json
    assert (shown["seated"], shown["seats_left"]) == (5, None)


def test_asking_again_shows_what_stands(hall: Hall) -> None:
    event, person = hall.open(capacity=1), hall.member()
    first = register(person, event)
    again = person.post(f"/events/{event}/registrations")
    assert (again.status_code, again.json) == (200, first)
    assert hall.states(event) == ["registered"]


def test_the_same_request_sent_twice_is_carried_out_once(hall: Hall) -> None:
    event, person = hall.open(capacity=1), hall.member()
    key = {"Idempotency-Key": str(new_id())}
    first = person.send("POST", f"/events/{event}/registrations", **key)
    give_up(person, event)
    again = person.send("POST", f"/events/{event}/registrations", **key)
    assert (again.status_code, again.json) == (201, first.json)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert hall.states(event) == ["cancelled"]


def test_a_seat_that_frees_goes_to_the_first_on_the_list_unasked(hall: Hall) -> None:
    event = hall.open(capacity=1)
    first, second, third = hall.members(3)
    for person in (first, second, third):
        register(person, event)
    assert give_up(first, event)["state"] == "cancelled"
    assert own(second, event)["state"] == "registered"
    assert (own(third, event)["state"], own(third, event)["place"]) == ("waiting", 1)


def test_where_a_reply_is_asked_for_the_seat_is_offered(hall: Hall, clock: FixedClock) -> None:
    event = hall.open(capacity=1, reply_hours=2)
    first, second = hall.members(2)
    assert register(first, event)["state"] == "registered"
    register(second, event)
    give_up(first, event)
    offered = own(second, event)
    assert (offered["state"], offered["reply_by"]) == ("offered", "2026-11-23T11:00:00+08:00")
    # It is held meanwhile.
    assert register(hall.member(), event)["state"] == "waiting"
    clock.advance(HOUR)
    answer = second.post(f"/events/{event}/registrations/accept")
    assert (answer.status_code, answer.json["state"]) == (200, "registered")
    assert own(second, event)["reply_by"] is None
    # Taking what one has changes nothing.
    assert second.post(f"/events/{event}/registrations/accept").json["state"] == "registered"


def test_a_declined_offer_goes_to_the_next(hall: Hall) -> None:
    event = hall.open(capacity=1, reply_hours=2)
    first, second, third = hall.members(3)
    for person in (first, second, third):
        register(person, event)
    give_up(first, event)
    assert give_up(second, event)["state"] == "declined"
    assert own(third, event)["state"] == "offered"


@pytest.mark.parametrize("by", ["the worker", "whoever asks next"])
def test_an_offer_nobody_answers_passes_on(
    hall: Hall, clock: FixedClock, database: Database, by: str
) -> None:
    event = hall.open(capacity=1, reply_hours=2)
    people = hall.members(3)
    for person in people:
        register(person, event)
    give_up(people[0], event)
    clock.advance(2 * HOUR - 1)
    assert lapse(database) == 0
    assert hall.states(event) == ["cancelled", "offered", "waiting"]
    clock.advance(1)
    if by == "the worker":
        assert lapse(database) == 1
    else:
        assert register(hall.member(), event)["place"] == 1
    assert hall.states(event)[:3] == ["cancelled", "lapsed", "offered"]
    assert own(people[2], event)["reply_by"] == "2026-11-23T13:00:00+08:00"
    # Whoever let it lapse may ask again, at the end of the list.
    again = register(people[1], event)
    assert (again["state"], again["place"]) == ("waiting", 1 if by == "the worker" else 2)


@pytest.mark.parametrize("again", ["asks", "is entered", "accepts"])
def test_a_seat_that_lapses_while_somebody_only_asks_again_is_passed_on(
    hall: Hall, clock: FixedClock, again: str
) -> None:
    event = hall.open(capacity=2, reply_hours=2)
    first, seated, second, third = hall.members(4)
    for person in (first, seated, second, third):
        register(person, event)
    give_up(first, event)
    clock.advance(2 * HOUR)
    path = f"/events/{event}/registrations"
    if again == "asks":
        answer = seated.post(path)
    elif again == "accepts":
        answer = seated.post(f"{path}/accept")
    else:
        answer = hall.secretary.post(f"{path}/{seated.id}", {"reason": "电话"})
    assert (answer.status_code, answer.json["state"]) == (200, "registered")
    assert hall.states(event) == ["cancelled", "registered", "lapsed", "offered"]


def test_an_offer_is_to_be_answered_before_the_event_starts(
    hall: Hall, clock: FixedClock, database: Database
) -> None:
    event = hall.open(capacity=1, reply_hours=24)
    first, second, third = hall.members(3)
    for person in (first, second, third):
        register(person, event)
    clock.advance(28 * HOUR)  # an hour before the start
    give_up(first, event)
    assert own(second, event)["reply_by"] == "2026-11-24T14:00:00+08:00"
    clock.advance(HOUR)
    lapse(database)
    # The list is over: nobody is given a seat of an event that is on.
    assert hall.states(event) == ["cancelled", "lapsed", "waiting"]


def test_more_seats_go_to_those_who_wait_in_order(hall: Hall) -> None:
    event = hall.open(capacity=1)
    for person in hall.members(5):
        register(person, event)
    assert hall.set_up(event, 1, capacity=3).json["waiting"] == 2
    assert hall.states(event) == ["registered"] * 3 + ["waiting"] * 2
    assert hall.set_up(event, 2).json["waiting"] == 0
    assert hall.states(event) == ["registered"] * 5


def test_with_fewer_seats_nobody_loses_one_and_nobody_gets_one(hall: Hall) -> None:
    event = hall.open(capacity=3)
    people = hall.members(4)
    for person in people:
        register(person, event)
    shown = hall.set_up(event, 1, capacity=1).json
    assert (shown["seated"], shown["seats_left"], shown["waiting"]) == (3, 0, 1)
    for person in people[:2]:
        give_up(person, event)
    assert own(people[3], event)["state"] == "waiting"
    give_up(people[2], event)
    assert own(people[3], event)["state"] == "registered"


def test_who_leaves_the_list_lets_the_others_move_up(hall: Hall) -> None:
    event = hall.open(capacity=1)
    people = hall.members(3)
    for person in people:
        register(person, event)
    assert give_up(people[1], event)["state"] == "cancelled"
    assert own(people[2], event)["place"] == 1


def test_the_organiser_registers_and_cancels_with_a_reason(hall: Hall, clock: FixedClock) -> None:
    event = hall.open(capacity=1, closes_at="2026-11-23T10:00:00+08:00")
    first, late = hall.members(2)
    register(first, event)
    clock.advance(2 * HOUR)
    path = f"/events/{event}/registrations"
    entered = hall.secretary.post(f"{path}/{late.id}", {"reason": "电话报名"})
    assert (entered.status_code, entered.json["state"]) == (201, "waiting")
    again = hall.secretary.post(f"{path}/{late.id}", {"reason": "电话报名"})
    assert (again.status_code, again.json) == (200, entered.json)
    gone = hall.secretary.post(f"{path}/{first.id}/cancel", {"reason": "临时出差"})
    assert (gone.json["state"], gone.json["end_reason"]) == ("cancelled", "临时出差")
    assert own(late, event)["state"] == "registered"


def test_whom_the_organiser_registers_from_elsewhere_is_a_guest(hall: Hall) -> None:
    event, stranger = hall.open(capacity=1), hall.member("/city/u2/b3/")
    assert stranger.get(f"/events/{event}").status_code == 404
    path = f"/events/{event}/registrations/{stranger.id}"
    assert hall.secretary.post(path, {"reason": "受邀"}).status_code == 201
    assert stranger.get(f"/events/{event}").status_code == 200
    assert own(stranger, event)["state"] == "registered"


def test_registering_at_the_door_of_an_event_that_is_on(hall: Hall, clock: FixedClock) -> None:
    event = hall.open(capacity=2)
    waiting, newcomer, one_more = hall.members(3)
    people = hall.members(2)
    for person in (*people, waiting):
        register(person, event)
    clock.advance(29.5 * HOUR)
    path = f"/events/{event}/registrations"
    hall.secretary.post(f"{path}/{people[0].id}/cancel", {"reason": "未到"})
    entered = hall.secretary.post(f"{path}/{newcomer.id}", {"reason": "现场报名"})
    assert entered.json["state"] == "registered"
    assert own(waiting, event)["state"] == "waiting"
    full = hall.secretary.post(f"{path}/{one_more.id}", {"reason": "现场报名"})
    assert (full.status_code, full.json["code"]) == (409, "seats_taken")
    assert len(hall.states(event)) == 4
