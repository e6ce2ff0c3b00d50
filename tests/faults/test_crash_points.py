"""A process that dies exactly between two steps: what it had begun is carried out once."""

from uuid import uuid4

import httpx
import pytest

from tests.session import Session, eventually
from tests.stuck import stuck_check_in
from tests.suite import Suite

pytestmark = pytest.mark.fault

_KILLED = -9


@pytest.mark.parametrize(
    ("worker", "point"),
    [
        ("events-worker", "relay_before_publish"),
        ("events-worker", "relay_before_commit"),
        ("points-worker", "consumer_before_commit"),
        ("points-worker", "consumer_before_acknowledge"),
        ("points-worker", "relay_before_publish"),
        ("points-worker", "relay_before_commit"),
    ],
)
def test_a_worker_that_dies_between_two_steps(suite: Suite, worker: str, point: str) -> None:
    secretary = suite.sign_in("secretary")
    event = suite.hold_event(secretary)
    member = suite.newcomer()
    module = f"services.{worker.removesuffix('-worker')}.worker"

    with suite.replaced(worker, [module], CRASH_AT=point) as process:
        code = secretary.get(f"/events/{event['id']}/code")["code"]
        check_in = member.scan(code).json()["check_in"]
        assert process.wait(30) == _KILLED

    assert member.receipt(check_in, 30)["points"] == 1
    suite.prove(30)
    assert [entry["points"] for entry in member.ledger_of(check_in)] == [1]


@pytest.mark.parametrize("point", ["consumer_before_commit", "consumer_before_acknowledge"])
def test_a_result_counts_once_whenever_the_worker_dies(suite: Suite, point: str) -> None:
    secretary, member = suite.sign_in("secretary"), suite.newcomer()
    event = suite.hold_event(secretary)
    path = f"/events/{event['id']}/results"
    me = member.get("/me")["member_id"]

    with suite.replaced("points-worker", ["services.points.worker"], CRASH_AT=point) as process:
        secretary.post(path, {"kind": "prize", "level": "unit", "member_ids": [me]})
        secretary.post(f"{path}/confirm", {}, status=200)
        assert process.wait(30) == _KILLED

    eventually(member.points, lambda points: points == 1, 30)
    suite.prove(30)
    assert [entry["points"] for entry in member.get("/me/ledger")["items"]] == [1]


def test_whoever_sends_a_dead_letter_again_dies_before_saying_so(suite: Suite) -> None:
    member, system = suite.newcomer(), suite.sign_in("system")
    check_in, letter = stuck_check_in(suite, member)
    place = f"/points-messages/dead-letters/{letter['id']}/redrive"
    serve = ["gunicorn", "-c", "shared/gunicorn.py", "services.points.wsgi:app"]

    with suite.replaced("points", serve, CRASH_AT="redrive_before_commit"):
        eventually(suite.ready, bool, 30)
        assert system.request("POST", place).status_code == 503

    eventually(suite.ready, bool, 30)
    # It had left, and was applied; nothing says so, and it is sent once more.
    assert member.receipt(check_in, 30)["points"] == 1
    assert system.post(place, {}, status=200)["state"] == "sent_again"
    again = system.request("POST", place)
    assert (again.status_code, again.json()["code"]) == (409, "dead_letter_sent_again")
    suite.prove(30)
    assert [entry["points"] for entry in member.ledger_of(check_in)] == [1]


@pytest.mark.parametrize(
    ("point", "written"), [("check_in_before_write", False), ("check_in_after_write", True)]
)
def test_an_answer_that_never_came(suite: Suite, point: str, written: bool) -> None:
    secretary = suite.sign_in("secretary")
    event = suite.hold_event(secretary)
    member = suite.newcomer()
    serve = ["gunicorn", "-c", "shared/gunicorn.py", "services.events.wsgi:app"]
    reference = str(uuid4())

    with suite.replaced("events", serve, CRASH_AT=point):
        eventually(suite.ready, bool, 30)
        code = secretary.get(f"/events/{event['id']}/code")["code"]
        assert not _answered(member, code, reference)

    eventually(suite.ready, bool, 30)
    again = eventually(lambda: member.scan(code, reference), lambda a: a.status_code < 500, 30)
    if not written and again.status_code == 410:
        # The code went out of date meanwhile: whoever was not written down scans anew.
        again = member.scan(secretary.get(f"/events/{event['id']}/code")["code"])
    assert again.status_code == 201, again.text
    assert again.json()["replayed"] is written
    assert member.receipt(again.json()["check_in"])["points"] == 1
    assert secretary.get(f"/events/{event['id']}/code")["count"] == 1
    suite.prove(30)


def _answered(member: Session, code: str, reference: str) -> bool:
    try:
        return member.scan(code, reference).status_code < 500
    except httpx.TransportError:
        return False
