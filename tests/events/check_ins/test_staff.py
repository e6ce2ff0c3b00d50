"""What staff scan, tick and type in."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text

from services.events.check_ins import record
from services.events.roster_copy.models import OrganisationCopy
from shared.database import Database
from shared.ids import new_id
from tests.events.door import OTHER, Event, MakeEvent, check_ins, news
from tests.events.ways import Ways


def scan(ways: Ways, event: Event, text: str, **more: Any) -> Any:
    return ways.staff(event, "POST", f"/events/{event.id}/check-ins", {"pass": text} | more)


def test_whose_pass_is_scanned_is_shown_to_the_staff_by_name_and_branch(
    ways: Ways, event: Event, database: Database
) -> None:
    with database.unit_of_work() as uow:
        branch = uow.session.query(OrganisationCopy).one()
    member = ways.member(organisation_id=branch.id, name="欧阳春", member_no="D0007")
    answer = scan(ways, event, ways.pass_of(member))
    assert answer.status_code == 201
    assert answer.json["member"] == {
        "id": str(member),
        "name": "欧阳春",
        "member_no": "D0007",
        "organisation_name": "第一党支部",
    }
    assert answer.json["check_in"]["method"] == "pass"
    (row,) = check_ins(database)
    assert row["recorded_by"] == event.secretary


def test_a_pass_that_is_no_good_says_why_and_admits_nobody(ways: Ways, event: Event) -> None:
    member, left = ways.member(), ways.member(status="left")
    renewed = ways.client.post("/api/v1/me/pass/renew", headers=ways.door.headers(member))
    assert renewed.status_code == 200
    for shown, code, status in (
        (ways.pass_of(member), "pass_renewed", 410),
        (ways.pass_of(member, 3), "pass_renewed", 410),
        (ways.pass_of(left), "member_left", 403),
        (ways.pass_of(new_id()), "member_left", 403),
        ("A" * 40, "pass_invalid", 400),
        ("码", "pass_invalid", 400),
        (ways.door.code(event)["code"], "pass_invalid", 400),
    ):
        answer = scan(ways, event, shown)
        assert (answer.json["code"], answer.status_code) == (code, status), shown
    assert check_ins(ways.database) == []
    assert scan(ways, event, renewed.json["pass"]).status_code == 201


def test_a_guests_pass_takes_a_reason(ways: Ways, event: Event) -> None:
    guest = ways.member(OTHER)
    assert scan(ways, event, ways.pass_of(guest)).json["code"] == "pass_not_eligible"
    invited = scan(ways, event, ways.pass_of(guest), reason="受邀参加")
    assert (invited.status_code, invited.json["check_in"]["method"]) == (201, "pass")
    assert check_ins(ways.database)[0]["reason"] == "受邀参加"


def test_passes_and_names_are_for_those_who_run_the_event(ways: Ways, event: Event) -> None:
    member = ways.member()
    for path, body in (
        ("check-ins", {"pass": ways.pass_of(member)}),
        ("check-ins/bulk", {"members": [str(member)], "reason": "名单"}),
        ("check-outs", {"pass": ways.pass_of(member)}),
    ):
        address = f"/events/{event.id}/{path}"
        assert ways.staff(event, "POST", address, body, by=new_id()).status_code == 403
        other = ways.client.post(
            f"/api/v1{address}", json=body, headers=ways.door.headers(new_id(), OTHER)
        )
        assert other.status_code == 404
    assert check_ins(ways.database) == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"reason": "x"},
        {"member_id": "x", "reason": "x"},
        {"member_id": str(new_id())},
        {"member_id": str(new_id()), "reason": " "},
        {"member_id": str(new_id()), "pass": "A" * 40, "reason": "x"},
        {"pass": ""},
        {"pass": "A" * 65},
        {"pass": "A" * 40, "role": "king"},
        {"pass": "A" * 40, "client_ref": "x"},
    ],
)
def test_bad_input_is_refused_and_changes_nothing(
    ways: Ways, event: Event, body: dict[str, Any]
) -> None:
    answer = ways.staff(event, "POST", f"/events/{event.id}/check-ins", body)
    assert (answer.status_code, answer.json["code"]) == (422, "fields_invalid")
    assert check_ins(ways.database) == []


def scan_eight_times_at_once(ways: Ways, event: Event) -> list[Any]:
    shown, secretary = ways.pass_of(ways.member()), ways.door.headers(event.secretary)

    def scan_it(_: int) -> Any:
        path = f"/api/v1/events/{event.id}/check-ins"
        return ways.app.test_client().post(path, json={"pass": shown}, headers=secretary)

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(scan_it, range(8)))


def test_two_staff_who_scan_one_pass_at_once_admit_once(ways: Ways, event: Event) -> None:
    for _ in range(5):
        answers = scan_eight_times_at_once(ways, event)
        assert sorted(a.status_code for a in answers) == [200] * 7 + [201]
        assert len({a.json["check_in"]["id"] for a in answers}) == 1
    assert len(check_ins(ways.database)) == len(news(ways.database)) == 5


def test_the_test_above_would_see_it_if_nothing_guarded_the_door(
    ways: Ways, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "_TAKE_TURNS", text("SELECT CAST(:id AS uuid)"))
    with ways.database.unit_of_work() as uow:
        uow.session.execute(
            text(
                "ALTER TABLE check_ins DROP CONSTRAINT check_ins_session_id_member_id_key,"
                " DROP CONSTRAINT check_ins_pkey"
            )
        )
        uow.commit()
    for _ in range(10):
        scan_eight_times_at_once(ways, event)
    assert len(check_ins(ways.database)) > 10


def test_a_pass_and_the_own_phone_at_once_are_one_check_in(ways: Ways, event: Event) -> None:
    secretary, code = ways.door.headers(event.secretary), ways.door.code(event)["code"]
    for _ in range(10):
        member = ways.member()
        own = ways.door.headers(member)
        sent: list[tuple[str, dict[str, Any], dict[str, str]]] = [
            ("/api/v1/check-ins", {"code": code, "client_ref": str(new_id())}, own),
            (f"/api/v1/events/{event.id}/check-ins", {"pass": ways.pass_of(member)}, secretary),
        ] * 3

        def send(call: tuple[str, dict[str, Any], dict[str, str]]) -> int:
            path, body, headers = call
            return ways.app.test_client().post(path, json=body, headers=headers).status_code

        with ThreadPoolExecutor(6) as pool:
            statuses = list(pool.map(send, sent))
        # The phone's own repetition gets the first answer again; everybody else is told "already".
        assert set(statuses) <= {200, 201}
    assert len(check_ins(ways.database)) == len(news(ways.database)) == 10


def test_a_key_sent_again_gets_the_first_answer(ways: Ways, event: Event) -> None:
    address, body = f"/events/{event.id}/check-ins", {"pass": ways.pass_of(ways.member())}
    key = {"Idempotency-Key": "desk-1"}
    first = ways.staff(event, "POST", address, body, headers=key)
    again = ways.staff(event, "POST", address, body, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json == first.json


def test_whoever_is_recorded_after_the_end_was_there_from_the_start(
    ways: Ways, make_event: MakeEvent
) -> None:
    event = make_event()
    session = ways.session(event)
    ways.later(days=2)
    for way in ("desk", "list"):
        check_in = ways.go(way, event, ways.member())
        assert check_in["checked_in_at"] == session.starts_at
        assert check_in["received_at"] == ways.clock.now()


def test_a_list_is_taken_whole_or_not_at_all(ways: Ways, event: Event) -> None:
    numbered, known, here = ways.member(member_no="D0007"), ways.member(), ways.member()
    left = ways.member(status="left", member_no="D0008")
    ways.go("code", event, here)
    address = f"/events/{event.id}/check-ins/bulk"
    given = ["D0007", str(known), str(here)]
    bad = [*given, "D9999", "D0008", str(new_id())]
    refused = ways.staff(event, "POST", address, {"members": bad, "reason": "签到表"})
    assert (refused.status_code, refused.json["code"]) == (422, "members_unknown")
    assert refused.json["unknown"] == bad[3:]
    assert len(check_ins(ways.database)) == 1
    taken = ways.staff(event, "POST", address, {"members": given, "reason": "签到表"})
    assert taken.status_code == 200, taken.text
    assert [(line["given"], line["outcome"]) for line in taken.json["items"]] == [
        ("D0007", "checked_in"),
        (str(known), "checked_in"),
        (str(here), "already"),
    ]
    assert taken.json["items"][0]["member_id"] == str(numbered)
    rows = {row["member_id"]: row for row in check_ins(ways.database)}
    assert (rows[numbered]["method"], rows[numbered]["reason"]) == ("list", "签到表")
    assert left not in rows
    again = ways.staff(event, "POST", address, {"members": given, "reason": "签到表"})
    assert {line["outcome"] for line in again.json["items"]} == {"already"}
    assert len(news(ways.database)) == 3


def test_a_list_of_an_event_with_sessions_says_which(ways: Ways, make_event: MakeEvent) -> None:
    event = make_event()
    times = ways.session(event)
    body = {"starts_at": times.starts_at.isoformat(), "ends_at": times.ends_at.isoformat()}
    assert ways.staff(event, "POST", f"/events/{event.id}/sessions", body).status_code == 201
    sent: dict[str, Any] = {"members": [str(ways.member())], "reason": "签到表"}
    address = f"/events/{event.id}/check-ins/bulk"
    asked = ways.staff(event, "POST", address, sent)
    assert (asked.status_code, asked.json["code"]) == (422, "session_needed")
    sent["session_id"] = str(new_id())
    unknown = ways.staff(event, "POST", address, sent)
    assert (unknown.status_code, unknown.json["code"]) == (404, "session_unknown")
    sent["session_id"] = str(event.session_id)
    assert ways.staff(event, "POST", address, sent).json["items"][0]["outcome"] == "checked_in"


def test_one_named_twice_on_a_list_is_in_once(ways: Ways, event: Event) -> None:
    member = ways.member(member_no="D0007")
    sent = {"members": ["D0007", str(member), "D0007"], "reason": "签到表"}
    taken = ways.staff(event, "POST", f"/events/{event.id}/check-ins/bulk", sent)
    outcomes = [(line["given"], line["outcome"]) for line in taken.json["items"]]
    assert outcomes == [("D0007", "checked_in"), (str(member), "already")]
    assert len(check_ins(ways.database)) == 1


def test_the_log_knows_who_recorded_whom_and_who_looked_at_the_list(
    ways: Ways, event: Event
) -> None:
    """Neither needs an office: whoever made the event runs it."""
    member = ways.member()
    ways.go("pass", event, member)
    ways.go("code", event, ways.member())
    ways.staff(event, "GET", f"/events/{event.id}/attendance")
    ways.staff(event, "GET", f"/events/{event.id}/attendance", by=new_id())
    with ways.database.unit_of_work() as uow:
        acts = uow.session.execute(
            text("SELECT actor_id, action, status, subject_ids FROM audit_log ORDER BY id")
        ).all()
    told = [(act.actor_id == event.secretary, act.action, act.status) for act in acts]
    assert told == [
        (True, "POST /events/<event_id>/check-ins", 201),
        (True, "GET /events/<event_id>/attendance", 200),
        (False, "GET /events/<event_id>/attendance", 403),
    ]
    assert event.id in acts[0].subject_ids
