"""Every way a registration is refused says what to do next, in both languages, and changes nothing."""

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from werkzeug.test import TestResponse

from services.events.registrations.refusals import REFUSALS
from shared.clock import FixedClock
from shared.ids import new_id
from tests.events.catalogue.people import refused
from tests.events.registrations.conftest import Hall, give_up, register

HOUR = 3600


class Situation:
    """The hall, a member who is registered, and one who is not."""

    def __init__(self, hall: Hall, clock: FixedClock) -> None:
        self.hall = hall
        self.clock = clock
        self.event = hall.open(capacity=1)
        self.seated, self.other = hall.members(2)
        register(self.seated, self.event)
        self.path = f"/events/{self.event}/registrations"

    def move(self, state: str) -> None:
        """Take the event on, by its organiser."""
        body = {"reason": "停电"} if state == "cancel" else None
        answer = self.hall.secretary.post(f"/events/{self.event}/{state}", body)
        assert answer.status_code == 200, answer.text

    def refuse(self, code: str) -> TestResponse:
        return SITUATIONS[code](self)


def not_asked(s: Situation) -> TestResponse:
    event = s.hall.people.published(s.hall.secretary)
    return s.other.post(f"/events/{event['id']}/registrations")


def too_early(s: Situation) -> TestResponse:
    event = s.hall.open(opens_at="2026-11-23T12:00:00+08:00")
    return s.other.post(f"/events/{event}/registrations")


def too_late(s: Situation) -> TestResponse:
    s.clock.advance(29 * HOUR)
    return s.other.post(s.path)


def not_open(s: Situation) -> TestResponse:
    s.move("close")
    return s.other.post(s.path)


def cancelled(s: Situation) -> TestResponse:
    s.move("cancel")
    return s.other.post(s.path)


def not_eligible(s: Situation) -> TestResponse:
    above = s.hall.people.person(("unit_admin", "/city/u1/"), path="/city/u2/b3/")
    return above.post(s.path)


def seats_taken(s: Situation) -> TestResponse:
    s.clock.advance(30 * HOUR)
    return s.hall.secretary.post(f"{s.path}/{s.other.id}", {"reason": "现场"})


def not_registered(s: Situation) -> TestResponse:
    return s.other.send("DELETE", s.path)


def cancel_too_late(s: Situation) -> TestResponse:
    settings = {"capacity": 1, "cancel_until": "2026-11-23T12:00:00+08:00"}
    assert s.hall.set_up(s.event, 1, **settings).status_code == 200
    s.clock.advance(4 * HOUR)
    return s.seated.send("DELETE", s.path)


def offer_none(s: Situation) -> TestResponse:
    register(s.other, s.event)
    return s.other.post(f"{s.path}/accept")


def offer_lapsed(s: Situation) -> TestResponse:
    assert s.hall.set_up(s.event, 1, capacity=1, reply_hours=1).status_code == 200
    register(s.other, s.event)
    give_up(s.seated, s.event)
    s.clock.advance(HOUR)
    return s.other.post(f"{s.path}/accept")


SITUATIONS: dict[str, Callable[[Situation], TestResponse]] = {
    "registration_not_asked": not_asked,
    "registration_too_early": too_early,
    "registration_too_late": too_late,
    "event_not_open": not_open,
    "event_cancelled": cancelled,
    "not_eligible": not_eligible,
    "seats_taken": seats_taken,
    "not_registered": not_registered,
    "cancel_too_late": cancel_too_late,
    "offer_none": offer_none,
    "offer_lapsed": offer_lapsed,
}


def test_every_refusal_has_a_situation_and_a_sentence_in_both_languages() -> None:
    assert SITUATIONS.keys() == REFUSALS.keys()
    for refusal in REFUSALS.values():
        assert refusal.text.zh
        assert refusal.text.en.isascii()


@pytest.mark.parametrize("code", REFUSALS)
def test_a_refusal_says_why_and_changes_nothing(hall: Hall, clock: FixedClock, code: str) -> None:
    situation = Situation(hall, clock)
    answer = situation.refuse(code)
    refused(answer, REFUSALS[code].status, code)
    assert answer.json["detail"] == REFUSALS[code].text.en
    assert hall.states(situation.event)[:1] == [
        "cancelled" if code == "offer_lapsed" else "registered"
    ]
    assert len(hall.states(situation.event)) == (2 if code.startswith("offer") else 1)


@pytest.mark.parametrize("step", ["close", "cancel"])
def test_nothing_about_seats_changes_once_an_event_is_over(
    hall: Hall, clock: FixedClock, step: str
) -> None:
    situation = Situation(hall, clock)
    register(situation.other, situation.event)
    situation.move(step)
    reason, path, secretary = {"reason": "理由"}, situation.path, hall.secretary
    stranger = hall.member()
    for answer in (
        situation.seated.send("DELETE", path),
        situation.other.send("DELETE", path),
        situation.other.post(f"{path}/accept"),
        secretary.post(f"{path}/{stranger.id}", reason),
        secretary.post(f"{path}/{situation.seated.id}/cancel", reason),
    ):
        refused(answer, 409, "event_cancelled" if step == "cancel" else "event_not_open")
    refused(hall.set_up(situation.event, 1), 409, "event_not_editable")
    deleted = secretary.send("DELETE", f"/events/{situation.event}/registration")
    refused(deleted, 409, "event_not_editable")
    assert hall.states(situation.event) == ["registered", "waiting"]


def test_only_those_who_run_the_event_handle_its_list(hall: Hall, clock: FixedClock) -> None:
    situation = Situation(hall, clock)
    reason, path = {"reason": "理由"}, situation.path
    for answer in (
        situation.other.get(path),
        situation.other.post(f"{path}/{situation.other.id}", reason),
        situation.other.post(f"{path}/{situation.seated.id}/cancel", reason),
        situation.other.send("DELETE", f"/events/{situation.event}/registration"),
    ):
        refused(answer, 403, "not_your_event")
    foreign = hall.member("/city/u2/b3/")
    for answer in (foreign.post(path), foreign.get(f"/events/{situation.event}/registration")):
        refused(answer, 404, "event_unknown")


@pytest.mark.parametrize("status", ["nobody", "left"])
def test_the_organiser_registers_members_of_the_roster_only(hall: Hall, status: str) -> None:
    event = hall.open()
    member = hall.city.join("L1", "/city/u1/b1/", status="left") if status == "left" else new_id()
    answer = hall.secretary.post(f"/events/{event}/registrations/{member}", {"reason": "电话"})
    refused(answer, 422, "member_unknown")


def test_a_reason_is_one_line_of_something(hall: Hall, clock: FixedClock) -> None:
    situation = Situation(hall, clock)
    for reason in ("", " ", "a\nb", "x" * 201, None):
        answer = hall.secretary.post(
            f"{situation.path}/{situation.seated.id}/cancel", {"reason": reason}
        )
        refused(answer, 422, "fields_invalid")


def test_a_draft_takes_no_registrations(hall: Hall) -> None:
    event, person = hall.open(state="draft"), hall.member()
    refused(person.post(f"/events/{event}/registrations"), 404, "event_unknown")
    path = f"/events/{event}/registrations/{person.id}"
    refused(hall.secretary.post(path, {"reason": "电话"}), 409, "event_not_open")


def test_the_database_itself_gives_no_seat_that_is_not_there(hall: Hall) -> None:
    event = hall.open(capacity=1)
    register(hall.member(), event)
    late = register(hall.member(), event)
    statement = text("UPDATE registrations SET state = 'registered' WHERE id = :id")
    with (
        hall.database.unit_of_work() as uow,
        pytest.raises(IntegrityError, match="no seat is left"),
    ):
        uow.session.execute(statement, {"id": late["id"]})
