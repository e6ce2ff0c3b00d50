"""What staff noted without network counts once it is told, whoever tells it and how often."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from apiflask import APIFlask

from services.events.offline.refusals import REFUSALS
from services.events.offline.telling import ON_THE_LIST
from shared.clock import FixedClock
from shared.contracts.attendance import AttendanceRecordedV1
from shared.ids import new_id
from tests.events.door import OTHER, check_ins, news, set_state
from tests.events.offline.conftest import Field, pass_of


def rows(hill: Field) -> dict[UUID, dict[str, Any]]:
    return {row["member_id"]: row for row in check_ins(hill.database)}


def test_by_name_or_by_pass_members_are_present_from_when_they_came(
    hill: Field, clock: FixedClock
) -> None:
    device, (one, two, *_) = hill.device, hill.members
    came = clock.now()
    marks = [device.note(one), device.note(**{"pass": pass_of(two)})]
    clock.advance(2 * 3600)
    told = device.told()
    assert [item["client_ref"] for item in told] == [mark["client_ref"] for mark in marks]
    assert [(item["outcome"], item["flags"], item["code"]) for item in told] == [
        ("present", [], None)
    ] * 2
    stored = rows(hill)
    assert {item["check_in_id"] for item in told} == {str(row["id"]) for row in stored.values()}
    assert {row["checked_in_at"] for row in stored.values()} == {came}
    assert {row["received_at"] for row in stored.values()} == {clock.now()}
    assert {row["recorded_by"] for row in stored.values()} == {device.staff}
    assert (stored[one]["method"], stored[one]["reason"]) == ("list", ON_THE_LIST.zh)
    assert (stored[two]["method"], stored[two]["reason"]) == ("pass", None)
    assert sorted(m["member_id"] for m in news(hill.database)) == sorted([str(one), str(two)])
    assert all(AttendanceRecordedV1().validate(m) == {} for m in news(hill.database))


def test_told_again_it_is_answered_the_same_and_changes_nothing(
    hill: Field, clock: FixedClock
) -> None:
    for member in hill.members:
        hill.device.note(member)
    first = hill.device.told()
    stored, told = check_ins(hill.database), news(hill.database)
    clock.advance(3600)
    assert hill.device.told(hill.device.marks[::-1]) == first[::-1]
    assert (check_ins(hill.database), news(hill.database)) == (stored, told)


def test_two_devices_that_tell_of_one_member_come_to_the_earlier_arrival(
    hill: Field, clock: FixedClock
) -> None:
    other, member = hill.other_device(), hill.members[0]
    came = clock.now()
    hill.device.note(member)
    clock.advance(60)
    other.note(member)
    clock.advance(3600)
    for device in (other, hill.device):
        (item,) = device.told()
        assert item["outcome"] == "present"
    (row,) = check_ins(hill.database)
    assert (row["checked_in_at"], row["recorded_by"]) == (came, hill.device.staff)
    # The session counts from its start for all: there is nothing new for points.
    assert [message["revision"] for message in news(hill.database)] == [1]


def test_an_earlier_day_of_a_long_session_is_told_to_points(hill: Field, clock: FixedClock) -> None:
    hill.execute(
        "UPDATE events SET ends_at = ends_at + interval '3 days'; "
        "UPDATE event_sessions SET ends_at = ends_at + interval '3 days',"
        " closes_at = closes_at + interval '3 days'"
    )
    member, first = hill.members[0], clock.now()
    early = hill.device.note(member)
    clock.advance(24 * 3600)
    late = hill.device.note(member)
    for mark in (late, early):
        hill.device.told([mark])
    told = news(hill.database)
    assert [message["revision"] for message in told] == [1, 2]
    days = [datetime.fromisoformat(message["occurred_at"]) for message in told]
    assert days[1] <= first < days[0]


def test_an_arrival_that_was_scanned_later_moves_to_when_staff_saw_it(
    hill: Field, clock: FixedClock
) -> None:
    device, member = hill.device, hill.members[0]
    came = clock.now()
    device.note(member)
    clock.advance(600)
    scanned = device.door.scan(member, code=device.door.code(hill.event)["code"]).json["check_in"]
    clock.advance(3600)
    left = device.client.post(
        f"/api/v1/check-ins/{scanned['id']}/check-out", headers=device.door.headers(member)
    )
    assert left.json["minutes"] == 60
    (item,) = device.told()
    assert item["check_in_id"] == scanned["id"]
    (row,) = check_ins(hill.database)
    assert (row["checked_in_at"], row["minutes"], row["state"]) == (came, 70, "present")
    assert [(m["minutes"], m["revision"]) for m in news(hill.database)] == [
        (None, 1),
        (60, 2),
        (70, 3),
    ]


def test_a_scan_kept_by_the_phone_needs_no_confirmation_once_staff_saw_the_member(
    hill: Field, clock: FixedClock
) -> None:
    device, member = hill.device, hill.members[0]
    code, scanned = device.door.code(hill.event)["code"], clock.now()
    clock.advance(60)
    device.note(member)
    seen = clock.now()
    clock.advance(3600)
    kept = device.door.scan(member, code=code, scanned_at=scanned.isoformat())
    assert kept.json["check_in"]["state"] == "pending"
    (item,) = device.told()
    assert item["outcome"] == "present"
    (row,) = check_ins(hill.database)
    assert (row["state"], row["checked_in_at"], row["flags"]) == ("present", seen, [])
    assert [m["revision"] for m in news(hill.database)] == [1]


def test_a_claim_stays_used_when_staff_saw_its_member_earlier(
    hill: Field, clock: FixedClock
) -> None:
    device, member = hill.device, hill.members[0]
    device.note(member)
    clock.advance(60)
    code = device.door.code(hill.event)["code"]
    claim = device.client.post("/api/v1/code-claims", json={"code": code}).json["claim"]
    assert device.door.scan(member, claim=claim).status_code == 201
    assert device.told()[0]["outcome"] == "present"
    assert check_ins(hill.database)[0]["method"] == "list"
    assert device.door.scan(new_id(), claim=claim).json["code"] == "claim_used"


@pytest.mark.parametrize("off", [timedelta(days=1), timedelta(days=-1), timedelta(seconds=301)])
def test_a_device_whose_clock_is_wrong_is_put_right_and_waits_to_be_confirmed(
    hill: Field, clock: FixedClock, off: timedelta
) -> None:
    device = replace(hill.device, off=off)
    came = clock.now()
    device.note(hill.members[0])
    clock.advance(3600)
    (item,) = device.told()
    assert (item["outcome"], item["flags"]) == ("pending", ["clock_off"])
    (row,) = check_ins(hill.database)
    assert (row["checked_in_at"], row["state"], news(hill.database)) == (came, "pending", [])


@pytest.mark.parametrize("off", [timedelta(seconds=300), timedelta(seconds=-300)])
def test_five_minutes_of_a_devices_clock_are_put_right_silently(
    hill: Field, clock: FixedClock, off: timedelta
) -> None:
    device, came = replace(hill.device, off=off), clock.now()
    device.note(hill.members[0])
    clock.advance(3600)
    assert device.told()[0]["outcome"] == "present"
    assert check_ins(hill.database)[0]["checked_in_at"] == came


def test_what_claims_to_be_from_the_future_happened_when_it_was_told(
    hill: Field, clock: FixedClock
) -> None:
    ahead = (clock.now() + timedelta(hours=1)).isoformat()
    hill.device.note(hill.members[0], at=ahead)
    (item,) = hill.device.told()
    assert (item["outcome"], item["flags"]) == ("pending", ["clock_off"])
    assert check_ins(hill.database)[0]["checked_in_at"] == clock.now()


@pytest.mark.parametrize(
    ("minutes", "flags"),
    [(-31, ["outside_window"]), (-30, []), (180, []), (181, ["outside_window"])],
)
def test_what_was_noted_outside_the_window_waits_to_be_confirmed(
    hill: Field, clock: FixedClock, minutes: int, flags: list[str]
) -> None:
    """The window opened forty minutes ago, and a list is taken half an hour before the session."""
    hill.execute("UPDATE event_sessions SET opens_at = opens_at + interval '10 minutes'")
    at = clock.now() + timedelta(minutes=minutes)
    hill.device.note(hill.members[0], at=at.isoformat())
    clock.advance(4 * 3600)
    (item,) = hill.device.told()
    assert (item["outcome"], item["flags"]) == ("pending" if flags else "present", flags)


def test_a_mark_of_a_session_of_its_own_and_else_of_the_nearest(
    hill: Field, clock: FixedClock
) -> None:
    second = new_id()
    hill.execute("UPDATE events SET ends_at = ends_at + interval '8 hours';")
    hill.execute(
        "INSERT INTO event_sessions (id, event_id, starts_at, ends_at, opens_at, closes_at)"
        " SELECT :second, event_id, ends_at + interval '2 hours', ends_at + interval '3 hours',"
        " ends_at + interval '1 hours', ends_at + interval '3 hours' FROM event_sessions",
        second=second,
    )
    one, two, three, four, *_ = hill.members
    hill.device.note(one)
    hill.device.note(two, at=(clock.now() + timedelta(hours=5)).isoformat())
    hill.device.note(three, session_id=str(second))
    hill.device.note(four, session_id=str(new_id()))
    clock.advance(9 * 3600)
    assert [item["code"] for item in hill.device.told()] == [None, None, None, "session_unknown"]
    assert {member: row["session_id"] for member, row in rows(hill).items()} == {
        one: hill.event.session_id,
        two: second,
        three: second,
    }
    assert rows(hill)[three]["flags"] == ["outside_window"]


def test_a_bad_mark_keeps_no_other_back(hill: Field, clock: FixedClock) -> None:
    device, good, stranger = hill.device, hill.members[0], new_id()
    device.note(stranger)
    device.note(**{"pass": pass_of(stranger)})
    device.note(**{"pass": pass_of(good)[:-1] + "_"})
    device.note(**{"pass": "码"})
    device.note(good)
    told = device.told()
    assert [item["code"] for item in told] == [
        "member_unknown", "member_unknown", "pass_invalid", "pass_invalid", None,
    ]  # fmt: skip
    assert [item["outcome"] for item in told] == ["refused"] * 4 + ["present"]
    assert told[0]["detail"] == REFUSALS["member_unknown"].text.en
    assert list(rows(hill)) == [good]


def test_one_client_ref_is_not_for_two_marks(hill: Field, clock: FixedClock) -> None:
    device, (one, two, *_) = hill.device, hill.members
    mark = device.note(one)
    device.told()
    clock.advance(60)
    for other in (
        mark | {"at": clock.now().isoformat()},
        mark | {"direction": "out"},
    ):
        (item,) = device.told([other])
        assert (item["outcome"], item["code"]) == ("refused", "client_ref_reused")
    assert device.tell([mark, mark]).status_code == 422
    assert list(rows(hill)) == [one]
    # Of somebody else it says nothing, so that it does not matter which of the two came first.
    (item,) = device.told([mark | {"member_id": str(two)}])
    assert item["outcome"] == "present"


def test_who_was_annulled_does_not_come_back(hill: Field, clock: FixedClock) -> None:
    device, member = hill.device, hill.members[0]
    device.note(member)
    (item,) = device.told()
    annulled = device.client.post(
        f"/api/v1/check-ins/{item['check_in_id']}/annul",
        json={"reason": "认错人"},
        headers=device.door.headers(device.staff),
    )
    assert annulled.status_code == 200
    device.note(member, at=(clock.now() - timedelta(minutes=5)).isoformat())
    assert {item["code"] for item in device.told()} == {"check_in_annulled"}
    assert [m["state"] for m in news(hill.database)] == ["present", "annulled"]


def test_a_departure_before_its_arrival_is_known_is_kept(hill: Field) -> None:
    hill.device.note(hill.members[0], "out")
    (item,) = hill.device.told()
    assert (item["outcome"], item["check_in_id"]) == ("kept", None)
    assert check_ins(hill.database) == []


def test_lecturers_keep_their_part_and_guests_are_admitted_as_at_the_desk(
    hill: Field, add_member: Callable[[], UUID]
) -> None:
    lecturer, guest = hill.members[0], add_member()
    hill.execute("UPDATE roster_members SET path = :path WHERE id = :id", path=OTHER, id=guest)
    hill.execute("INSERT INTO event_roles VALUES (:e, :m, 'lecturer')", e=hill.event.id, m=lecturer)
    hill.device.note(lecturer)
    hill.device.note(guest)
    assert [item["outcome"] for item in hill.device.told()] == ["present", "present"]
    assert rows(hill)[lecturer]["role"] == "lecturer"


def test_it_may_be_told_after_the_event_was_closed_and_the_duty_ended(
    app: APIFlask, hill: Field, clock: FixedClock
) -> None:
    other = hill.other_device()
    other.note(hill.members[0])
    set_state(app, hill.event, "closed")
    hill.execute("DELETE FROM event_roles WHERE member_id = :id", id=other.staff)
    clock.advance(3 * 3600 + 7 * 24 * 3600)
    assert other.told()[0]["outcome"] == "present"
    clock.advance(1)
    refused = other.tell()
    assert (refused.status_code, refused.json["code"]) == (410, "list_expired")


def test_a_list_serves_one_person_one_device_and_one_event(
    hill: Field, make_event: Callable[..., Any]
) -> None:
    device, other = hill.device, hill.other_device()
    device.note(hill.members[0])
    elsewhere = make_event(organisation_path=OTHER)
    for thief, code in (
        (replace(device, staff=new_id()), "list_not_yours"),
        (replace(device, name="device-of-a-thief"), "list_not_yours"),
        (replace(device, token=other.token), "list_not_yours"),
        (replace(device, event=elsewhere), "list_invalid"),
        (replace(device, token="A" * len(device.token)), "list_invalid"),
    ):
        refused = thief.tell()
        assert (refused.status_code, refused.json["code"]) == (403, code)
    assert check_ins(hill.database) == []


def test_at_a_cancelled_event_nobody_was(app: APIFlask, hill: Field) -> None:
    hill.device.note(hill.members[0])
    set_state(app, hill.event, "cancelled")
    refused = hill.device.tell()
    assert (refused.status_code, refused.json["code"]) == (409, "event_cancelled")
    assert check_ins(hill.database) == []


@pytest.mark.parametrize(
    "change",
    [
        {"marks": []},
        {"marks": [{"client_ref": "x"}]},
        {"marks": [{}] * 5001},
        {"device_now": "now"},
        {"device_now": "2026-11-23T09:00:00"},
        {"list_token": "x"},
        {"device": "short"},
    ],
)
def test_what_cannot_be_read_is_refused_and_changes_nothing(
    hill: Field, change: dict[str, Any]
) -> None:
    hill.device.note(hill.members[0])
    assert hill.device.tell(**change).status_code == 422
    assert check_ins(hill.database) == []


@pytest.mark.parametrize(
    "change",
    [
        {"member_id": "x"}, {"direction": "by"}, {"at": "2026-11-23"}, {"pass": "x"},
        {"more": 1},
    ],
)  # fmt: skip
def test_a_mark_that_is_none_is_refused(hill: Field, change: dict[str, Any]) -> None:
    mark = hill.device.note(hill.members[0])
    assert hill.device.tell([mark | change]).status_code == 422


def test_every_refusal_has_a_sentence_in_both_languages() -> None:
    for refusal in REFUSALS.values():
        assert refusal.text.zh
        assert refusal.text.en
        assert 400 <= refusal.status < 500
