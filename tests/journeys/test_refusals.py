"""What must not happen: bad input, bad files, and hands that reach too far."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from shared.clock import SHANGHAI
from tests.session import Json, Session
from tests.suite import Suite

pytestmark = pytest.mark.journey


def _counts(suite: Suite) -> Json:
    tables = {
        "events": ("events", "event_sessions", "check_ins", "outbox"),
        "points": ("members", "organisations", "rule_sets", "rules", "facts", "ledger_entries"),
    }
    return {
        table: suite.rows(service, f"SELECT count(*) FROM {table}")[0][0]
        for service, names in tables.items()
        for table in names
    }


def test_bad_input_is_refused_and_changes_nothing(suite: Suite, secretary: Session) -> None:
    member = suite.sign_in("member01")
    city = suite.sign_in("city1")
    event = suite.hold_event(secretary)
    code = secretary.get(f"/events/{event['id']}/code")["code"]
    soon = datetime.now(SHANGHAI)
    good: Json = {
        "title": "会",
        "category": "lecture",
        "organisation_id": event["organisation_id"],
        "starts_at": soon.isoformat(),
        "ends_at": (soon + timedelta(hours=1)).isoformat(),
    }
    tries = [
        (member, "/check-ins", {"code": code}),
        (member, "/check-ins", {"code": code, "client_ref": "not-a-uuid"}),
        (member, "/check-ins", {"code": code, "digits": "123456", "client_ref": str(uuid4())}),
        (member, "/check-ins", {"code": "x" * 65, "client_ref": str(uuid4())}),
        (member, "/check-ins", {"code": code[:-2] + "AA", "client_ref": str(uuid4())}),
        (member, "/check-ins", {"digits": "１２３４５６", "client_ref": str(uuid4())}),
        (member, "/check-ins", {"code": code, "client_ref": str(uuid4()), "points": 100}),
        (member, "/check-ins", [code]),
        (secretary, "/events", {**good, "ends_at": good["starts_at"]}),
        (secretary, "/events", {**good, "starts_at": "2026-11-23T10:00:00"}),
        (secretary, "/events", {**good, "category": "chat"}),
        (secretary, "/events", {**good, "title": ""}),
        (secretary, "/events", {**good, "title": "一\u0000二"}),
        (secretary, "/events", {**good, "organisation_id": str(uuid4())}),
        (secretary, f"/events/{event['id']}/check-ins", {"member_id": str(uuid4()), "reason": "?"}),
        (secretary, f"/events/{event['id']}/publish", None),
        (secretary, f"/events/{uuid4()}/publish", None),
        (city, "/rule-sets", {"name": ""}),
        (city, "/rule-sets", {"name": "x", "based_on": str(uuid4())}),
        (city, "/organisations", {"code": "A B", "name": "x", "kind": "unit", "parent_id": "1"}),
    ]  # fmt: skip
    before = _counts(suite)

    for session, path, body in tries:
        answer = session.request("POST", path, json=body)
        assert 400 <= answer.status_code < 500, (path, body, answer.text)
        assert answer.headers["Content-Type"] == "application/problem+json", (path, body)
        problem = answer.json()
        assert problem["code"], problem
        assert problem["detail"], problem
    broken = member.request(
        "POST", "/check-ins", content=b'{"code": ', headers={"Content-Type": "application/json"}
    )
    assert broken.status_code == 400
    assert broken.headers["Content-Type"] == "application/problem+json"

    assert _counts(suite) == before


def test_nothing_is_open_without_a_sign_in(suite: Suite) -> None:
    anybody = Session(suite.base_url, None)
    for path in ("/me", "/me/points", "/me/ledger", "/events", "/members", "/rules", "/imports"):
        answer = anybody.request("GET", path)
        assert answer.status_code == 401, path
    forged = Session(suite.base_url, lambda: "eyJhbGciOiJub25lIn0.e30.")
    assert forged.request("GET", "/me/points").status_code == 401


def test_a_roster_with_bad_rows_is_refused_whole_and_every_row_is_named(suite: Suite) -> None:
    before = _counts(suite)
    job = suite.import_roster(
        [
            ("J0001", "好同志", "u001-b01", "正式党员", "2020-07-01"),
            ("J0002", None, "u001-b01", "正式党员", "2020-07-01"),
            ("J0003", "支部错", "u001-b99", "正式党员", "2020-07-01"),
            ("J0004", "重复甲", "u001-b01", "正式党员", "2020-07-01"),
            ("J0004", "重复乙", "u001-b01", "正式党员", "2020-07-01"),
            ("J0006", "日期错", "u001-b01", "正式党员", "2020-02-30"),
            ("J0007", "=HYPERLINK(A1)", "u001-b01", "正式党员", "2020-07-01"),
            ("J0008", "状态错", "u001-b01", "神仙", "2020-07-01"),
            ("J0009", "也是好同志", "u001-b01", "预备党员", "2021-07-01"),
        ]
    )

    assert job["state"] == "refused"
    # Row 1 holds the headings.
    assert {error["row"] for error in job["errors"]} == {3, 4, 5, 6, 7, 8, 9}
    assert all(error["message"] for error in job["errors"])
    assert _counts(suite) == before
    assert suite.sign_in("city1").get("/members", q="J000")["items"] == []


def test_roles_end_where_their_part_of_the_tree_ends(suite: Suite, secretary: Session) -> None:
    """Home is u001-b01; the others are a sister branch's secretary and another unit's administrator."""
    event = suite.hold_event(secretary)
    city = suite.sign_in("city1")
    strangers = {
        "branch_secretary": ("u001-b02", "u001-b02"),
        "unit_admin": ("u002-b01", "u002"),
    }
    for role, (branch, bound_to) in strangers.items():
        (member,) = suite.newcomers(branch, 1)
        where = suite.organisation(bound_to)
        city.post(
            "/role-assignments",
            {"member_id": member["id"], "role": role, "organisation_id": where["id"]},
        )
        stranger = suite.member_session(
            member["id"], suite.organisation(branch)["path"], (role, where["path"])
        )
        own = suite.hold_event(stranger, branch)
        assert stranger.get(f"/events/{own['id']}/code")["count"] == 0
        for method, path, body in (
            ("GET", f"/events/{event['id']}/code", None),
            ("PATCH", f"/events/{event['id']}", {"title": "改名"}),
            ("POST", f"/events/{event['id']}/close", None),
            ("POST", f"/events/{event['id']}/cancel", {"reason": "不办了"}),
            (
                "POST",
                f"/events/{event['id']}/check-ins",
                {"member_id": member["id"], "reason": "?"},
            ),
            ("GET", f"/events/{event['id']}/attendance", None),
        ):
            answer = stranger.request(method, path, json=body, headers={"If-Match": '"1"'})
            assert answer.status_code in (403, 404), (role, path, answer.text)
    code = secretary.get(f"/events/{event['id']}/code")
    assert code["count"] == 0
    # Those above may; and the member of another branch is told to go to the desk.
    assert suite.sign_in("unit").get(f"/events/{event['id']}/code")["count"] == 0
    outsider = suite.newcomer("u002-b01")
    body = {"code": code["code"], "client_ref": str(uuid4())}
    outsider.refused(403, "not_eligible", "POST", "/check-ins", body)
