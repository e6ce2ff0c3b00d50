"""Heads counted by people, against the scans of the same moment."""

from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from shared.ids import new_id
from tests.events.reviews.conftest import Office


def count(office: Office, number: Any, **more: Any) -> Any:
    body = {"session_id": str(office.event.session_id), "count": number, **more}
    return office.send("POST", f"/events/{office.event.id}/headcounts", body)


def counted(office: Office) -> list[tuple[int, int, int, int]]:
    items = office.send("GET", f"/events/{office.event.id}/headcounts").json["items"]
    return [(i["counted"], i["present"], i["pending"], i["difference"]) for i in items]


def test_a_count_is_shown_against_who_was_there_at_that_moment(office: Office) -> None:
    leaver = new_id()
    gone = office.scan(member=leaver)
    for _ in range(2):
        office.scan()
    office.late()
    answer = count(office, 5, note="前门数的")
    assert answer.status_code == 201
    assert (answer.json["counted"], answer.json["note"]) == (5, "前门数的")
    assert answer.json["counted_by"] == str(office.event.secretary)
    assert counted(office) == [(5, 3, 1, 2)]
    # Who comes later, or leaves, changes nothing of what was counted before.
    office.clock.advance(60)
    office.scan()
    office.send("POST", f"/check-ins/{gone}/check-out", who=leaver)
    office.clock.advance(60)
    assert count(office, 2).status_code == 201
    assert counted(office) == [(5, 3, 1, 2), (2, 3, 1, -1)]


def test_what_is_confirmed_later_counts_for_the_moment_it_happened(office: Office) -> None:
    waiting = office.late()
    count(office, 1)
    assert counted(office) == [(1, 0, 1, 1)]
    office.confirm(waiting)
    assert counted(office) == [(1, 1, 0, 0)]


def test_a_count_stands_as_it_was_written(office: Office) -> None:
    count(office, 7)
    for statement in ("UPDATE headcounts SET counted = 8", "DELETE FROM headcounts"):
        with pytest.raises(DBAPIError, match="append-only"):
            office.execute(statement)
    assert counted(office) == [(7, 0, 0, 7)]


@pytest.mark.parametrize("number", [-1, 1_000_001, "5", 1.5, None])
def test_a_count_that_is_none_is_refused(office: Office, number: Any) -> None:
    assert count(office, number).status_code == 422
    assert counted(office) == []


def test_only_whoever_runs_the_event_counts_and_only_its_sessions(office: Office) -> None:
    path = f"/events/{office.event.id}/headcounts"
    body = {"session_id": str(new_id()), "count": 1}
    assert office.send("POST", path, body).json["code"] == "session_unknown"
    for method in ("GET", "POST"):
        body = {"session_id": str(office.event.session_id), "count": 1}
        answer = office.send(method, path, body if method == "POST" else None, new_id())
        assert (answer.status_code, answer.json["code"]) == (403, "not_your_event")
