"""Leaving and coming back, where the length of the stay matters."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from shared.clock import SHANGHAI
from shared.ids import new_id
from tests.events.door import Event, MakeEvent, check_ins, news
from tests.events.ways import Ways


@pytest.fixture
def work(make_event: MakeEvent) -> Event:
    """Volunteering that began ten minutes ago and lasts an hour more."""
    return make_event(category="volunteering")


def leave(ways: Ways, check_in: Any) -> Any:
    return ways.client.post(
        f"/api/v1/check-ins/{check_in['id']}/check-out",
        headers=ways.door.headers(check_in["member_id"]),
    )


def see_out(ways: Ways, event: Event, **body: Any) -> Any:
    return ways.staff(event, "POST", f"/events/{event.id}/check-outs", body)


@pytest.mark.parametrize("way", ["code", "digits", "static", "pass", "desk"])
def test_whoever_left_comes_back_by_any_way_in(ways: Ways, work: Event, way: str) -> None:
    ways.switch_on(work)
    member = ways.member()
    check_in = ways.go("code", work, member)
    ways.later(minutes=20)
    assert leave(ways, check_in).json["minutes"] == 20
    ways.later(minutes=10)
    back = ways.go(way, work, member)
    assert (back["id"], back["status"], back["checked_out_at"]) == (check_in["id"], 200, None)
    assert back["checked_in_at"] == check_in["checked_in_at"]
    assert (back["already"], back["returned"]) == (True, True)
    ways.later(minutes=5)
    assert leave(ways, check_in).json["minutes"] == 25
    assert [m["minutes"] for m in news(ways.database)] == [None, 20, 25]


def test_a_claim_says_that_one_left_and_brings_nobody_back(ways: Ways, work: Event) -> None:
    member = ways.member()
    check_in = ways.go("code", work, member)
    leave(ways, check_in)
    ways.later(minutes=1)
    answer = ways.go("claim", work, member)
    assert (answer["already"], answer["returned"]) == (True, False)
    assert answer["checked_out_at"] is not None


def test_where_the_stay_does_not_matter_a_scan_after_leaving_changes_nothing(
    ways: Ways, event: Event
) -> None:
    member = ways.member()
    check_in = ways.go("code", event, member)
    left = leave(ways, check_in).json
    ways.later(minutes=1)
    again = ways.go("code", event, member)
    assert (again["already"], again["returned"]) == (True, False)
    assert left["checked_out_at"] == again["checked_out_at"].astimezone(SHANGHAI).isoformat()


def test_a_list_changes_no_time_that_is_known(ways: Ways, work: Event) -> None:
    member = ways.member()
    ways.later(minutes=20)
    left = leave(ways, ways.go("code", work, member)).json
    ways.later(minutes=10)
    for way, hours in (("list", 3), ("list", 0), ("desk", 0)):
        listed = ways.go(way, work, member)
        assert listed["id"] == UUID(left["id"])
        assert listed["checked_out_at"].astimezone(SHANGHAI).isoformat() == left["checked_out_at"]
        assert len(news(ways.database)) == 2
        ways.later(hours=hours)


def test_coming_back_is_one_request_too(ways: Ways, work: Event) -> None:
    member, ref = ways.member(), new_id()
    leave(ways, ways.go("code", work, member))
    ways.later(minutes=1)
    code = ways.door.code(work)["code"]
    back = ways.door.scan(member, client_ref=ref, code=code)
    assert back.json["returned"] is True
    ways.later(minutes=1)
    again = ways.door.scan(member, client_ref=ref, code=code)
    assert (again.status_code, again.json["replayed"]) == (201, True), "although the code is old"
    other = ways.door.scan(member, client_ref=ref, code=ways.door.code(work)["code"])
    assert other.json["code"] == "client_ref_reused"


def test_staff_see_people_out_by_pass_or_by_name(ways: Ways, work: Event) -> None:
    for by_pass in (True, False):
        member = ways.member()
        whom = {"pass": ways.pass_of(member)} if by_pass else {"member_id": str(member)}
        nobody = see_out(ways, work, **whom)
        assert (nobody.status_code, nobody.json["code"]) == (409, "not_checked_in")
        check_in = ways.go("code", work, member)
        ways.later(minutes=10)
        ref = str(new_id())
        left = see_out(ways, work, **whom, client_ref=ref)
        assert (left.status_code, left.json["member"]["name"]) == (201, "李四")
        assert left.json["check_in"]["minutes"] == 10
        assert see_out(ways, work, **whom, client_ref=ref).json["replayed"] is True
        changed = see_out(ways, work, **whom, client_ref=ref, at="2026-11-23T09:00:00+08:00")
        assert changed.json["code"] == "client_ref_reused"
        again = see_out(ways, work, **whom)
        assert (again.status_code, again.json["already"]) == (200, True)
        assert again.json["check_in"] == left.json["check_in"]
        annulled = f"/check-ins/{check_in['id']}/annul"
        assert ways.staff(work, "POST", annulled, {"reason": "代签"}).status_code == 200
        assert see_out(ways, work, **whom).json["code"] == "member_annulled"
        assert leave(ways, check_in).json["code"] == "check_in_annulled"
    assert see_out(ways, work, member_id=str(new_id())).json["code"] == "member_unknown"


def test_staff_say_when_somebody_left(ways: Ways, work: Event) -> None:
    member = ways.member()
    came = ways.go("code", work, member)["checked_in_at"]
    ways.later(minutes=40)
    for minutes in (-1, 41):
        wrong = see_out(ways, work, member_id=str(member), at=at(came, minutes))
        assert (wrong.status_code, wrong.json["code"]) == (422, "left_when")
    left = see_out(ways, work, member_id=str(member), at=at(came, 25))
    assert left.json["check_in"]["minutes"] == 25


def at(came: Any, minutes: int) -> str:
    return str((came + timedelta(minutes=minutes)).isoformat())


def test_a_departure_belongs_to_the_session_that_is_on(ways: Ways, make_event: MakeEvent) -> None:
    now = ways.clock.now()
    event = make_event(category="training", ends_at=now + timedelta(days=2))
    with ways.database.unit_of_work() as uow:
        uow.session.execute(
            text("UPDATE event_sessions SET ends_at = :end, closes_at = :end"),
            {"end": now + timedelta(hours=2)},
        )
        uow.commit()
    tomorrow = {
        "starts_at": (now + timedelta(days=1)).isoformat(),
        "ends_at": (now + timedelta(days=1, hours=2)).isoformat(),
    }
    added = ways.staff(event, "POST", f"/events/{event.id}/sessions", tomorrow)
    second = Event(event.id, UUID(added.json["sessions"][1]["id"]), event.secretary)
    member = ways.member()
    first_day = ways.go("code", event, member)
    ways.later(minutes=60)
    assert see_out(ways, event, member_id=str(member)).json["check_in"]["id"] == str(
        first_day["id"]
    )
    ways.later(hours=23)
    second_day = ways.go("code", second, member)
    ways.later(minutes=30)
    left = see_out(ways, event, member_id=str(member)).json["check_in"]
    assert (left["id"], left["minutes"]) == (str(second_day["id"]), 30)
    assert {row["minutes"] for row in check_ins(ways.database)} == {60, 30}
