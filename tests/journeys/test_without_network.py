"""Who had no network is not lost, and who only has the picture is not in."""

import time
from datetime import datetime
from uuid import uuid4

import httpx
import pytest

from shared.clock import SHANGHAI
from tests.session import Json, Session, eventually
from tests.suite import Suite

pytestmark = pytest.mark.journey

# Its own step, and one more.
_UNTIL_OLD = 21


def _send_late(member: Session, code: str, scanned_at: str) -> httpx.Response:
    body = {"code": code, "client_ref": str(uuid4()), "scanned_at": scanned_at}
    return member.request("POST", "/check-ins", json=body)


def _now() -> str:
    return datetime.now(SHANGHAI).isoformat()


def test_a_scan_that_was_kept_counts_once_it_is_confirmed_and_a_forwarded_one_does_not(
    suite: Suite, secretary: Session
) -> None:
    honest, cheat = suite.newcomer(), suite.newcomer()
    event = suite.hold_event(secretary)
    code, scanned = str(secretary.get(f"/events/{event['id']}/code")["code"]), _now()
    time.sleep(_UNTIL_OLD)
    kept, forwarded = (_send_late(who, code, scanned) for who in (honest, cheat))
    assert (kept.status_code, forwarded.status_code) == (201, 201)
    ids = [answer.json()["check_in"]["id"] for answer in (kept, forwarded)]
    assert {answer.json()["check_in"]["state"] for answer in (kept, forwarded)} == {"pending"}
    assert secretary.get(f"/events/{event['id']}/code")["count"] == 0

    listed = secretary.get(f"/events/{event['id']}/reviews")["items"]
    assert {item["check_in_id"] for item in listed} == set(ids)
    secretary.post(f"/check-ins/{ids[1]}/annul", {"reason": "不在场"}, 200)
    confirmed = secretary.post(f"/events/{event['id']}/reviews/confirm", {"check_in_ids": ids}, 200)
    assert [item["confirmed"] for item in confirmed["items"]] == [True, False]

    eventually(honest.points, lambda points: points == 1, 5)
    assert cheat.points() == 0
    assert secretary.get(f"/events/{event['id']}/reviews")["items"] == []


def test_whom_staff_saw_without_network_has_points_once_it_is_told(
    suite: Suite, secretary: Session
) -> None:
    member, device = suite.newcomer(), "device-of-staff-1"
    me: Json = member.get("/me")
    event = suite.hold_event(secretary)
    taken = secretary.get(f"/events/{event['id']}/offline-list", device=device)
    assert me["member_id"] in {listed["member_id"] for listed in taken["members"]}
    mark = {
        "client_ref": str(uuid4()),
        "member_id": me["member_id"],
        "direction": "in",
        "at": _now(),
    }
    for _ in range(2):
        body = {
            "list_token": taken["list_token"],
            "device": device,
            "device_now": _now(),
            "marks": [mark],
        }
        told = secretary.post(f"/events/{event['id']}/offline-check-ins", body, 200)
        assert [item["outcome"] for item in told["items"]] == ["present"]
    eventually(member.points, lambda points: points == 1, 5)
