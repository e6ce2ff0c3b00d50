"""Any process may be killed at any moment: no check-in is lost, none counts twice."""

import random
from collections import Counter

import pytest

from tests.faults.load import Screen, check_ins
from tests.session import Json, Session, eventually
from tests.suite import Suite

pytestmark = [pytest.mark.fault, pytest.mark.timeout(400)]

_BRANCH = "u003-b01"
_MEMBERS = 100
_EVENTS = 3
_KILLS = 3


@pytest.fixture(scope="module")
def crowd(suite: Suite) -> dict[str, Session]:
    path = suite.organisation(_BRANCH)["path"]
    members = suite.newcomers(_BRANCH, _MEMBERS)
    return {member["id"]: suite.member_session(member["id"], path) for member in members}


@pytest.mark.parametrize(
    ("name", "which"),
    [
        ("events", 0),  # gunicorn's master
        ("events", -1),  # and the one that serves
        ("events-worker", 0),
        ("points-worker", 0),
        ("points", -1),
        ("postgres", 0),
        ("valkey", 0),
    ],
    ids=str,
)
def test_killed_under_load_loses_and_doubles_nothing(
    suite: Suite, crowd: dict[str, Session], name: str, which: int
) -> None:
    organiser = suite.sign_in("city1")
    events = [suite.hold_event(organiser, _BRANCH) for _ in range(_EVENTS)]
    screens = {event["id"]: Screen(organiser, event) for event in events}
    moments = sorted(random.uniform(0.05, 0.9) for _ in range(_KILLS))

    with check_ins(crowd, screens, pause=0.1) as stream:
        for moment in moments:
            stream.wait_for(moment)
            victims = eventually(lambda: suite.processes(name), lambda found: found, 30)
            victims[which].kill()
            victims[which].wait(10)

    proof = suite.prove(90)
    _assert_each_once(suite, events, stream.accepted)
    print(f"{name}: {stream.total} check-ins, {stream.retries} retries, {proof['facts']} facts")


def _assert_each_once(
    suite: Suite, events: list[Json], accepted: dict[tuple[str, str], str]
) -> None:
    """Every accepted check-in is there once, is one fact, and has one standing entry."""
    ids = [event["id"] for event in events]
    stored = suite.rows(
        "events",
        "SELECT event_id::text, member_id::text, id::text FROM check_ins"
        " WHERE event_id = ANY(%s::uuid[])",
        ids,
    )
    assert Counter(stored) == Counter((*place, check_in) for place, check_in in accepted.items())
    facts = suite.rows(
        "points", "SELECT id::text FROM facts WHERE id = ANY(%s::uuid[])", [*accepted.values()]
    )
    assert Counter(facts) == Counter((check_in,) for check_in in accepted.values())
    entries = suite.rows(
        "points",
        "SELECT fact_id::text FROM ledger_entries WHERE fact_id = ANY(%s::uuid[])",
        [*accepted.values()],
    )
    assert Counter(entries) == Counter((check_in,) for check_in in accepted.values())
    for service in ("events", "points"):
        waiting = "redriven_at IS NULL AND set_aside_at IS NULL"
        assert suite.rows(service, f"SELECT * FROM dead_letters WHERE {waiting}") == []
