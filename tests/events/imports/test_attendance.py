"""Attendance comes in by spreadsheet: whole, once, and with every bad row named."""

from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from shared.contracts.attendance import RECORDED_V1, STREAM, AttendanceRecordedV1
from shared.database import Database
from shared.testing.plugin import TokenFor
from tests.events.city import City
from tests.events.imports.conftest import Import
from tests.events.imports.files import HEADINGS, csv_of, row

contract = AttendanceRecordedV1()


def outbox(database: Database) -> list[dict[str, Any]]:
    with database.unit_of_work() as uow:
        rows = uow.session.execute(text("SELECT stream, type, key, data FROM outbox ORDER BY id"))
        messages = rows.all()
    assert {(m.stream, m.type) for m in messages} <= {(STREAM, RECORDED_V1)}
    assert all(m.key == m.data["member_id"] for m in messages)
    return [contract.load(m.data) for m in messages]


def count(database: Database, table: str) -> int:
    with database.unit_of_work() as uow:
        return int(uow.session.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


def errors(job: dict[str, Any]) -> set[tuple[int, str, str]]:
    return {(e["row"], e["column"], e["code"]) for e in job["errors"]}


def test_rows_become_closed_events_check_ins_and_their_news(
    city: City, attendance: Import, database: Database, client: FlaskClient, token_for: TokenFor
) -> None:
    listener, lecturer = city.join("P1", "/city/u1/b1/"), city.join("P2", "/city/u1/b1/")
    job = attendance([row("P1"), row("P2", role="讲师"), row("P1", ref="r2", organisation="b2")])
    assert (job["state"], job["summary"]) == (
        "done",
        {"events": 2, "created": 3, "changed": 0, "unchanged": 0},
    )
    messages = outbox(database)
    assert {(m["member_id"], m["role"]) for m in messages} == {
        (listener, "participant"),
        (lecturer, "lecturer"),
    }
    first = next(m for m in messages if m["member_id"] == lecturer)
    assert first["category"] == "lecture"
    assert first["title"] == "第一季度党课"
    assert first["occurred_at"].isoformat() == "2024-03-01T06:00:00+00:00"
    assert (first["minutes"], first["state"], first["revision"]) == (None, "present", 1)
    token = token_for(listener, "/city/u1/b1/")
    event = client.get(
        f"/api/v1/events/{first['event_id']}", headers={"Authorization": f"Bearer {token}"}
    ).json
    assert (event["state"], event["title"]) == ("closed", "第一季度党课")
    assert [s["id"] for s in event["sessions"]] == [str(first["session_id"])]


def test_the_same_file_again_changes_nothing(
    city: City, attendance: Import, database: Database
) -> None:
    for number in ("P1", "P2"):
        city.join(number, "/city/u1/b1/")
    rows = [row("P1"), row("P2")]
    attendance(rows)
    told = outbox(database)
    again = attendance(rows)
    assert again["summary"] == {"events": 0, "created": 0, "changed": 0, "unchanged": 2}
    assert outbox(database) == told
    assert (count(database, "events"), count(database, "check_ins")) == (1, 2)


def test_rows_may_be_added_later_and_corrected(
    city: City, attendance: Import, database: Database
) -> None:
    city.join("P1", "/city/u1/b1/")
    city.join("P2", "/city/u1/b1/")
    attendance([row("P1", minutes="60")])
    later = attendance([row("P1", minutes="90"), row("P2")])
    assert later["summary"] == {"events": 0, "created": 1, "changed": 1, "unchanged": 0}
    by_check_in: dict[UUID, list[tuple[int, int | None]]] = {}
    for message in outbox(database):
        by_check_in.setdefault(message["check_in_id"], []).append(
            (message["revision"], message["minutes"])
        )
    assert sorted(by_check_in.values(), key=len) == [[(1, None)], [(1, 60), (2, 90)]]


def test_a_reference_belongs_to_its_organisation(
    city: City, attendance: Import, database: Database
) -> None:
    city.join("P1", "/city/u1/b1/")
    job = attendance([row("P1"), row("P1", organisation="b2", title="另一支部的党课")])
    assert job["state"] == "done", job
    assert {m["title"] for m in outbox(database)} == {"第一季度党课", "另一支部的党课"}


def test_whoever_wrote_no_minutes_of_a_timed_event_stayed_to_its_end(
    city: City, attendance: Import, database: Database
) -> None:
    city.join("P1", "/city/u1/b1/")
    city.join("P2", "/city/u1/b1/")
    attendance(
        [row("P1", category="volunteering"), row("P2", category="volunteering", minutes="45")]
    )
    assert sorted(m["minutes"] for m in outbox(database)) == [45, 120]


def test_an_annulled_check_in_stays_annulled(
    city: City, attendance: Import, database: Database
) -> None:
    city.join("P1", "/city/u1/b1/")
    attendance([row("P1")])
    with database.unit_of_work() as uow:
        uow.session.execute(
            text(
                "UPDATE check_ins SET state = 'annulled', annulled_by = member_id,"
                " annulled_at = now(), reason = 'x'"
            )
        )
        uow.commit()
    job = attendance([row("P1", minutes="30")])
    assert job["summary"]["unchanged"] == 1
    assert len(outbox(database)) == 1


BAD_ROWS = {
    "organisation_unknown": ({"organisation": "nowhere"}, "organisation_code"),
    "category_unknown": ({"category": "打卡"}, "category"),
    "moment_invalid": ({"starts": "昨天下午"}, "starts_at"),
    "ends_before_start": ({"ends": "2024-03-01 13:00"}, "ends_at"),
    "not_over": ({"starts": "2098-03-01 14:00", "ends": "2098-03-01 16:00"}, "ends_at"),
    "role_unknown": ({"role": "观众"}, "role"),
    "number_invalid": ({"minutes": "很久"}, "minutes"),
    "minutes_impossible": ({"minutes": "121"}, "minutes"),
    "formula": ({"title": '=HYPERLINK("http://x")'}, "title"),
    "value_missing": ({"title": ""}, "title"),
}


@pytest.mark.parametrize("code", BAD_ROWS)
def test_one_bad_row_is_named_and_nothing_is_taken(
    city: City, attendance: Import, database: Database, code: str
) -> None:
    city.join("P1", "/city/u1/b1/")
    city.join("P2", "/city/u1/b1/")
    changes, column = BAD_ROWS[code]
    job = attendance([row("P1"), row("P2", **({"ref": "2024-002"} | changes))])
    assert job["state"] == "refused"
    assert errors(job) == {(3, column, code)}
    assert all("{" not in e["message"] for e in job["errors"])
    assert [count(database, t) for t in ("events", "check_ins", "outbox")] == [0, 0, 0]


@pytest.mark.parametrize("minutes", ["-1", "121"])
def test_minutes_lie_within_the_event(city: City, attendance: Import, minutes: str) -> None:
    city.join("P1", "/city/u1/b1/")
    assert errors(attendance([row("P1", minutes=minutes)])) == {
        (2, "minutes", "minutes_impossible")
    }


def test_members_who_are_unknown_gone_or_doubled_are_named(city: City, attendance: Import) -> None:
    city.join("P1", "/city/u1/b1/")
    city.join("P2", "/city/u1/b1/", status="left")
    job = attendance([row("P1"), row("P2"), row("P9"), row("P1")])
    assert errors(job) == {
        (3, "member_no", "member_left"),
        (4, "member_no", "member_unknown"),
        (5, "member_no", "row_doubled"),
    }


def test_rows_of_one_event_must_say_the_same(city: City, attendance: Import) -> None:
    for number in ("P1", "P2", "P3"):
        city.join(number, "/city/u1/b1/")
    job = attendance([row("P1"), row("P2", title="别的"), row("P3", ends="2024-03-01 17:00")])
    assert errors(job) == {(3, "event_ref", "rows_disagree"), (4, "event_ref", "rows_disagree")}


def test_a_reference_is_not_reused_for_another_event(
    city: City, attendance: Import, database: Database
) -> None:
    city.join("P1", "/city/u1/b1/")
    attendance([row("P1")])
    job = attendance(
        [row("P1", title="第二季度党课", starts="2024-06-01 14:00", ends="2024-06-01 16:00")]
    )
    assert errors(job) == {(2, "event_ref", "event_differs")}
    assert count(database, "check_ins") == 1


def test_nobody_imports_for_organisations_out_of_reach(city: City, attendance: Import) -> None:
    city.join("P1", "/city/u1/b1/")
    rows = [row("P1"), row("P1", ref="r2", organisation="b3")]
    job = attendance(rows, by=("unit_admin", "/city/u1/"))
    assert errors(job) == {(3, "organisation_code", "organisation_out_of_reach")}


def test_a_missing_heading_is_named(city: City, attendance: Import) -> None:
    job = attendance([row("P1")[:-1]], headings=(*HEADINGS[:3], "什么", *HEADINGS[4:-1]))
    assert {e["code"] for e in job["errors"]} == {"heading_unknown", "heading_missing"}


@pytest.mark.parametrize("role", ["branch_secretary", "group_leader", "organiser", "auditor"])
def test_only_administrators_import(client: FlaskClient, token_for: TokenFor, role: str) -> None:
    token = token_for(roles=[(role, "/city/")])
    answer = client.post(
        "/api/v1/event-imports",
        data={"kind": "attendance", "file": (csv_of([row("P1")]), "attendance.csv")},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert (answer.status_code, answer.json["code"]) == (403, "role_needed")
