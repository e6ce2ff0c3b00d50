"""The list of who came, for those who run the event."""

from collections.abc import Callable
from uuid import UUID

from flask.testing import FlaskClient

from shared.clock import FixedClock
from shared.ids import new_id
from tests.events.door import OTHER, Door, Event


def scan(door: Door, event: Event, member: UUID) -> str:
    return str(door.scan(member, code=door.code(event)["code"]).json["check_in"]["id"])


def test_it_lists_everyone_once_in_order_of_arrival_page_by_page(
    client: FlaskClient,
    door: Door,
    event: Event,
    clock: FixedClock,
    add_member: Callable[[], UUID],
) -> None:
    arrived = []
    for _ in range(5):
        arrived.append(scan(door, event, add_member()))
        clock.advance(1)
    listed, cursor = [], ""
    while cursor is not None:
        answer = client.get(
            f"/api/v1/events/{event.id}/attendance",
            query_string={"limit": 2} | ({"cursor": cursor} if cursor else {}),
            headers=door.headers(event.secretary),
        ).json
        assert (answer["present"], answer["expected"]) == (5, 5)
        listed += answer["items"]
        cursor = answer["next_cursor"]
    assert [item["check_in_id"] for item in listed] == arrived
    assert {item["name"] for item in listed} == {"李四"}


def test_the_annulled_are_shown_and_not_counted(
    client: FlaskClient, door: Door, event: Event
) -> None:
    stays, goes = scan(door, event, new_id()), scan(door, event, new_id())
    client.post(
        f"/api/v1/check-ins/{goes}/annul",
        json={"reason": "代签"},
        headers=door.headers(event.secretary),
    )
    answer = client.get(
        f"/api/v1/events/{event.id}/attendance", headers=door.headers(event.secretary)
    ).json
    assert answer["present"] == 1
    states = {item["check_in_id"]: item["state"] for item in answer["items"]}
    assert states == {stays: "present", goes: "annulled"}


def test_it_is_not_for_those_who_only_attend(client: FlaskClient, door: Door, event: Event) -> None:
    path = f"/api/v1/events/{event.id}/attendance"
    assert client.get(path, headers=door.headers(new_id())).status_code == 403
    assert client.get(path, headers=door.headers(new_id(), OTHER)).status_code == 404
    assert client.get(path).status_code == 401


def test_a_check_in_is_shown_to_its_member_and_to_who_runs_the_event(
    client: FlaskClient, door: Door, event: Event
) -> None:
    member = new_id()
    path = f"/api/v1/check-ins/{scan(door, event, member)}"
    for asker, status in ((member, 200), (event.secretary, 200), (new_id(), 404)):
        assert client.get(path, headers=door.headers(asker)).status_code == status
