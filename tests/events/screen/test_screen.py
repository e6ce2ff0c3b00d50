"""What the screen in the hall is told to show."""

import re

from flask.testing import FlaskClient

from shared.clock import FixedClock
from shared.ids import new_id
from tests.events.door import Door, Event


def test_the_code_changes_with_every_step_and_not_before(
    door: Door, event: Event, clock: FixedClock
) -> None:
    first = door.code(event)
    assert first["expires_in"] == 10
    clock.advance(9)
    same = door.code(event)
    assert (same["code"], same["svg"], same["expires_in"]) == (first["code"], first["svg"], 1)
    clock.advance(1)
    next_one = door.code(event)
    assert next_one["code"] != first["code"]
    assert next_one["svg"] != first["svg"]
    assert next_one["digits"] == first["digits"]


def test_the_picture_is_dark_on_light_with_a_quiet_zone_and_leads_to_the_page(
    door: Door, event: Event
) -> None:
    shown = door.code(event)
    assert shown["url"] == f"http://testserver/c/{shown['code']}"
    size = re.search(r'viewBox="0 0 (\d+) \1"', shown["svg"])
    assert size is not None
    # A code of version 3 has 29 modules a side; four of quiet surround it.
    assert (int(size[1]) - 8 - 17) % 4 == 0
    assert 'fill="#fff"' in shown["svg"]
    assert 'stroke="#000"' in shown["svg"]


def test_it_counts_those_present(door: Door, event: Event) -> None:
    for count in range(3):
        shown = door.code(event)
        assert shown["count"] == count
        door.scan(new_id(), code=shown["code"])


def test_it_is_kept_by_no_cache_and_shown_to_nobody_else(
    client: FlaskClient, door: Door, event: Event
) -> None:
    path = f"/api/v1/events/{event.id}/code"
    answer = client.get(path, headers=door.headers(event.secretary))
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.get(path, headers=door.headers(new_id())).status_code == 403
    assert client.get(path).status_code == 401


def test_a_session_of_another_event_has_no_code_here(
    client: FlaskClient, door: Door, event: Event
) -> None:
    answer = client.get(
        f"/api/v1/events/{event.id}/code?session_id={new_id()}",
        headers=door.headers(event.secretary),
    )
    assert (answer.status_code, answer.json["code"]) == (404, "session_unknown")
