"""From the scan to points, ledger and board; and back."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from shared.clock import SHANGHAI
from tests.session import Json, Session, eventually
from tests.suite import Suite

pytestmark = pytest.mark.journey


def _code(by: Session, event: Json) -> str:
    return str(by.get(f"/events/{event['id']}/code")["code"])


def _place(member: Session, organisation_id: str) -> Json:
    month = datetime.now(SHANGHAI).strftime("%Y-%m")
    own: Json = member.get("/leaderboards", organisation_id=organisation_id, period=month)["own"]
    return own


def test_a_scan_becomes_points_and_moves_every_board(suite: Suite, secretary: Session) -> None:
    member = suite.newcomer()
    event = suite.hold_event(secretary, category="lecture")
    boards = [suite.organisation(code)["id"] for code in ("u001-b01", "u001", "city")]
    assert [_place(member, board)["points"] for board in boards] == [0, 0, 0]

    answer = member.scan(_code(secretary, event))
    assert answer.status_code == 201
    check_in = answer.json()["check_in"]
    receipt = member.receipt(check_in)

    assert (receipt["state"], receipt["points"], receipt["total"]) == ("posted", 2, 2)
    assert receipt["why"]
    assert member.points() == 2
    for board in boards:
        own = eventually(
            lambda board=board: _place(member, board), lambda own: own["points"] == 2, 5
        )
        assert own["rank"] >= 1
    assert secretary.get(f"/events/{event['id']}/code")["count"] == 1


def test_what_is_sent_again_is_carried_out_once(suite: Suite, secretary: Session) -> None:
    member = suite.newcomer()
    event = suite.hold_event(secretary)
    code, reference = _code(secretary, event), str(uuid4())

    first, again = member.scan(code, reference), member.scan(code, reference)
    another_way = member.scan(_code(secretary, event))

    assert (first.status_code, first.json()["replayed"]) == (201, False)
    assert (again.status_code, again.json()["replayed"]) == (201, True)
    assert (another_way.status_code, another_way.json()["already"]) == (200, True)
    check_in = first.json()["check_in"]
    assert again.json()["check_in"] == another_way.json()["check_in"] == check_in
    member.receipt(check_in)
    assert [entry["points"] for entry in member.ledger_of(check_in)] == [1]


def test_one_reference_stands_for_one_scan(suite: Suite, secretary: Session) -> None:
    member = suite.newcomer()
    one, other = suite.hold_event(secretary), suite.hold_event(secretary)
    reference = str(uuid4())
    assert member.scan(_code(secretary, one), reference).status_code == 201

    body = {"code": _code(secretary, other), "client_ref": reference}
    member.refused(409, "client_ref_reused", "POST", "/check-ins", body)

    assert secretary.get(f"/events/{other['id']}/code")["count"] == 0


def test_an_annulled_check_in_is_reversed_not_erased(suite: Suite, secretary: Session) -> None:
    member = suite.newcomer()
    event = suite.hold_event(secretary)
    check_in = member.scan(_code(secretary, event)).json()["check_in"]
    assert member.receipt(check_in)["points"] == 1

    reason = {"reason": "代人签到"}
    member.refused(404, "check_in_unknown", "POST", f"/check-ins/{check_in['id']}/annul", reason)
    secretary.post(f"/check-ins/{check_in['id']}/annul", reason, status=200)

    entry, reversal = eventually(lambda: member.ledger_of(check_in), lambda found: len(found) == 2)
    assert (entry["points"], reversal["points"]) == (1, -1)
    assert (entry["reverses"], reversal["reverses"]) == (None, entry["id"])
    assert member.points() == 0
    assert member.receipt(check_in)["state"] == "annulled"
    body = {"code": _code(secretary, event), "client_ref": str(uuid4())}
    member.refused(409, "check_in_annulled", "POST", "/check-ins", body)


def test_a_tick_at_the_desk_is_equal_to_a_scan(suite: Suite, secretary: Session) -> None:
    (guest,) = suite.newcomers("u001-b01", 1)
    member = suite.member_session(guest["id"], "/city/u001/u001-b01/")
    event = suite.hold_event(secretary)
    desk = f"/events/{event['id']}/check-ins"
    tick = {"member_id": guest["id"], "reason": "手机没电"}

    answer = eventually(
        lambda: secretary.request("POST", desk, json=tick),
        lambda answer: answer.status_code != 422,  # until events knows the newcomer
    )

    assert answer.status_code == 201, answer.text
    check_in = answer.json()["check_in"]
    assert check_in["method"] == "desk"
    assert member.receipt(check_in)["points"] == 1
    scan = member.scan(_code(secretary, event))
    assert (scan.status_code, scan.json()["check_in"]["id"]) == (200, check_in["id"])


def test_volunteers_earn_by_the_hours_they_stayed(suite: Suite, secretary: Session) -> None:
    member = suite.newcomer()
    event = suite.hold_event(secretary, category="volunteering", since=timedelta(hours=3))
    check_in = member.scan(_code(secretary, event)).json()["check_in"]
    assert member.receipt(check_in)["points"] == 0

    # An hour and three quarters pass.
    suite.rows(
        "events",
        "UPDATE check_ins SET checked_in_at = checked_in_at - interval '105 minutes' WHERE id = %s",
        check_in["id"],
    )
    left = member.post(f"/check-ins/{check_in['id']}/check-out", status=200)

    assert left["minutes"] == 105
    eventually(member.points, lambda points: points == 1, 5)
    again = member.post(f"/check-ins/{check_in['id']}/check-out", status=200)
    assert again["checked_out_at"] == left["checked_out_at"]


def test_a_screenshot_of_an_old_code_is_worth_nothing(suite: Suite, secretary: Session) -> None:
    member = suite.newcomer()
    event = suite.hold_event(secretary)
    shown = secretary.get(f"/events/{event['id']}/code")
    # The code of now and the one before are good: after 20 s at most this one is old.
    eventually(
        lambda: member.request("POST", "/code-claims", json={"code": shown["code"]}).status_code,
        lambda status: status == 410,
        25,
    )

    body = {"code": shown["code"], "client_ref": str(uuid4())}
    member.refused(410, "code_expired", "POST", "/check-ins", body)


def test_a_slow_sign_in_loses_nothing(suite: Suite, secretary: Session) -> None:
    """A new member scans, is not known yet, opens the account by invitation, and is in."""
    (newcomer,) = suite.newcomers("u001-b01", 1)
    event = suite.hold_event(secretary)
    anybody = Session(suite.base_url, None)

    claim = anybody.post("/code-claims", {"code": _code(secretary, event)})["claim"]
    body = {"member_ids": [newcomer["id"]]}
    answer = eventually(
        lambda: secretary.request("POST", "/invitations", json=body),
        lambda answer: answer.status_code == 201,  # until the gateway knows the newcomer
    )
    opened = anybody.post(
        "/auth/invitation",
        {
            "invitation": answer.json()["items"][0]["code"],
            "username": f"new-{newcomer['member_no'].lower()}",
            "password": "一个足够长的密码 2026",
        },
        status=200,
    )
    member = Session(suite.base_url, lambda: str(opened["access_token"]))
    scan = {"claim": claim, "client_ref": str(uuid4())}
    check_in = member.post("/check-ins", scan)["check_in"]

    assert check_in["method"] == "claim"
    assert member.receipt(check_in)["points"] == 1
    somebody_else = suite.newcomer()
    scan = {"claim": claim, "client_ref": str(uuid4())}
    somebody_else.refused(409, "claim_used", "POST", "/check-ins", scan)
