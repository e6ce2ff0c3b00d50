"""From asking for a seat to points: who waited is told, comes in, and is shown to those who watch."""

import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import httpx
import pytest

from shared.clock import SHANGHAI
from tests.session import Json, Session, eventually
from tests.suite import Suite

pytestmark = pytest.mark.journey


def _lecture(suite: Suite, secretary: Session, seats: int) -> Json:
    """Publish an event that needs a seat, and whose door opens before it begins."""
    now = datetime.now(SHANGHAI)
    times = {
        "starts_at": (now + timedelta(minutes=20)).isoformat(),
        "ends_at": (now + timedelta(hours=2)).isoformat(),
    }
    event = secretary.post(
        "/events",
        {
            "title": "读书分享会",
            "category": "study_session",
            "organisation_id": suite.organisation("u001-b01")["id"],
        }
        | times,
    )
    terms = secretary.request(
        "PUT",
        f"/events/{event['id']}/registration",
        json={"capacity": seats, "required": True},
        headers={"If-Match": '"0"'},
    )
    assert terms.status_code == 200, terms.text
    return secretary.post(f"/events/{event['id']}/publish", status=200)


def _figures(url: str) -> Iterator[Json]:
    with httpx.stream("GET", url, timeout=30) as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        for line in stream.iter_lines():
            if line.startswith("data: "):
                yield json.loads(line.removeprefix("data: "))


def _scan(secretary: Session, event: Json, member: Session) -> httpx.Response:
    return member.scan(secretary.get(f"/events/{event['id']}/code")["code"])


def test_who_moves_up_is_told_comes_in_and_is_seen_by_who_watches(
    suite: Suite, secretary: Session
) -> None:
    event = _lecture(suite, secretary, 1)
    path = f"/events/{event['id']}/registrations"
    first, second = suite.newcomer(), suite.newcomer()
    assert first.post(path)["state"] == "registered"
    assert second.post(path)["state"] == "waiting"
    secretary.post(f"/events/{event['id']}/open", status=200)
    refused = _scan(secretary, event, second)
    assert (refused.status_code, refused.json()["code"]) == (409, "no_seat")

    assert first.request("DELETE", path).status_code == 200
    (news,) = eventually(lambda: second.get("/me/inbox")["items"], bool)
    assert news["kind"] == "registration.promoted"
    assert "读书分享会" in news["text"]

    ticket = secretary.post(f"/events/{event['id']}/live-tickets")
    figures = _figures(f"{suite.base_url}{ticket['url']}")
    assert next(figures)["present"] == 0
    began = time.monotonic()
    checked = _scan(secretary, event, second)
    assert checked.status_code == 201, checked.text
    shown = next(each for each in figures if each["present"])
    assert time.monotonic() - began < 10
    assert (shown["present"], shown["expected"]) == (1, 1)
    assert second.receipt(checked.json()["check_in"], 15)["points"] == 1
    suite.prove(20)


def test_leave_is_asked_for_decided_and_told(suite: Suite, secretary: Session) -> None:
    member = suite.newcomer()
    event = suite.hold_event(secretary, category="branch_meeting")
    member.post(f"/events/{event['id']}/leave", {"reason": "出差"})
    asked = eventually(
        lambda: [n for n in secretary.items("/me/inbox") if n["kind"] == "leave.asked"],
        lambda found: any(n["subject_id"] == event["id"] for n in found),
    )
    assert "出差" not in str(asked)
    me = member.get("/me")["member_id"]
    secretary.post(f"/events/{event['id']}/leaves/{me}/decide", {"approve": True}, 200)
    (news,) = eventually(lambda: member.get("/me/inbox")["items"], bool)
    assert news["kind"] == "leave.approved"
    counted = secretary.get(f"/events/{event['id']}/expected")
    assert counted["excused"] == 1
