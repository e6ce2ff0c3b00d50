"""One tap of the organiser makes what waited count."""

from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest
from apiflask import APIFlask
from sqlalchemy import text

from services.events.reviews.refusals import REFUSALS
from shared.contracts.attendance import AttendanceRecordedV1
from shared.ids import new_id
from tests.events.door import BRANCH, Door, MakeEvent, check_ins, news, set_state
from tests.events.reviews.conftest import Office


def test_several_are_confirmed_with_one_tap_and_told_once(office: Office) -> None:
    waiting = [office.late() for _ in range(3)]
    assert office.confirm(*waiting) == dict.fromkeys(waiting)
    assert office.reviews() == {}
    rows = check_ins(office.database)
    assert {(row["state"], row["revision"], tuple(row["flags"])) for row in rows} == {
        ("present", 1, ("late",))
    }
    assert {row["reviewed_by"] for row in rows} == {office.event.secretary}
    told = news(office.database)
    assert sorted(message["check_in_id"] for message in told) == sorted(waiting)
    assert all(AttendanceRecordedV1().validate(message) == {} for message in told)
    assert office.confirm(*waiting) == dict.fromkeys(waiting)
    assert len(news(office.database)) == 3


def test_what_was_present_is_only_taken_off_the_list(office: Office) -> None:
    both = [office.scan(device="installation-0001") for _ in range(2)]
    assert office.confirm(both[0]) == {both[0]: None}
    assert list(office.reviews()) == [both[1]]
    assert [row["revision"] for row in check_ins(office.database)] == [1, 1]
    assert len(news(office.database)) == 2


def test_one_of_a_list_that_cannot_be_confirmed_keeps_no_other_back(office: Office) -> None:
    good, own, annulled, unknown = (
        office.late(), office.late(office.event.secretary), office.late(), str(new_id()),
    )  # fmt: skip
    body = {"reason": "不在场"}
    assert office.send("POST", f"/check-ins/{annulled}/annul", body).status_code == 200
    assert office.confirm(good, own, annulled, unknown) == {
        good: None,
        own: "own_check_in",
        annulled: "check_in_annulled",
        unknown: "check_in_unknown",
    }
    assert [message["check_in_id"] for message in news(office.database)] == [good]


def test_nobody_confirms_the_own_check_in_but_another_organiser_does(office: Office) -> None:
    own = office.late(office.event.secretary)
    refused = office.send("POST", f"/check-ins/{own}/confirm")
    assert (refused.status_code, refused.json["code"]) == (403, "own_check_in")
    secretary = office.door.headers(new_id(), roles=[("branch_secretary", BRANCH)])
    done = office.client.post(f"/api/v1/check-ins/{own}/confirm", headers=secretary)
    assert (done.status_code, done.json["state"]) == (200, "present")


def test_a_check_in_of_another_event_is_unknown_here(office: Office, make_event: MakeEvent) -> None:
    elsewhere = office.late()
    office.event = make_event()
    assert office.confirm(elsewhere) == {elsewhere: "check_in_unknown"}
    assert check_ins(office.database)[0]["state"] == "pending"


def test_members_and_strangers_confirm_nothing(office: Office) -> None:
    member = new_id()
    waiting = office.late(member)
    for who in (member, new_id()):
        refused = office.send("POST", f"/check-ins/{waiting}/confirm", who=who)
        assert (refused.status_code, refused.json["code"]) == (404, "check_in_unknown")
        path, body = f"/events/{office.event.id}/reviews/confirm", {"check_in_ids": [waiting]}
        assert office.send("POST", path, body, who).json["code"] == "not_your_event"
    assert check_ins(office.database)[0]["state"] == "pending"


def test_at_a_cancelled_event_there_is_nothing_to_confirm(office: Office, app: APIFlask) -> None:
    waiting = office.late()
    set_state(app, office.event, "cancelled")
    assert office.confirm(waiting) == {waiting: "event_cancelled"}
    assert news(office.database) == []


def test_a_stay_that_ended_before_it_was_confirmed_is_told_with_its_minutes(
    office: Office,
) -> None:
    member = new_id()
    waiting = office.late(member)
    office.clock.advance(1740)
    path = f"/check-ins/{waiting}/check-out"
    assert office.send("POST", path, who=member).status_code == 200
    assert news(office.database) == []
    office.confirm(waiting)
    (told,) = news(office.database)
    assert (told["minutes"], told["revision"]) == (30, 1)


@pytest.mark.parametrize("ids", [[], ["x"], [str(new_id())] * 2001])
def test_a_list_that_is_none_is_refused(office: Office, ids: list[str]) -> None:
    path = f"/events/{office.event.id}/reviews/confirm"
    assert office.send("POST", path, {"check_in_ids": ids}).status_code == 422


def test_two_organisers_and_a_fresh_scan_at_once_tell_points_once(
    office: Office, app: APIFlask
) -> None:
    members = [new_id() for _ in range(20)]
    waiting = [office.late(member) for member in members]
    code = office.door.code(office.event)["code"]

    def lane(number: int) -> None:
        own = Office(
            app.test_client(), Door(app.test_client(), office.door.token_for),
            office.database, office.clock, office.event,
        )  # fmt: skip
        if number < 2:
            own.confirm(*waiting)
        else:
            assert own.door.scan(members[number - 2], code=code).status_code in (200, 201)

    with ThreadPoolExecutor(22) as pool:
        list(pool.map(lane, range(22)))
    assert {row["state"] for row in check_ins(office.database)} == {"present"}
    assert sorted(m["check_in_id"] for m in news(office.database)) == sorted(waiting)
    assert {m["revision"] for m in news(office.database)} == {1}


def test_a_confirmation_waits_for_a_change_of_the_event_and_tells_what_it_became(
    office: Office,
) -> None:
    waiting = office.late()
    with ThreadPoolExecutor(1) as pool, office.database.unit_of_work() as uow:
        # As every change of an event does.
        hold = text("SELECT FROM event_sessions WHERE event_id = :id FOR UPDATE")
        uow.session.execute(hold, {"id": office.event.id})
        uow.session.execute(
            text("UPDATE events SET tags = ARRAY['theme_day'] WHERE id = :id"),
            {"id": office.event.id},
        )
        confirmed = pool.submit(office.confirm, waiting)
        sleep(0.5)
        assert not confirmed.done()
        uow.commit()
        assert confirmed.result(10) == {waiting: None}
    assert news(office.database)[0]["tags"] == ["theme_day"]


def test_every_refusal_has_a_sentence_in_both_languages() -> None:
    for refusal in REFUSALS.values():
        assert refusal.text.zh
        assert refusal.text.en
        assert 400 <= refusal.status < 500
