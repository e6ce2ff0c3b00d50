"""Each way in × each moment, state and member: what it answers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.events.check_ins.refusals import REFUSALS
from shared.clock import SHANGHAI
from shared.contracts.attendance import AttendanceRecordedV1
from shared.ids import new_id
from tests.events.door import BRANCH, OTHER, Event, MakeEvent, check_ins, news
from tests.events.ways import ALL, BY_STAFF, Ways

# Minutes from the clock's nine o'clock: opens 30, starts 60, ends 120, closes 150. So these are
# before it opens, before the start, in the session, after its end, and too late.
MOMENTS = (15, 45, 90, 135, 180)
YES = None
EARLY, LATE, SHUT = "too_early", "too_late", "event_not_open"
NEVER = {
    "draft": (SHUT, SHUT, SHUT, SHUT, SHUT),
    "closed": (SHUT, SHUT, SHUT, SHUT, SHUT),
    "cancelled": ("event_cancelled",) * 5,
}
BY_SCAN = NEVER | {
    "published": (EARLY, YES, YES, YES, LATE),
    "open": (YES, YES, YES, YES, LATE),
}
# Staff who say why take in a list afterwards, even of an event that is closed.
WITH_REASON = NEVER | {
    "published": (EARLY, YES, YES, YES, YES),
    "open": (YES, YES, YES, YES, YES),
    "closed": (EARLY, YES, YES, YES, YES),
}
NO = "digits_wrong"
ANSWERS: dict[str, dict[str, tuple[str | None, ...]]] = {
    "code": BY_SCAN,
    "claim": BY_SCAN,
    # They are looked for only among what is open to the member.
    "digits": dict.fromkeys(NEVER, (NO, NO, NO, NO, NO))
    | {"published": (NO, YES, YES, YES, NO), "open": (YES, YES, YES, YES, NO)},
    "static": NEVER | dict.fromkeys(("published", "open"), (EARLY, EARLY, YES, LATE, LATE)),
    "pass": NEVER
    | {
        "published": (EARLY, YES, YES, YES, "pass_too_late"),
        "open": (YES, YES, YES, YES, "pass_too_late"),
    },
    "desk": WITH_REASON,
    "list": WITH_REASON,
}


def hall(ways: Ways, make_event: MakeEvent, **more: Any) -> Event:
    now = ways.clock.now()
    event = make_event(
        opens_at=now + timedelta(minutes=30),
        starts_at=now + timedelta(minutes=60),
        ends_at=now + timedelta(minutes=120),
        closes_at=now + timedelta(minutes=150),
        **({"cancel_reason": "雨"} if more.get("state") == "cancelled" else {}),
        **more,
    )
    ways.switch_on(event)
    return event


@pytest.mark.parametrize("way", ALL)
def test_each_way_is_open_when_it_should_be(ways: Ways, make_event: MakeEvent, way: str) -> None:
    start, got_in = ways.clock.now(), 0
    events = {state: hall(ways, make_event, state=state) for state in ANSWERS[way]}
    for place, minutes in enumerate(MOMENTS):
        ways.clock.advance((start + timedelta(minutes=minutes) - ways.clock.now()).total_seconds())
        for state, event in events.items():
            answer = ways.go(way, event, ways.member())
            assert answer["code"] == ANSWERS[way][state][place], (state, minutes, answer)
            if answer["code"] is None:
                assert (answer["method"], answer["state"]) == (way, "present")
                got_in += 1
            else:
                assert answer["status"] == REFUSALS[answer["code"]].status
    assert len(check_ins(ways.database)) == len(news(ways.database)) == got_in


WHO: dict[str, dict[str, str | None]] = {
    # Of each way, what it answers a member of the branch, of another, a lecturer from elsewhere, a helper.
    "code": {"own": None, "other": "not_eligible", "lecturer": None, "helper": None},
    "claim": {"own": None, "other": "not_eligible", "lecturer": None, "helper": None},
    "digits": {"own": None, "other": "digits_wrong", "lecturer": None, "helper": None},
    "static": {
        "own": None,
        "other": "not_eligible",
        "lecturer": "static_code_for_participants",
        "helper": "static_code_for_participants",
    },
    "pass": {"own": None, "other": "pass_not_eligible", "lecturer": None, "helper": None},
    "desk": {"own": None, "other": None, "lecturer": None, "helper": None},
    "list": {"own": None, "other": None, "lecturer": None, "helper": None},
}


@pytest.mark.parametrize("way", ALL)
def test_each_way_is_open_to_whom_it_should_be(ways: Ways, make_event: MakeEvent, way: str) -> None:
    people = {
        "own": (ways.member(BRANCH), BRANCH),
        "other": (ways.member(OTHER), OTHER),
        "lecturer": (ways.member(OTHER), OTHER),
        "helper": (ways.member(BRANCH), BRANCH),
    }
    parts = {people[part][0]: part for part in ("lecturer", "helper")}
    event = make_event(roles=parts)
    ways.switch_on(event)
    for who, (member, path) in people.items():
        answer = ways.go(way, event, member, path)
        assert answer["code"] == WHO[way][who], (who, answer)
        if answer["code"] is None:
            assert answer["role"] == parts.get(member, "participant")


@pytest.mark.parametrize("way", ALL)
def test_an_event_for_everyone_takes_everyone(ways: Ways, make_event: MakeEvent, way: str) -> None:
    event = make_event(audience="everyone")
    ways.switch_on(event)
    member = ways.member("/city/u009/b1/")
    assert ways.go(way, event, member, "/city/u009/b1/")["code"] is None


@pytest.mark.parametrize("way", ALL)
def test_each_way_checks_in_once_whatever_came_before(ways: Ways, event: Event, way: str) -> None:
    ways.switch_on(event)
    for first in ALL:
        member = ways.member()
        before = ways.go(first, event, member)
        ways.later(seconds=30)
        after = ways.go(way, event, member)
        assert (before["code"], after["code"]) == (None, None), (first, after)
        assert (after["id"], after["method"]) == (before["id"], first)
        assert after["status"] == 200
    assert len(news(ways.database)) == len(ALL)
    assert all(AttendanceRecordedV1().validate(told) == {} for told in news(ways.database))


@pytest.mark.parametrize("way", ALL)
def test_each_session_of_an_event_is_checked_in_to_by_itself(
    ways: Ways, make_event: MakeEvent, way: str
) -> None:
    event = make_event()
    second = another_session(ways, event)
    ways.switch_on(event)
    ways.switch_on(second)
    member = ways.member()
    first, other = ways.go(way, event, member), ways.go(way, second, member)
    assert (first["code"], other["code"]) == (None, None)
    assert {first["session_id"], other["session_id"]} == {event.session_id, second.session_id}
    assert len({told["check_in_id"] for told in news(ways.database)}) == 2
    again = ways.go(way, second, member)
    assert again["id"] == other["id"]


def another_session(ways: Ways, event: Event) -> Event:
    """Add a session at the same time, as of a group that works next door."""
    times = {name: getattr(ways.session(event), name).isoformat()
             for name in ("starts_at", "ends_at", "opens_at", "closes_at")}  # fmt: skip
    answer = ways.staff(event, "POST", f"/events/{event.id}/sessions", {"title": "二组"} | times)
    assert answer.status_code == 201, answer.text
    (other,) = [s["id"] for s in answer.json["sessions"] if s["id"] != str(event.session_id)]
    return Event(event.id, type(event.id)(other), event.secretary)


@pytest.mark.parametrize("way", ALL)
def test_no_way_leads_past_an_annulment(ways: Ways, event: Event, way: str) -> None:
    ways.switch_on(event)
    member = ways.member()
    check_in = ways.go("code", event, member)
    done = ways.staff(event, "POST", f"/check-ins/{check_in['id']}/annul", {"reason": "代签"})
    assert done.status_code == 200
    answer = ways.go(way, event, member)
    if way == "list":
        assert answer["state"] == "annulled"
    else:
        assert answer["code"] == ("check_in_annulled" if way not in BY_STAFF else "member_annulled")
    assert [told["state"] for told in news(ways.database)] == ["present", "annulled"]


EDGES = [
    # way, edge of the session, seconds from it, answer
    ("code", "opens_at", 0, None),
    ("code", "opens_at", -0.000001, "too_early"),
    ("code", "closes_at", 0, None),
    ("code", "closes_at", 0.000001, "too_late"),
    ("static", "starts_at", 0, None),
    ("static", "starts_at", -0.000001, "too_early"),
    ("static", "ends_at", 0, None),
    ("static", "ends_at", 0.000001, "too_late"),
    ("pass", "closes_at", 0, None),
    ("pass", "closes_at", 0.000001, "pass_too_late"),
]
NIGHTS = [
    # In Shanghai: a session whose edges lie on the last second of a day, and on the year's end.
    datetime(2026, 11, 23, 23, 59, 59, tzinfo=SHANGHAI),
    datetime(2026, 12, 31, 23, 59, 59, tzinfo=SHANGHAI),
    datetime(2027, 1, 1, tzinfo=SHANGHAI),
]


@pytest.mark.parametrize("night", NIGHTS)
def test_the_window_ends_to_the_microsecond(
    ways: Ways, make_event: MakeEvent, night: datetime
) -> None:
    minutes = {"opens_at": -30, "starts_at": 0, "ends_at": 60, "closes_at": 90}
    for way, edge, seconds, code in EDGES:
        times = {n: night + timedelta(minutes=m - minutes[edge]) for n, m in minutes.items()}
        event = make_event(**{name: time.astimezone(UTC) for name, time in times.items()})
        ways.switch_on(event)
        moment = night + timedelta(seconds=seconds)
        ways.clock.advance((moment - ways.clock.now()).total_seconds())
        answer = ways.go(way, event, ways.member())
        assert answer["code"] == code, (way, edge, seconds, answer)
        if code is None:
            assert answer["checked_in_at"] == moment


@pytest.mark.parametrize("way", ["code", "static", "pass"])
def test_thirty_nights_in_a_row_are_thirty_check_ins(
    ways: Ways, make_event: MakeEvent, way: str
) -> None:
    member, night = ways.member(), datetime(2026, 12, 15, 23, 59, 59, tzinfo=SHANGHAI)
    for _ in range(30):
        event = make_event(
            starts_at=night - timedelta(hours=1),
            ends_at=night,
            opens_at=night - timedelta(hours=1),
            closes_at=night,
        )
        ways.switch_on(event)
        ways.clock.advance((night - ways.clock.now()).total_seconds())
        assert ways.go(way, event, member)["code"] is None
        night += timedelta(days=1)
    days = {datetime.fromisoformat(told["occurred_at"]).astimezone(SHANGHAI).date()
            for told in news(ways.database)}  # fmt: skip
    assert len(days) == 30


def test_one_reference_is_one_request_whichever_way_it_went(ways: Ways, event: Event) -> None:
    member, ref = ways.member(), new_id()
    assert ways.go("desk", event, member, client_ref=str(ref))["replayed"] is False
    again = ways.go("desk", event, member, client_ref=str(ref))
    assert (again["replayed"], again["status"]) == (True, 201)
    other = ways.go("desk", event, member, client_ref=str(ref), reason="忘带手机")
    assert other["code"] == "client_ref_reused"
    scanned = ways.door.scan(member, client_ref=ref, code=ways.door.code(event)["code"])
    assert scanned.json["code"] == "client_ref_reused"
    assert len(news(ways.database)) == 1
