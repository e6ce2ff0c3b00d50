"""A phone without network keeps what it scanned and sends it later: accepted, never silently."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.events.check_ins.flags import FLAGS, of_late_scan
from shared.clock import FixedClock
from shared.database import Database
from shared.ids import new_id
from tests.events.door import OTHER, Door, Event, MakeEvent, check_ins, news, set_state

HOUR = 3600


@pytest.fixture
def hall(make_event: MakeEvent, clock: FixedClock) -> Event:
    """An event of two hours that is on."""
    return make_event(
        ends_at=clock.now() + timedelta(hours=2), closes_at=clock.now() + timedelta(hours=2)
    )


def send(door: Door, member: UUID, code: str, scanned_at: datetime, **more: Any) -> TestResponse:
    return door.scan(member, code=code, scanned_at=scanned_at.isoformat(), **more)


def post(client: FlaskClient, door: Door, path: str, who: UUID, body: Any = None) -> TestResponse:
    return client.post(f"/api/v1{path}", json=body, headers=door.headers(who))


def test_a_scan_kept_for_three_hours_waits_for_the_organiser_and_then_counts(
    client: FlaskClient, database: Database, door: Door, hall: Event, clock: FixedClock
) -> None:
    member, scanned = new_id(), clock.now()
    code = door.code(hall)["code"]
    clock.advance(3 * HOUR)
    sent = send(door, member, code, scanned)
    assert sent.status_code == 201
    check_in = sent.json["check_in"]
    assert check_in["state"] == "pending"
    assert datetime.fromisoformat(check_in["checked_in_at"]) == scanned
    (row,) = check_ins(database)
    assert (row["flags"], row["received_at"]) == (["late"], clock.now())
    assert (row["code_age"], row["revision"], news(database)) == (3 * HOUR, 0, [])
    confirmed = post(client, door, f"/check-ins/{check_in['id']}/confirm", hall.secretary)
    assert (confirmed.status_code, confirmed.json["state"]) == (200, "present")
    (told,) = news(database)
    assert (told["check_in_id"], told["revision"]) == (check_in["id"], 1)


def test_sent_twice_it_is_one_check_in_with_the_first_answer(
    database: Database, door: Door, hall: Event, clock: FixedClock
) -> None:
    member, ref, scanned = new_id(), new_id(), clock.now()
    code = door.code(hall)["code"]
    clock.advance(HOUR)
    first = send(door, member, code, scanned, client_ref=ref)
    clock.advance(HOUR)
    again = send(door, member, code, scanned, client_ref=ref)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json == first.json | {"replayed": True}
    assert len(check_ins(database)) == 1


def test_a_forwarded_picture_sent_as_offline_waits_as_well(
    client: FlaskClient, database: Database, door: Door, hall: Event, clock: FixedClock
) -> None:
    honest, cheat, scanned = new_id(), new_id(), clock.now()
    code = door.code(hall)["code"]
    assert door.scan(honest, code=code).json["check_in"]["state"] == "present"
    clock.advance(600)
    # Whatever the phone says of its clock: the plain way is closed, the other one waits.
    assert door.scan(cheat, code=code).json["code"] == "code_expired"
    for says in (scanned, clock.now()):
        state = send(door, cheat, code, says).json["check_in"]["state"]
        assert state == "pending"
    assert {row["member_id"]: row["state"] for row in check_ins(database)} == {
        honest: "present",
        cheat: "pending",
    }
    assert [told["member_id"] for told in news(database)] == [str(honest)]
    listed = client.get(
        f"/api/v1/events/{hall.id}/reviews", headers=door.headers(hall.secretary)
    ).json["items"]
    assert [item["member_id"] for item in listed] == [str(cheat)]


def test_a_phone_whose_clock_is_off_by_a_day_is_let_wait_and_the_code_tells_the_time(
    database: Database, door: Door, hall: Event, clock: FixedClock
) -> None:
    code, shown = door.code(hall)["code"], clock.now()
    clock.advance(HOUR)
    for wrong in (-1, 1):
        sent = send(door, new_id(), code, shown + timedelta(days=wrong))
        assert datetime.fromisoformat(sent.json["check_in"]["checked_in_at"]) == shown
    assert [row["flags"] for row in check_ins(database)] == [["clock_off", "late"]] * 2


@pytest.mark.parametrize(
    ("off", "expected"),
    [
        (timedelta(minutes=5), ("late",)),
        (timedelta(minutes=5, seconds=1), ("clock_off", "late")),
        (timedelta(minutes=-5, seconds=-1), ("clock_off", "late")),
    ],
)
def test_five_minutes_of_a_phones_clock_are_forgiven(
    off: timedelta, expected: tuple[str, ...], clock: FixedClock
) -> None:
    assert of_late_scan(clock.now(), clock.now() + off) == expected


def test_what_is_decided_is_whether_the_session_took_check_ins_when_the_code_was_shown(
    app: APIFlask, client: FlaskClient, door: Door, make_event: MakeEvent, clock: FixedClock
) -> None:
    now = clock.now()
    early = make_event(
        opens_at=now + timedelta(hours=1),
        starts_at=now + timedelta(hours=1),
        ends_at=now + timedelta(hours=2),
        closes_at=now + timedelta(hours=2),
    )
    late = make_event(closes_at=now - timedelta(minutes=1))
    cancelled, here = make_event(), make_event()
    codes = {e.id: door.code(e)["code"] for e in (early, late, cancelled, here)}
    clock.advance(1.5 * HOUR)
    set_state(app, cancelled, "cancelled")
    for event, path, code in (
        (early, None, "too_early"),
        (late, None, "too_late"),
        (cancelled, None, "event_cancelled"),
        (here, OTHER, "not_eligible"),
    ):
        way = {"path": path} if path else {}
        assert send(door, new_id(), codes[event.id], now, **way).json["code"] == code
    assert send(door, new_id(), codes[here.id], now).status_code == 201


def test_what_was_scanned_before_an_event_was_closed_by_hand_is_still_taken(
    client: FlaskClient, door: Door, hall: Event, clock: FixedClock
) -> None:
    before, scanned = door.code(hall)["code"], clock.now()
    clock.advance(60)
    closed = post(client, door, f"/events/{hall.id}/close", hall.secretary)
    assert closed.status_code == 200, closed.text
    after, too_late = door.code(hall)["code"], clock.now()
    clock.advance(HOUR)
    assert send(door, new_id(), before, scanned).json["check_in"]["state"] == "pending"
    assert send(door, new_id(), after, too_late).json["code"] == "event_not_open"


def test_what_was_scanned_while_the_doors_were_open_early_is_still_taken(
    client: FlaskClient, door: Door, make_event: MakeEvent, clock: FixedClock
) -> None:
    now = clock.now()
    event = make_event(
        opens_at=now + timedelta(hours=1),
        starts_at=now + timedelta(hours=1),
        ends_at=now + timedelta(hours=2),
        closes_at=now + timedelta(hours=2),
    )
    before = door.code(event)["code"]
    clock.advance(60)
    assert post(client, door, f"/events/{event.id}/open", event.secretary).status_code == 200
    opened = door.code(event)["code"]
    clock.advance(60)
    assert post(client, door, f"/events/{event.id}/close", event.secretary).status_code == 200
    clock.advance(60)
    assert send(door, new_id(), before, now).json["code"] == "too_early"
    assert send(door, new_id(), opened, now).status_code == 201


@pytest.mark.parametrize(("seconds", "code"), [(4, None), (11, "event_not_open")])
def test_a_code_that_was_on_the_screen_when_the_event_was_published_is_taken(
    client: FlaskClient,
    door: Door,
    make_event: MakeEvent,
    clock: FixedClock,
    seconds: int,
    code: str | None,
) -> None:
    event = make_event(state="draft")
    shown, scanned = door.code(event)["code"], clock.now()
    clock.advance(seconds)
    assert post(client, door, f"/events/{event.id}/publish", event.secretary).status_code == 200
    clock.advance(60)
    assert send(door, new_id(), shown, scanned).json.get("code") == code


@pytest.mark.parametrize(
    ("days", "seconds", "code"),
    [(7, 0, None), (7, 1, "scan_too_old"), (7.5, 0, "scan_too_old"), (30, 0, "code_invalid")],
)
def test_after_a_week_it_is_for_the_organiser_to_enter_the_name(
    database: Database,
    door: Door,
    hall: Event,
    clock: FixedClock,
    days: float,
    seconds: int,
    code: str | None,
) -> None:
    kept, scanned = door.code(hall)["code"], clock.now()
    clock.advance(days * 24 * HOUR + seconds)
    sent = send(door, new_id(), kept, scanned)
    assert sent.json.get("code") == code
    assert sent.status_code == (201 if code is None else 410 if code == "scan_too_old" else 400)
    assert len(check_ins(database)) == (code is None)


def test_a_fresh_code_with_a_time_is_an_ordinary_scan(
    database: Database, door: Door, hall: Event, clock: FixedClock
) -> None:
    sent = send(door, new_id(), door.code(hall)["code"], clock.now() - timedelta(days=1))
    assert sent.json["check_in"]["state"] == "present"
    (row,) = check_ins(database)
    assert (row["flags"], row["received_at"], row["checked_in_at"]) == ([], None, clock.now())


@pytest.mark.parametrize("fresh_first", [True, False])
def test_a_fresh_scan_counts_whether_it_comes_before_or_after_a_kept_one(
    database: Database, door: Door, hall: Event, clock: FixedClock, fresh_first: bool
) -> None:
    member, old, scanned = new_id(), door.code(hall)["code"], clock.now()
    clock.advance(120)

    def fresh() -> TestResponse:
        return door.scan(member, code=door.code(hall)["code"])

    def kept() -> TestResponse:
        return send(door, member, old, scanned)

    first, second = (fresh, kept) if fresh_first else (kept, fresh)
    assert first().status_code == 201
    last = second()
    assert (last.status_code, last.json["already"]) == (200, True)
    assert last.json["check_in"]["state"] == "present"
    (row,) = check_ins(database)
    assert (row["state"], row["flags"], row["checked_in_at"]) == ("present", [], clock.now())
    assert (row["received_at"], row["revision"], len(news(database))) == (None, 1, 1)


def test_of_two_kept_scans_the_earlier_one_waits(
    database: Database, door: Door, hall: Event, clock: FixedClock
) -> None:
    member = new_id()
    codes = []
    for _ in range(3):
        codes.append((door.code(hall)["code"], clock.now()))
        clock.advance(60)
    for code, scanned in (codes[1], codes[2], codes[0]):
        assert send(door, member, code, scanned).json["check_in"]["state"] == "pending"
    (row,) = check_ins(database)
    assert row["checked_in_at"] == codes[0][1]


def test_whoever_waits_can_be_ticked_at_the_desk_as_well(
    client: FlaskClient,
    database: Database,
    door: Door,
    hall: Event,
    clock: FixedClock,
    add_member: Callable[[], UUID],
) -> None:
    member, code, scanned = add_member(), door.code(hall)["code"], clock.now()
    clock.advance(300)
    send(door, member, code, scanned)
    body = {"member_id": str(member), "reason": "手机没电", "role": "helper"}
    ticked = post(client, door, f"/events/{hall.id}/check-ins", hall.secretary, body)
    assert (ticked.status_code, ticked.json["check_in"]["state"]) == (200, "present")
    (row,) = check_ins(database)
    assert (row["method"], row["role"], row["recorded_by"]) == ("desk", "helper", hall.secretary)
    assert [told["role"] for told in news(database)] == ["helper"]


def test_a_claim_that_somebody_used_does_not_confirm_what_waits(
    client: FlaskClient, database: Database, door: Door, hall: Event, clock: FixedClock
) -> None:
    member, code, scanned = new_id(), door.code(hall)["code"], clock.now()
    clock.advance(300)
    send(door, member, code, scanned)
    fresh = door.code(hall)["code"]
    claim = client.post("/api/v1/code-claims", json={"code": fresh}).json["claim"]
    assert door.scan(new_id(), claim=claim).status_code == 201
    assert door.scan(member, claim=claim).json["already"]
    assert {row["state"] for row in check_ins(database)} == {"present", "pending"}


def test_what_the_organiser_annulled_does_not_come_back(
    client: FlaskClient, database: Database, door: Door, hall: Event, clock: FixedClock
) -> None:
    member, code, scanned = new_id(), door.code(hall)["code"], clock.now()
    clock.advance(300)
    check_in = send(door, member, code, scanned).json["check_in"]
    path = f"/check-ins/{check_in['id']}/annul"
    assert post(client, door, path, hall.secretary, {"reason": "不在场"}).status_code == 200
    assert send(door, member, code, scanned).json["code"] == "check_in_annulled"
    assert news(database) == []


@pytest.mark.parametrize(
    "body",
    [
        {"digits": "123456", "scanned_at": "2026-11-23T09:00:00+08:00"},
        {"claim": "x", "scanned_at": "2026-11-23T09:00:00+08:00"},
        {"code": "x", "scanned_at": "2026-11-23T09:00:00"},
        {"code": "x", "scanned_at": "yesterday"},
        {"code": "x", "scanned_at": "0001-01-01T00:00:00+00:00"},
    ],
)
def test_only_a_code_is_sent_later_and_with_a_real_moment(
    client: FlaskClient, door: Door, body: dict[str, Any]
) -> None:
    sent = client.post(
        "/api/v1/check-ins",
        json=body | {"client_ref": str(new_id())},
        headers=door.headers(new_id()),
    )
    assert sent.status_code == 422, sent.text


def moment(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


@pytest.mark.parametrize("sent_at", ["2027-01-01 00:00:00", "2027-01-01 09:00:00"])
@pytest.mark.parametrize("shown_at", ["2026-12-31 23:59:50", "2026-12-31 23:59:59"])
def test_a_scan_of_the_last_second_of_the_year_belongs_to_the_old_year(
    client: FlaskClient,
    database: Database,
    door: Door,
    make_event: MakeEvent,
    clock: FixedClock,
    shown_at: str,
    sent_at: str,
) -> None:
    clock.advance((moment("2026-12-31 23:00:00") - clock.now()).total_seconds())
    midnight = moment("2027-01-01 00:00:00")
    event = make_event(
        starts_at=clock.now(), opens_at=clock.now(), ends_at=midnight, closes_at=midnight
    )
    clock.advance((moment(shown_at) - clock.now()).total_seconds())
    code, scanned = door.code(event)["code"], clock.now()
    # Twenty seconds of grace at the least, so that it is late.
    clock.advance((moment(sent_at) - clock.now()).total_seconds() + 20)
    sent = send(door, new_id(), code, scanned).json["check_in"]
    assert (sent["state"], sent["checked_in_at"]) == ("pending", "2026-12-31T23:59:50+08:00")
    assert (
        post(client, door, f"/check-ins/{sent['id']}/confirm", event.secretary).status_code == 200
    )
    (told,) = news(database)
    assert datetime.fromisoformat(told["occurred_at"]).astimezone(UTC).year == 2026


def test_for_thirty_days_a_scan_kept_over_midnight_is_taken_at_the_moment_of_its_code(
    door: Door, make_event: MakeEvent, clock: FixedClock
) -> None:
    for day in range(15, 45):
        evening = moment("2026-12-01 23:50:00") + timedelta(days=day - 1)
        clock.advance((evening - clock.now()).total_seconds())
        event = make_event(closes_at=clock.now() + timedelta(minutes=9, seconds=59))
        clock.advance(599)
        code, shown = door.code(event)["code"], clock.now()
        clock.advance(30)
        sent = send(door, new_id(), code, shown + timedelta(days=1)).json["check_in"]
        assert (shown - datetime.fromisoformat(sent["checked_in_at"])).total_seconds() == 9
        assert sent["state"] == "pending"


def test_every_flag_has_a_sentence_in_both_languages() -> None:
    for code, flag in FLAGS.items():
        assert code == flag.code
        assert flag.text.zh
        assert flag.text.en
