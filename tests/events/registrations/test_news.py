"""Members hear of what others, or the clock, did with their registration; never of what they did."""

import pytest

from shared.clock import FixedClock
from shared.database import Database
from tests.events.catalogue.people import Person
from tests.events.notices import kinds, told
from tests.events.registrations.conftest import Hall, give_up, register
from tests.events.registrations.test_seats import lapse

HOUR = 3600
REASON = {"reason": "代表本支部"}


def enter(hall: Hall, event: str, whom: Person) -> None:
    answer = hall.secretary.post(f"/events/{event}/registrations/{whom.id}", REASON)
    assert answer.status_code == 201, answer.text


def test_whoever_asks_is_told_by_the_answer_alone(hall: Hall, database: Database) -> None:
    event = hall.open(capacity=1)
    first, second = hall.members(2)
    register(first, event)
    register(second, event)
    give_up(first, event)
    assert kinds(database, first.id) == []


def test_who_moves_up_is_told_of_the_seat(hall: Hall, database: Database) -> None:
    event = hall.open(capacity=1)
    first, second, third = hall.members(3)
    for person in (first, second, third):
        register(person, event)
    give_up(first, event)
    (news,) = told(database, second.id)
    assert (news["kind"], news["subject_id"]) == ("registration.promoted", event)
    assert "“党课”" in news["zh"]
    assert news["template"] == "event_news"
    assert kinds(database, third.id) == []


def test_an_offer_says_until_when_and_who_lets_it_lapse_hears_of_it(
    hall: Hall, clock: FixedClock, database: Database
) -> None:
    event = hall.open(capacity=1, reply_hours=2)
    first, second, third = hall.members(3)
    for person in (first, second, third):
        register(person, event)
    give_up(first, event)
    (offered,) = told(database, second.id)
    assert offered["kind"] == "registration.offered"
    assert "11月23日11:00" in offered["zh"]
    clock.advance(2 * HOUR)
    lapse(database)
    assert kinds(database, second.id) == ["registration.offered", "registration.lapsed"]
    assert kinds(database, third.id) == ["registration.offered"]
    lapse(database)
    assert kinds(database, third.id) == ["registration.offered"]


def test_more_seats_are_told_to_each_who_gets_one(hall: Hall, database: Database) -> None:
    event = hall.open(capacity=1)
    people = hall.members(4)
    for person in people:
        register(person, event)
    assert hall.set_up(event, 1, capacity=3).status_code == 200
    found = [kinds(database, person.id) for person in people]
    assert found == [[], ["registration.promoted"], ["registration.promoted"], []]


def test_who_is_registered_or_removed_by_the_organiser_is_told_why(
    hall: Hall, database: Database
) -> None:
    event = hall.open()
    member = hall.member()
    enter(hall, event, member)
    path = f"/events/{event}/registrations/{member.id}/cancel"
    assert hall.secretary.post(path, {"reason": "改派他人"}).status_code == 200
    entered, removed = told(database, member.id)
    assert (entered["kind"], removed["kind"]) == ("registration.entered", "registration.removed")
    assert "代表本支部" in entered["zh"]
    assert "改派他人" in removed["zh"]


def test_who_registers_oneself_as_the_organiser_is_told_nothing(
    hall: Hall, database: Database
) -> None:
    event = hall.open()
    secretary = hall.people.person(("branch_secretary", "/city/u1/b1/"), member_id=hall.member().id)
    answer = secretary.post(f"/events/{event}/registrations/{secretary.id}", REASON)
    assert answer.status_code == 201
    assert kinds(database, secretary.id) == []


@pytest.mark.parametrize("published", [True, False])
def test_guests_are_invited_once_and_not_to_a_draft(
    hall: Hall, database: Database, *, published: bool
) -> None:
    make = hall.people.published if published else hall.people.made
    event = str(make(hall.secretary)["id"])
    guest = hall.member("/city/u2/b3/")
    body = {"members": [{"member_id": str(guest.id)}]}
    for _ in range(2):
        assert hall.secretary.post(f"/events/{event}/guests", body).status_code == 200
    if not published:
        assert kinds(database, guest.id) == []
        assert hall.secretary.post(f"/events/{event}/publish").status_code == 200
    (news,) = told(database, guest.id)
    assert news["kind"] == "guest.invited"
    assert "11月24日14:00" in news["zh"]


def test_what_is_ones_own_is_listed_as_mine(hall: Hall) -> None:
    event = hall.open(capacity=1)
    seated, waiting, other = hall.members(3)
    for person in (seated, waiting):
        register(person, event)
    assert [person.sees(mine="true") for person in (seated, waiting, other)] == [
        ["党课"], ["党课"], []
    ]  # fmt: skip
    give_up(seated, event)
    assert seated.sees(mine="true") == []
