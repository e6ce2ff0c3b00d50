"""An event's life: made, published, opened, closed or cancelled, by those whose event it is."""

from datetime import datetime

import pytest
from werkzeug.test import TestResponse

from shared.clock import FixedClock
from tests.events.catalogue.people import People, Person, refused
from tests.events.city import City


def test_a_secretary_makes_an_event_with_a_session_and_the_usual_window(people: People) -> None:
    event = people.made(people.secretary(), title="  第四季度党课 ")
    assert (event["title"], event["state"], event["version"]) == ("第四季度党课", "draft", 1)
    assert (event["organisation_name"], event["audience"]) == ("组织b1", "organisation")
    [session] = event["sessions"]
    times = {name: datetime.fromisoformat(session[name]) for name in session if "_at" in name}
    assert times["starts_at"] == datetime.fromisoformat("2026-11-24T14:00:00+08:00")
    assert times["opens_at"] == datetime.fromisoformat("2026-11-24T13:30:00+08:00")
    assert times["closes_at"] == times["ends_at"]


def test_the_whole_life(people: People) -> None:
    secretary = people.secretary()
    event = people.made(secretary)
    states = [secretary.post(f"/events/{event['id']}/{step}").json["state"]
              for step in ("publish", "open", "close")]  # fmt: skip
    assert states == ["published", "open", "closed"]


STEPS = ("publish", "open", "close", "cancel")
ALLOWED = {
    (): {"publish", "cancel"},
    ("publish",): {"open", "close", "cancel"},
    ("publish", "open"): {"close", "cancel"},
    ("publish", "close"): set(),
    ("cancel",): set(),
}


def take(person: Person, event_id: str, step: str) -> TestResponse:
    body = {"reason": "下雨"} if step == "cancel" else None
    return person.post(f"/events/{event_id}/{step}", body)


@pytest.mark.parametrize("past", ALLOWED)
def test_no_other_step_is_possible(people: People, past: tuple[str, ...]) -> None:
    secretary = people.secretary()
    for step in STEPS:
        event_id = people.made(secretary)["id"]
        for done in past:
            assert take(secretary, event_id, done).status_code == 200
        before = secretary.get(f"/events/{event_id}").json
        answer = take(secretary, event_id, step)
        if step in ALLOWED[past]:
            assert answer.status_code == 200, answer.text
            assert answer.json["version"] == before["version"] + 1
        else:
            refused(answer, 409, "event_state_wrong")
            assert secretary.get(f"/events/{event_id}").json == before


@pytest.mark.parametrize(
    "body", [None, {}, {"reason": ""}, {"reason": "   "}, {"reason": "x" * 501}]
)
def test_cancelling_needs_a_reason(people: People, body: object) -> None:
    secretary = people.secretary()
    event = people.published(secretary)
    answer = secretary.post(f"/events/{event['id']}/cancel", body)
    assert 400 <= answer.status_code < 500
    assert secretary.get(f"/events/{event['id']}").json["state"] == "published"


def test_a_cancelled_event_tells_its_members_why(people: People) -> None:
    secretary = people.secretary()
    event = people.published(secretary)
    secretary.post(f"/events/{event['id']}/cancel", {"reason": "场地停电"})
    seen = people.person().get(f"/events/{event['id']}").json
    assert (seen["state"], seen["cancel_reason"]) == ("cancelled", "场地停电")


def test_a_draft_that_was_cancelled_was_never_shown(people: People) -> None:
    secretary = people.secretary()
    event = people.made(secretary)
    secretary.post(f"/events/{event['id']}/cancel", {"reason": "改期"})
    refused(people.person().get(f"/events/{event['id']}"), 404, "event_unknown")
    assert people.person().sees() == []


def check_in(people: People, city: City, event: dict[str, object], number: str) -> str:
    """Tick somebody at the desk; return the check-in's id."""
    member = city.join(number, "/city/u1/b1/")
    answer = people.secretary().post(
        f"/events/{event['id']}/check-ins", {"member_id": str(member), "reason": "没带手机"}
    )
    assert answer.status_code == 201, answer.text
    found: str = answer.json["check_in"]["id"]
    return found


def test_an_attended_event_is_closed_not_cancelled(
    people: People, city: City, clock: FixedClock
) -> None:
    secretary = people.secretary()
    event = people.published(secretary)
    clock.advance(29 * 3600)
    secretary = people.secretary()
    made = check_in(people, city, event, "P1")
    refused(secretary.post(f"/events/{event['id']}/cancel", {"reason": "x"}), 409, "event_attended")
    assert secretary.post(f"/check-ins/{made}/annul", {"reason": "误点"}).status_code == 200
    assert secretary.post(f"/events/{event['id']}/cancel", {"reason": "x"}).status_code == 200


def test_what_check_ins_are_scored_by_stays_once_somebody_is_in(
    people: People, city: City, clock: FixedClock
) -> None:
    event = people.published(people.secretary(), level="branch")
    clock.advance(29 * 3600)
    secretary = people.secretary()
    check_in(people, city, event, "P1")
    for change in ({"tags": ["branch_meeting"]}, {"level": "city"}, {"level": None}):
        refused(secretary.patch(event["id"], change, event["version"]), 409, "event_attended")
    same = secretary.patch(event["id"], {"tags": [], "title": "改名"}, event["version"])
    assert same.json["title"] == "改名"


def test_creating_twice_with_one_key_makes_one_event(people: People) -> None:
    secretary = people.secretary()
    body = people.event()
    first, second = (
        secretary.send("POST", "/events", body, **{"Idempotency-Key": "k1"}) for _ in range(2)
    )
    assert first.json == second.json
    assert second.headers["Idempotent-Replayed"] == "true"
    assert secretary.sees() == ["党课"]
