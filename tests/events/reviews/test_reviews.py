"""The list of doubtful check-ins: every reason, read off all of an event's check-ins together."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.events.audit.retention import rules
from services.events.check_ins import flags
from services.events.check_ins.flags import FLAGS
from shared.ids import new_id
from shared.retention import Kept
from shared.retention.rules import keep_no_longer
from tests.events.door import BRANCH, MakeEvent, check_ins
from tests.events.reviews.conftest import Office

PHONE = "installation-0001"


def test_who_scanned_in_time_is_not_listed(office: Office) -> None:
    office.scan()
    assert office.reviews() == {}


def test_a_late_arrival_is_listed_with_its_reason_in_the_readers_language(office: Office) -> None:
    check_in = office.late()
    path = f"/events/{office.event.id}/reviews"
    for language, sentence in (("en", FLAGS["late"].text.en), ("zh", FLAGS["late"].text.zh)):
        answer = office.send("GET", path, **{"Accept-Language": language})
        (item,) = answer.json["items"]
        assert item["check_in_id"] == check_in
        assert item["reasons"] == [{"code": "late", "text": sentence}]
        assert (item["state"], item["method"]) == ("pending", "code")
        assert item["received_at"] > item["checked_in_at"]


def test_many_late_arrivals_with_one_code_are_listed_as_a_burst_the_first_as_the_last(
    office: Office,
) -> None:
    code, shown = office.door.code(office.event)["code"], office.clock.now().isoformat()
    office.clock.advance(60)
    few = [office.sent_late(code, shown) for _ in range(flags.BURST - 1)]
    assert {tuple(reasons) for reasons in office.reviews().values()} == {("late",)}
    many = [*few, office.sent_late(code, shown)]
    alone = office.late()
    assert office.reviews() == {id_: ["burst", "late"] for id_ in many} | {alone: ["late"]}


def test_a_device_of_several_members_is_listed_and_one_of_one_member_is_not(
    office: Office,
) -> None:
    both = [office.scan(device=PHONE), office.late(device=PHONE)]
    office.scan(device="installation-0002")
    office.scan()
    assert office.reviews() == {both[0]: ["device_shared"], both[1]: ["device_shared", "late"]}


def test_a_device_counts_for_each_event_by_itself(office: Office, make_event: MakeEvent) -> None:
    office.scan(device=PHONE)
    other = replace(office, event=make_event())
    other.scan(device=PHONE)
    assert office.reviews() == other.reviews() == {}


def test_one_member_at_two_sessions_is_one_member(office: Office) -> None:
    member = new_id()
    office.scan(member=member, device=PHONE)
    second = new_id()
    office.execute(
        "INSERT INTO event_sessions (id, event_id, starts_at, ends_at, opens_at, closes_at)"
        " SELECT :second, event_id, starts_at, ends_at, opens_at, closes_at FROM event_sessions",
        second=second,
    )
    office.execute("UPDATE check_ins SET session_id = :second", second=second)
    office.scan(member=member, device=PHONE)
    assert office.reviews() == {}


def test_annulling_one_of_a_shared_device_settles_the_other(office: Office) -> None:
    kept, cheat = office.scan(device=PHONE), office.scan(device=PHONE)
    body = {"reason": "代签"}
    assert office.send("POST", f"/check-ins/{cheat}/annul", body).status_code == 200
    assert kept not in office.reviews()
    assert office.reviews() == {}


def test_a_code_that_many_used_after_it_had_left_the_screen_was_passed_on(office: Office) -> None:
    code = office.door.code(office.event)["code"]
    on_the_screen = [office.scan(code) for _ in range(20)]
    office.clock.advance(10)
    few = [office.scan(code) for _ in range(flags.PASSED_ON - 1)]
    assert office.reviews() == {}
    many = [*few, office.scan(code)]
    assert office.reviews() == {id_: ["passed_on"] for id_ in many}
    assert not set(on_the_screen) & office.reviews().keys()


@pytest.mark.parametrize("in_time", [23, 24])
def test_a_session_whose_scans_mostly_lag_behind_the_screen_is_looked_at(
    office: Office, in_time: int
) -> None:
    lagging = []
    for _ in range(flags.PASSED_ON_LEAST):
        code = office.door.code(office.event)["code"]
        office.clock.advance(10)
        lagging.append(office.scan(code))
    for _ in range(in_time):
        office.scan()
    assert flags.PASSED_ON_LEAST / (flags.PASSED_ON_LEAST + 23) > flags.PASSED_ON_SHARE
    assert flags.PASSED_ON_LEAST / (flags.PASSED_ON_LEAST + 24) < flags.PASSED_ON_SHARE
    expected = {id_: ["passed_on"] for id_ in lagging} if in_time == 23 else {}
    assert office.reviews() == expected


def test_who_was_outside_or_used_a_printed_code_is_present_and_listed(office: Office) -> None:
    outside, printed, inside = office.scan(), office.scan(), office.scan()
    office.execute(
        "UPDATE check_ins SET inside = id <> :id WHERE id <> :other", id=outside, other=printed
    )
    office.execute("UPDATE check_ins SET method = 'static' WHERE id = :id", id=printed)
    assert office.reviews() == {outside: ["outside"], printed: ["static_code"]}
    assert inside not in office.reviews()


def test_the_list_comes_in_pages_by_arrival_and_for_one_session(office: Office) -> None:
    ids = [office.late() for _ in range(5)]
    path, seen, cursor = f"/api/v1/events/{office.event.id}/reviews", [], None
    while True:
        query = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = office.client.get(
            path, query_string=query, headers=office.door.headers(office.event.secretary)
        ).json
        seen += [item["check_in_id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == ids
    assert list(office.reviews(session_id=office.event.session_id)) == ids
    assert office.reviews(session_id=new_id()) == {}


def test_only_whoever_runs_the_event_sees_the_list(office: Office) -> None:
    office.late()
    path = f"/events/{office.event.id}/reviews"
    assert office.send("GET", path, who=new_id()).json["code"] == "not_your_event"
    assert office.send("GET", f"/events/{new_id()}/reviews").json["code"] == "event_unknown"
    secretary = office.door.headers(new_id(), roles=[("branch_secretary", BRANCH)])
    assert office.client.get(f"/api/v1{path}", headers=secretary).status_code == 200


def test_devices_are_forgotten_after_thirty_days(office: Office, make_event: MakeEvent) -> None:
    def forget() -> tuple[int | None, list[bool]]:
        given_up = keep_no_longer(office.database, rules(Kept()))
        found = given_up and given_up["devices"]
        rows = sorted(check_ins(office.database), key=lambda row: row["checked_in_at"])
        return found, [row["device"] is not None for row in rows]

    office.scan(device=PHONE)
    office.clock.advance(timedelta(days=30).total_seconds())
    replace(office, event=make_event()).scan(device=PHONE)
    assert forget() == (0, [True, True])
    assert forget() == (None, [True, True]), "once a day"
    office.clock.advance(timedelta(days=1).total_seconds())
    assert forget() == (1, [False, True])
