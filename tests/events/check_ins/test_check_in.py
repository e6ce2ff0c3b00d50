"""What a member meets at the door, through HTTP."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import text

from services.events.check_ins.refusals import REFUSALS
from services.events.check_ins.sessions import FRESH_SECONDS
from shared.clock import FixedClock
from shared.contracts.attendance import AttendanceRecordedV1
from shared.database import Database
from shared.ids import new_id
from tests.events.door import OTHER, Door, Event, check_ins, news, set_state

MakeEvent = Callable[..., Event]


def test_a_scan_checks_in_once_and_tells_points(
    database: Database, door: Door, event: Event
) -> None:
    member = new_id()
    answer = door.scan(member, code=door.code(event)["code"])
    assert answer.status_code == 201
    shown = answer.json["check_in"]
    assert (answer.json["replayed"], answer.json["already"]) == (False, False)
    assert (shown["member_id"], shown["role"]) == (str(member), "participant")
    (row,) = check_ins(database)
    (told,) = news(database)
    assert str(row["id"]) == shown["id"] == told["check_in_id"]
    assert AttendanceRecordedV1().validate(told) == {}
    assert (told["category"], told["state"], told["revision"]) == ("lecture", "present", 1)


def test_the_same_request_gets_the_first_answer_even_when_the_code_is_old(
    database: Database, door: Door, event: Event, clock: FixedClock
) -> None:
    member, ref, code = new_id(), new_id(), door.code(event)["code"]
    first = door.scan(member, code=code, client_ref=ref)
    clock.advance(300)
    again = door.scan(member, code=code, client_ref=ref)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json["replayed"] is True
    assert again.json["check_in"]["id"] == first.json["check_in"]["id"]
    assert len(news(database)) == 1


def test_a_second_scan_shows_the_first_check_in(
    database: Database, door: Door, event: Event, clock: FixedClock
) -> None:
    member = new_id()
    first = door.scan(member, code=door.code(event)["code"])
    clock.advance(30)
    again = door.scan(member, code=door.code(event)["code"])
    assert (again.status_code, again.json["already"]) == (200, True)
    assert again.json["check_in"] == first.json["check_in"]
    assert len(check_ins(database)) == 1


def test_one_reference_is_not_for_two_scans(door: Door, event: Event, clock: FixedClock) -> None:
    member, ref = new_id(), new_id()
    door.scan(member, code=door.code(event)["code"], client_ref=ref)
    clock.advance(30)
    other = door.scan(member, code=door.code(event)["code"], client_ref=ref)
    assert (other.status_code, other.json["code"]) == (409, "client_ref_reused")


def test_two_phones_may_by_chance_use_the_same_reference(door: Door, event: Event) -> None:
    ref, code = new_id(), door.code(event)["code"]
    answers = [door.scan(new_id(), code=code, client_ref=ref).status_code for _ in range(2)]
    assert answers == [201, 201]


@pytest.mark.parametrize(("seconds", "status"), [(0, 201), (10, 201), (21, 410), (86400, 410)])
def test_a_screenshot_is_soon_worth_nothing(
    door: Door, make_event: MakeEvent, clock: FixedClock, seconds: int, status: int
) -> None:
    event = make_event(
        ends_at=clock.now() + timedelta(days=2), closes_at=clock.now() + timedelta(days=2)
    )
    code = door.code(event)["code"]
    clock.advance(seconds)
    answer = door.scan(new_id(), code=code)
    assert answer.status_code == status
    if status == 410:
        assert answer.json["code"] == "code_expired"


def test_every_other_circumstance_is_refused_with_its_reason(
    app: APIFlask, database: Database, door: Door, make_event: MakeEvent, clock: FixedClock
) -> None:
    now = clock.now()
    early = make_event(
        opens_at=now + timedelta(minutes=5),
        starts_at=now + timedelta(minutes=30),
        ends_at=now + timedelta(hours=2),
        closes_at=now + timedelta(hours=2),
    )
    late = make_event(closes_at=now - timedelta(minutes=1))
    cancelled, closed, here = make_event(), make_event(), make_event()
    codes = {e.id: door.code(e)["code"] for e in (early, late, cancelled, closed, here)}
    set_state(app, cancelled, "cancelled")
    set_state(app, closed, "closed")
    member = new_id()
    for event, path, code in (
        (early, None, "too_early"),
        (late, None, "too_late"),
        (cancelled, None, "event_cancelled"),
        (closed, None, "event_not_open"),
        (here, OTHER, "not_eligible"),
    ):
        answer = door.scan(member, code=codes[event.id], **({"path": path} if path else {}))
        assert (answer.json["code"], answer.status_code) == (code, REFUSALS[code].status)
    bad = door.scan(member, code="A" * 20)
    assert (bad.status_code, bad.json["code"]) == (400, "code_invalid")
    assert check_ins(database) == []
    assert news(database) == []


def test_closing_takes_effect_at_once_although_sessions_are_remembered(
    app: APIFlask, database: Database, door: Door, event: Event
) -> None:
    code = door.code(event)["code"]
    assert door.scan(new_id(), code=code).status_code == 201
    set_state(app, event, "closed")
    refused = door.scan(new_id(), code=code)
    assert refused.json["code"] == "event_not_open"
    assert len(check_ins(database)) == 1


def test_doors_opened_by_hand_let_people_in_early(
    app: APIFlask, door: Door, make_event: MakeEvent, clock: FixedClock
) -> None:
    now = clock.now()
    event = make_event(
        opens_at=now + timedelta(minutes=5),
        starts_at=now + timedelta(minutes=30),
        ends_at=now + timedelta(hours=2),
        closes_at=now + timedelta(hours=2),
    )
    code = door.code(event)["code"]
    assert door.scan(new_id(), code=code).json["code"] == "too_early"
    set_state(app, event, "open")
    # A refusal may rest on what was read within the last second, and on nothing older.
    time.sleep(FRESH_SECONDS)
    assert door.scan(new_id(), code=code).status_code == 201


def test_the_lecturer_is_checked_in_as_lecturer(
    database: Database, door: Door, make_event: MakeEvent
) -> None:
    lecturer = new_id()
    event = make_event(roles={lecturer: "lecturer"})
    answer = door.scan(lecturer, code=door.code(event)["code"], path=OTHER)
    assert answer.json["check_in"]["role"] == "lecturer"
    assert news(database)[0]["role"] == "lecturer"


def test_a_claim_leaves_two_minutes_to_sign_in_and_serves_one_member(
    client: FlaskClient, door: Door, event: Event, clock: FixedClock
) -> None:
    code = door.code(event)["code"]
    swapped = client.post("/api/v1/code-claims", json={"code": code})
    assert (swapped.status_code, swapped.json["expires_in"]) == (201, 120)
    claim = swapped.json["claim"]
    clock.advance(110)
    assert client.post("/api/v1/code-claims", json={"code": code}).json["code"] == "code_expired"
    assert door.scan(new_id(), claim=claim).status_code == 201
    other = door.scan(new_id(), claim=claim)
    assert (other.status_code, other.json["code"]) == (409, "claim_used")
    clock.advance(20)
    late = door.scan(new_id(), claim=claim)
    assert (late.status_code, late.json["code"]) == (410, "claim_expired")
    assert door.scan(new_id(), claim="A" * 56).json["code"] == "claim_invalid"


def test_six_digits_do_what_a_scan_does_with_few_tries_for_each_member(
    door: Door, event: Event, clock: FixedClock
) -> None:
    digits = door.code(event)["digits"]
    assert door.scan(new_id(), digits=digits).status_code == 201
    guesser = new_id()
    wrong = "000000" if digits != "000000" else "111111"
    for _ in range(10):
        assert door.scan(guesser, digits=wrong).json["code"] == "digits_wrong"
    locked = door.scan(guesser, digits=digits)
    assert (locked.status_code, locked.json["code"]) == (429, "too_many_attempts")
    assert door.scan(new_id(), digits=digits).status_code == 201
    assert door.scan(new_id(), digits=digits, path="/city/u009/b1/").json["code"] == "digits_wrong"
    clock.advance(121)
    assert door.scan(new_id(), digits=digits).json["code"] == "digits_wrong"


def test_an_annulled_check_in_is_told_and_does_not_come_back_by_scanning(
    client: FlaskClient, database: Database, door: Door, event: Event
) -> None:
    member, code = new_id(), door.code(event)["code"]
    check_in = door.scan(member, code=code).json["check_in"]
    path = f"/api/v1/check-ins/{check_in['id']}/annul"
    own = client.post(path, json={"reason": "x"}, headers=door.headers(member))
    assert own.status_code == 404
    done = client.post(path, json={"reason": "代签"}, headers=door.headers(event.secretary))
    assert (done.status_code, done.json["state"]) == (200, "annulled")
    twice = client.post(path, json={"reason": "代签"}, headers=door.headers(event.secretary))
    assert (twice.status_code, twice.json["code"]) == (409, "check_in_annulled")
    again = door.scan(member, code=code)
    assert (again.status_code, again.json["code"]) == (409, "check_in_annulled")
    last = news(database)[-1]
    assert (last["state"], last["reason"], last["revision"]) == ("annulled", "代签", 2)


def test_leaving_counts_the_minutes_of_the_session(
    client: FlaskClient, database: Database, door: Door, event: Event, clock: FixedClock
) -> None:
    member = new_id()
    check_in = door.scan(member, code=door.code(event)["code"]).json["check_in"]
    clock.advance(1800)
    path = f"/api/v1/check-ins/{check_in['id']}/check-out"
    stranger = client.post(path, headers=door.headers(new_id()))
    assert stranger.status_code == 404
    left = client.post(path, headers=door.headers(member))
    assert (left.status_code, left.json["minutes"]) == (200, 30)
    clock.advance(600)
    assert client.post(path, headers=door.headers(member)).json == left.json
    assert [m["minutes"] for m in news(database)] == [None, 30]


def test_a_name_ticked_at_the_desk_counts_as_much_as_a_scan(
    client: FlaskClient,
    database: Database,
    door: Door,
    event: Event,
    add_member: Callable[[], UUID],
) -> None:
    member = add_member()
    path = f"/api/v1/events/{event.id}/check-ins"
    body = {"member_id": str(member), "reason": "手机没电"}
    assert client.post(path, json=body, headers=door.headers(new_id())).status_code == 403
    no_reason = client.post(
        path, json={"member_id": str(member)}, headers=door.headers(event.secretary)
    )
    assert no_reason.status_code == 422
    ticked = client.post(path, json=body, headers=door.headers(event.secretary))
    assert (ticked.status_code, ticked.json["check_in"]["method"]) == (201, "desk")
    again = client.post(path, json=body, headers=door.headers(event.secretary))
    assert (again.status_code, again.json["already"]) == (200, True)
    stranger = {"member_id": str(new_id()), "reason": "x"}
    unknown = client.post(path, json=stranger, headers=door.headers(event.secretary))
    assert (unknown.status_code, unknown.json["code"]) == (422, "member_unknown")
    assert len(news(database)) == 1
    listed = client.get(
        f"/api/v1/events/{event.id}/attendance", headers=door.headers(event.secretary)
    ).json
    assert (listed["present"], listed["expected"]) == (1, 1)
    assert listed["items"][0]["name"] == "李四"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"code": "x"},
        {"client_ref": "not-a-uuid", "code": "x"},
        {"client_ref": str(new_id()), "code": "x", "digits": "123456"},
        {"client_ref": str(new_id()), "digits": "12345"},
        {"client_ref": str(new_id()), "digits": "１２３４５６"},
        {"client_ref": str(new_id()), "digits": "123456\n"},
        {"client_ref": str(new_id()), "code": ""},
        {"client_ref": str(new_id()), "code": "码"},
        {"client_ref": str(new_id()), "code": "x" * 65},
        {"client_ref": str(new_id()), "code": None},
        {"client_ref": str(new_id()), "code": "a\u0000b"},
    ],
)
def test_bad_input_is_refused_and_changes_nothing(
    client: FlaskClient, database: Database, door: Door, body: dict[str, Any]
) -> None:
    answer = client.post("/api/v1/check-ins", json=body, headers=door.headers(new_id()))
    assert answer.status_code in (400, 422), answer.text
    assert check_ins(database) == []


def scan_in_parallel(app: APIFlask, door: Door, members: list[UUID], code: str) -> list[int]:
    def scan(member: UUID) -> int:
        lane = Door(app.test_client(), door.token_for)
        return lane.scan(member, code=code).status_code

    with ThreadPoolExecutor(32) as pool:
        return sorted(pool.map(scan, members))


def test_two_hundred_scans_of_one_member_at_once_are_one_check_in(
    app: APIFlask, database: Database, door: Door, event: Event
) -> None:
    member = new_id()
    statuses = scan_in_parallel(app, door, [member] * 200, door.code(event)["code"])
    assert statuses == [200] * 199 + [201]
    assert len(check_ins(database)) == len(news(database)) == 1


def test_the_test_above_would_see_the_race_if_nothing_guarded_it(
    app: APIFlask, database: Database, door: Door, event: Event
) -> None:
    with database.unit_of_work() as uow:
        uow.session.execute(
            text("ALTER TABLE check_ins DROP CONSTRAINT check_ins_session_id_member_id_key")
        )
        uow.commit()
    scan_in_parallel(app, door, [new_id()] * 200, door.code(event)["code"])
    assert len(check_ins(database)) > 1


def test_a_hall_at_once_is_all_in(
    app: APIFlask, database: Database, door: Door, event: Event
) -> None:
    members = [new_id() for _ in range(300)]
    statuses = scan_in_parallel(app, door, members, door.code(event)["code"])
    assert statuses == [201] * 300
    assert {row["member_id"] for row in check_ins(database)} == set(members)
    assert {m["check_in_id"] for m in news(database)} == {
        str(row["id"]) for row in check_ins(database)
    }
