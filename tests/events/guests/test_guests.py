"""Members of other organisations whom the organiser names."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.events.catalogue.models import EventRow
from services.events.codes import rotating
from shared.clock import FixedClock
from shared.database import Database
from shared.ids import new_id
from tests.events.catalogue.people import People, Person, refused
from tests.events.city import City

FAR = "/city/u2/b3/"


@pytest.fixture
def guest(people: People, city: City) -> Person:
    return people.person(path=FAR, member_id=city.join("G1", FAR, name="王五"))


def invite(by: Person, event: str, *members: dict[str, Any]) -> Any:
    return by.post(f"/events/{event}/guests", {"members": list(members)})


@pytest.mark.parametrize("by_number", [True, False])
def test_a_guest_sees_the_event_until_the_invitation_is_taken_back(
    people: People, guest: Person, by_number: bool
) -> None:
    secretary = people.secretary()
    event = people.published(secretary)["id"]
    refused(guest.get(f"/events/{event}"), 404, "event_unknown")
    who = {"member_no": "G1", "name": "王五"} if by_number else {"member_id": str(guest.id)}
    assert invite(secretary, event, who).json["version"] == 3
    # Once more changes nothing.
    assert invite(secretary, event, who).json["version"] == 3
    assert guest.get(f"/events/{event}").status_code == 200
    assert guest.sees() == ["党课"]
    (listed,) = secretary.get(f"/events/{event}/guests").json["items"]
    assert (listed["member_id"], listed["name"]) == (str(guest.id), "王五")
    gone = secretary.send("DELETE", f"/events/{event}/guests/{guest.id}")
    assert (gone.status_code, gone.json["version"]) == (200, 4)
    refused(guest.get(f"/events/{event}"), 404, "event_unknown")
    again = secretary.send("DELETE", f"/events/{event}/guests/{guest.id}")
    assert again.json["version"] == 4


def test_a_guest_checks_in_like_anybody_and_no_longer_once_taken_back(
    people: People, city: City, guest: Person, database: Database, clock: FixedClock
) -> None:
    secretary, now = people.secretary(), clock.now()
    times = {
        "starts_at": now.isoformat(),
        "ends_at": (now + timedelta(hours=2)).isoformat(),
    }
    event = people.published(secretary, required_roles=["unit_admin"], **times)["id"]
    with database.unit_of_work() as uow:
        short_id = uow.session.get_one(EventRow, UUID(event)).sessions[0].short_id
    code = rotating.issue(b"test-code-key", short_id, now)

    other = people.person(path=FAR, member_id=city.join("G2", FAR))
    invite(secretary, event, {"member_id": str(guest.id)}, {"member_id": str(other.id)})
    secretary.send("DELETE", f"/events/{event}/guests/{other.id}")
    body = {"code": code, "client_ref": str(new_id())}
    refused(other.post("/check-ins", body), 403, "not_eligible")
    assert guest.post("/check-ins", body).status_code == 201


def test_a_list_with_somebody_unknown_invites_nobody(
    people: People, city: City, guest: Person
) -> None:
    secretary = people.secretary()
    event = people.published(secretary)["id"]
    city.join("L1", FAR, status="left", name="赵六")
    good = {"member_id": str(guest.id)}
    for bad in (
        {"member_id": str(new_id())},
        {"member_no": "G1", "name": "不是他"},
        {"member_no": "L1", "name": "赵六"},
    ):
        answer = invite(secretary, event, good, bad)
        refused(answer, 422, "member_unknown")
        assert answer.json["places"] == [1]
    for bad in (
        {},
        {"member_no": "G1"},
        good | {"name": "王五"},
        {"member_no": "a\0", "name": "b"},
    ):
        refused(invite(secretary, event, bad), 422, "fields_invalid")
    assert secretary.get(f"/events/{event}/guests").json["items"] == []


def test_guests_are_the_organisers_business_as_long_as_the_event_is_not_over(
    people: People, guest: Person
) -> None:
    secretary = people.secretary()
    event = people.published(secretary)["id"]
    who = {"member_id": str(guest.id)}
    refused(invite(people.person(), event, who), 403, "not_your_event")
    refused(people.person().get(f"/events/{event}/guests"), 403, "not_your_event")
    secretary.post(f"/events/{event}/close")
    refused(invite(secretary, event, who), 409, "event_not_editable")
    gone = secretary.send("DELETE", f"/events/{event}/guests/{guest.id}")
    refused(gone, 409, "event_not_editable")
