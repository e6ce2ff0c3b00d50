"""One's own registrations, and an event's list for who runs it."""

from typing import Any

import pytest

from shared.clock import FixedClock
from tests.events.catalogue.people import Person, refused
from tests.events.registrations.conftest import Hall, give_up, register


def pages(person: Person, path: str, **query: Any) -> list[dict[str, Any]]:
    """Read a list two by two."""
    found, cursor = [], None
    while True:
        given = query | {"limit": 2} | ({"cursor": cursor} if cursor else {})
        answer = person.get(path + "?" + "&".join(f"{k}={v}" for k, v in given.items()))
        assert answer.status_code == 200, answer.text
        found += answer.json["items"]
        cursor = answer.json["next_cursor"]
        if cursor is None:
            return found


def test_own_registrations_are_listed_the_latest_first(hall: Hall, clock: FixedClock) -> None:
    person, events = hall.member(), [hall.open(capacity=1) for _ in range(5)]
    register(hall.member(), events[4])
    for event in events:
        register(person, event)
        clock.advance(1)
    give_up(person, events[0])
    listed = pages(person, "/me/registrations")
    assert [item["event_id"] for item in listed] == events[::-1]
    assert [(item["state"], item["place"]) for item in listed] == [
        ("waiting", 1), *[("registered", None)] * 3, ("cancelled", None),
    ]  # fmt: skip
    assert (listed[0]["event_title"], listed[0]["starts_at"]) == (
        "党课", "2026-11-24T14:00:00+08:00",
    )  # fmt: skip
    assert pages(hall.member(), "/me/registrations") == []


def test_the_list_shows_those_that_stand_in_order_of_asking(hall: Hall) -> None:
    event = hall.open(capacity=2)
    people = [*hall.members(4), hall.member(name="欧阳小明")]
    for person in people:
        register(person, event)
    give_up(people[0], event)
    path = f"/events/{event}/registrations"
    listed = pages(hall.secretary, path)
    assert [item["member_id"] for item in listed] == [str(p.id) for p in people[1:]]
    assert [item["place"] for item in listed] == [None, None, 1, 2]
    assert (listed[0]["name"], listed[0]["member_no"]) == ("党员M002", "M002")
    assert [i["member_no"] for i in pages(hall.secretary, path, state="cancelled")] == ["M001"]
    assert [i["member_no"] for i in pages(hall.secretary, path, state="waiting")] == [
        "M004", "M005",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "found"), [("小明", ["M002"]), ("M00", ["M001", "M002"]), ("%", []), ("0", [])]
)
def test_the_list_is_searched_by_name_and_number(hall: Hall, words: str, found: list[str]) -> None:
    event = hall.open()
    for person in (hall.member(name="李四"), hall.member(name="欧阳小明")):
        register(person, event)
    listed = pages(hall.secretary, f"/events/{event}/registrations", q=words.replace("%", "%25"))
    assert [item["member_no"] for item in listed] == found


def test_the_list_says_who_entered_somebody_and_why(hall: Hall) -> None:
    event, person = hall.open(), hall.member()
    path = f"/events/{event}/registrations"
    hall.secretary.post(f"{path}/{person.id}", {"reason": "电话报名"})
    (item,) = pages(hall.secretary, path)
    assert (item["entered_by"], item["entry_reason"]) == (str(hall.secretary.id), "电话报名")


def test_a_cursor_that_was_made_up_is_refused(hall: Hall) -> None:
    event = hall.open()
    for path in (f"/events/{event}/registrations", "/me/registrations"):
        refused(hall.secretary.get(f"{path}?cursor=WzFd"), 400, "cursor_invalid")
