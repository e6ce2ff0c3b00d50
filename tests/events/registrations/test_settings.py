"""What an event says about registration: set by who runs it, of what was read, within sense."""

from typing import Any

import pytest

from tests.events.catalogue.people import refused
from tests.events.registrations.conftest import Hall, register

ALL = {
    "capacity": 30,
    "opens_at": "2026-11-23T09:00:00+08:00",
    "closes_at": "2026-11-24T10:00:00+08:00",
    "cancel_until": "2026-11-24T12:00:00+08:00",
    "reply_hours": 6,
    "required": True,
}


def test_an_event_asks_for_none_until_it_is_told_to(hall: Hall) -> None:
    event = hall.people.published(hall.secretary)["id"]
    before = hall.secretary.get(f"/events/{event}/registration")
    assert (before.json["settings"], before.headers["ETag"]) == (None, '"0"')
    set_up = hall.set_up(event, **ALL)
    assert (set_up.json["settings"], set_up.headers["ETag"]) == (ALL, '"1"')
    seen = hall.member().get(f"/events/{event}").json
    assert seen["registration"] == ALL
    assert hall.member().sees() == ["党课"]


def test_settings_are_changed_of_what_was_read(hall: Hall) -> None:
    event = hall.open(capacity=1)
    refused(hall.set_up(event, 0, capacity=2), 412, "edited_meanwhile")
    path = f"/events/{event}/registration"
    refused(hall.secretary.send("PUT", path, {}), 428, "if_match_needed")
    refused(hall.member().send("PUT", path, {}), 403, "not_your_event")
    assert hall.secretary.get(path).json["settings"]["capacity"] == 1


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no seat at all": ({"capacity": 0}, "fields_invalid"),
    "half a seat": ({"capacity": 1.5}, "fields_invalid"),
    "a million seats": ({"capacity": 1_000_000}, "fields_invalid"),
    "no time to reply": ({"reply_hours": 0}, "fields_invalid"),
    "a moment without an offset": ({"opens_at": "2026-11-23T09:00:00"}, "fields_invalid"),
    "something misspelt": ({"capcity": 3}, "fields_invalid"),
    "closing before it opens": (
        {"opens_at": "2026-11-24T10:00:00+08:00", "closes_at": "2026-11-24T10:00:00+08:00"},
        "registration_times_wrong",
    ),
    "opening after the start": (
        {"opens_at": "2026-11-24T14:00:00+08:00"},
        "registration_times_wrong",
    ),
    "closing after the start": (
        {"closes_at": "2026-11-24T14:00:01+08:00"},
        "registration_times_wrong",
    ),
    "cancelling after the start": (
        {"cancel_until": "2026-11-25T10:00:00+08:00"},
        "registration_times_wrong",
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_settings_that_make_no_sense_change_nothing(hall: Hall, what: str) -> None:
    event = hall.open(capacity=1)
    settings, code = BAD[what]
    refused(hall.set_up(event, 1, **settings), 422, code)
    assert hall.secretary.get(f"/events/{event}/registration").headers["ETag"] == '"1"'


def test_registration_ends_with_the_start_wherever_it_is_moved(hall: Hall) -> None:
    event = hall.open(closes_at="2026-11-24T13:00:00+08:00")
    moved = {"starts_at": "2026-11-23T09:00:00+08:00", "ends_at": "2026-11-23T10:00:00+08:00"}
    version = hall.secretary.get(f"/events/{event}").json["version"]
    assert hall.secretary.patch(event, moved, version).status_code == 200
    answer = hall.member().post(f"/events/{event}/registrations")
    refused(answer, 409, "registration_too_late")


def test_registration_is_taken_down_as_long_as_nobody_has_registered(hall: Hall) -> None:
    event, path = hall.open(), "/events/{}/registration"
    assert hall.secretary.send("DELETE", path.format(event)).status_code == 204
    assert hall.secretary.get(path.format(event)).json["settings"] is None
    assert hall.secretary.send("DELETE", path.format(event)).status_code == 204
    used = hall.open()
    register(hall.member(), used)
    refused(hall.secretary.send("DELETE", path.format(used)), 409, "registration_used")
