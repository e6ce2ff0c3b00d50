"""Edits: of what was read, inside what makes sense, and never of what is over."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from shared.ids import new_id
from tests.events.catalogue.people import People, refused


def at(moment: str) -> str:
    return f"2026-11-{moment}:00+08:00"


def times(event: dict[str, Any]) -> list[tuple[str, ...]]:
    """Return each session's start, end and window as local day and time."""
    names = ("starts_at", "ends_at", "opens_at", "closes_at")
    offset = datetime.fromisoformat("2026-11-24T00:00:00+08:00").tzinfo
    return [
        tuple(datetime.fromisoformat(s[n]).astimezone(offset).strftime("%dT%H:%M") for n in names)
        for s in event["sessions"]
    ]


BAD = {
    "no title": ({"title": " "}, 422, "fields_invalid"),
    "a title of two lines": ({"title": "a\nb"}, 422, "fields_invalid"),
    "a title with a NUL": ({"title": "a\0b"}, 422, "fields_invalid"),
    "a title as long as a book": ({"title": "长" * 201}, 422, "fields_invalid"),
    "an unknown category": ({"category": "daily_sign_in"}, 422, "fields_invalid"),
    "an unknown tag": ({"tags": ["like"]}, 422, "fields_invalid"),
    "an unknown field": ({"points": 5}, 422, "fields_invalid"),
    "an unknown level": ({"level": "galaxy"}, 422, "fields_invalid"),
    "a naive time": ({"starts_at": "2026-11-24T14:00:00"}, 422, "fields_invalid"),
    "no time at all": ({"starts_at": "soon"}, 422, "fields_invalid"),
    "the first year": ({"starts_at": "0001-01-01T00:00:00+14:00"}, 422, "fields_invalid"),
    "the last year": ({"ends_at": "9999-12-31T23:59:59-14:00"}, 422, "fields_invalid"),
    "an end before the start": ({"ends_at": at("24T13:00")}, 422, "times_out_of_order"),
    "an end at the start": ({"ends_at": at("24T14:00")}, 422, "times_out_of_order"),
    "years": ({"ends_at": "2028-11-24T14:00:00+08:00"}, 422, "too_long"),
    "an unknown organisation": ({"organisation_id": str(new_id())}, 422, "organisation_unknown"),
    "no organisation": ({"organisation_id": "b1"}, 422, "fields_invalid"),
    "a session outside": (
        {"sessions": [{"starts_at": at("24T13:00"), "ends_at": at("24T15:00")}]},
        422, "session_outside_event",
    ),
    "a session backwards": (
        {"sessions": [{"starts_at": at("24T15:00"), "ends_at": at("24T14:30")}]},
        422, "times_out_of_order",
    ),
    "check-in from last week": (
        {"sessions": [{"starts_at": at("24T14:00"), "ends_at": at("24T16:00"),
                       "opens_at": at("17T14:00")}]},
        422, "window_wrong",
    ),
    "check-in from after the start": (
        {"sessions": [{"starts_at": at("24T14:00"), "ends_at": at("24T16:00"),
                       "opens_at": at("24T14:30")}]},
        422, "window_wrong",
    ),
    "check-in until before the start": (
        {"sessions": [{"starts_at": at("24T14:00"), "ends_at": at("24T16:00"),
                       "closes_at": at("24T13:45")}]},
        422, "window_wrong",
    ),
    "a hundred sessions": (
        {"sessions": [{"starts_at": at("24T14:00"), "ends_at": at("24T16:00")}] * 61},
        422, "fields_invalid",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_bad_input_makes_no_event(people: People, what: str) -> None:
    changes, status, code = BAD[what]
    admin = people.person(("city_admin", "/city/"))
    refused(admin.post("/events", people.event(**changes)), status, code)
    assert admin.sees() == []


def test_bad_input_changes_no_event(people: People) -> None:
    secretary = people.secretary()
    event = people.published(secretary)
    editable = {"title", "tags", "level", "starts_at", "ends_at", "points"}
    bad = [case for case in BAD.values() if case[0].keys() <= editable]
    assert len(bad) > 10
    for changes, status, code in bad:
        refused(secretary.patch(event["id"], changes, 2), status, code)
    assert secretary.get(f"/events/{event['id']}").json == event


def test_a_lone_session_moves_with_its_event_and_keeps_its_window(people: People) -> None:
    secretary = people.secretary()
    event = people.made(
        secretary,
        sessions=[
            {"starts_at": at("24T14:00"), "ends_at": at("24T16:00"), "opens_at": at("24T13:00"),
             "closes_at": at("24T14:15")}
        ],
    )  # fmt: skip
    moved = secretary.patch(event["id"], {"starts_at": at("25T09:00"), "ends_at": at("25T11:00")})
    assert times(moved.json) == [("25T09:00", "25T11:00", "25T08:00", "25T09:15")]


def test_sessions_are_added_changed_and_taken_out(people: People) -> None:
    secretary = people.secretary()
    event = people.made(secretary, ends_at=at("25T18:00"), sessions=[
        {"title": "上午", "starts_at": at("24T14:00"), "ends_at": at("24T16:00")}])  # fmt: skip
    sessions = f"/events/{event['id']}/sessions"
    added = secretary.post(
        sessions, {"title": "次日", "starts_at": at("25T09:00"), "ends_at": at("25T11:00")}
    )
    assert added.status_code == 201
    first, second = (s["id"] for s in added.json["sessions"])
    changed = secretary.patch(
        event["id"], {"starts_at": at("25T10:00"), "ends_at": at("25T12:00")}, 2,
        f"/sessions/{second}",
    )  # fmt: skip
    assert times(changed.json) == [
        ("24T14:00", "24T16:00", "24T13:30", "24T16:00"),
        ("25T10:00", "25T12:00", "25T09:30", "25T12:00"),
    ]
    left = secretary.send("DELETE", f"{sessions}/{first}").json
    assert [s["title"] for s in left["sessions"]] == ["次日"]
    refused(secretary.send("DELETE", f"{sessions}/{second}"), 409, "session_last")
    refused(secretary.send("DELETE", f"{sessions}/{first}"), 404, "session_unknown")


def test_an_event_keeps_its_sessions_inside(people: People) -> None:
    secretary = people.secretary()
    event = people.made(secretary, sessions=[
        {"starts_at": at("24T14:00"), "ends_at": at("24T14:45")},
        {"starts_at": at("24T15:00"), "ends_at": at("24T16:00")}])  # fmt: skip
    refused(secretary.patch(event["id"], {"ends_at": at("24T15:30")}), 422, "session_outside_event")
    late = {"starts_at": at("24T15:30"), "ends_at": at("24T16:30")}
    refused(secretary.post(f"/events/{event['id']}/sessions", late), 422, "session_outside_event")


def test_sessions_people_were_told_of_are_not_taken_out(people: People) -> None:
    secretary = people.secretary()
    event = people.published(secretary, sessions=[
        {"starts_at": at("24T14:00"), "ends_at": at("24T14:45")},
        {"starts_at": at("24T15:00"), "ends_at": at("24T16:00")}])  # fmt: skip
    path = f"/events/{event['id']}/sessions/{event['sessions'][0]['id']}"
    refused(secretary.send("DELETE", path), 409, "event_not_draft")


@pytest.mark.parametrize("end", ["close", "cancel"])
def test_what_is_over_is_not_edited(people: People, end: str) -> None:
    secretary = people.secretary()
    event = people.published(secretary)
    over = secretary.post(
        f"/events/{event['id']}/{end}", {"reason": "x"} if end == "cancel" else None
    )
    version, session = over.json["version"], event["sessions"][0]["id"]
    span = {"starts_at": at("24T14:30"), "ends_at": at("24T15:00")}
    role = {"member_id": str(new_id()), "role": "helper"}
    attempts = [
        secretary.patch(event["id"], {"title": "x"}, version),
        secretary.patch(event["id"], {"title": "x"}, version, f"/sessions/{session}"),
        secretary.post(f"/events/{event['id']}/sessions", span),
        secretary.send("PUT", f"/events/{event['id']}/roles", role),
    ]
    for answer in attempts:
        refused(answer, 409, "event_not_editable")
    assert secretary.get(f"/events/{event['id']}").json == over.json


def test_an_edit_names_the_version_it_was_made_of(people: People) -> None:
    secretary = people.secretary()
    event = people.made(secretary)
    refused(
        secretary.send("PATCH", f"/events/{event['id']}", {"title": "x"}), 428, "if_match_needed"
    )
    answer = secretary.patch(event["id"], {"title": "甲"}, 1)
    assert answer.headers["ETag"] == '"2"'
    refused(secretary.patch(event["id"], {"title": "乙"}, 1), 412, "edited_meanwhile")
    session = f"/sessions/{event['sessions'][0]['id']}"
    refused(secretary.patch(event["id"], {"title": "乙"}, 1, session), 412, "edited_meanwhile")
    assert secretary.get(f"/events/{event['id']}").headers["ETag"] == '"2"'


def test_of_two_edits_at_once_one_is_told(people: People) -> None:
    secretary = people.secretary()
    for _ in range(5):
        event = people.made(secretary)
        with ThreadPoolExecutor(4) as pool:
            answers = pool.map(
                lambda title, event_id=event["id"]: secretary.patch(event_id, {"title": title}, 1),
                "甲乙丙丁",
            )
            assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]


def test_pages_follow_the_start_without_gaps(people: People) -> None:
    secretary = people.secretary()
    for n in (3, 1, 2, 1, 3):
        people.published(
            secretary, title=f"第{n}日", starts_at=at(f"2{n}T14:00"), ends_at=at(f"2{n}T16:00")
        )
    member, seen, cursor = people.person(), [], ""
    while cursor is not None:
        page = member.get(f"/events?limit=2{f'&cursor={cursor}' if cursor else ''}").json
        seen += [event["title"] for event in page["items"]]
        cursor = page["next_cursor"]
    assert seen == ["第1日", "第1日", "第2日", "第3日", "第3日"]


def test_filters(people: People) -> None:
    city = people.person(("city_admin", "/city/"))
    people.published(city, title="甲", starts_at=at("24T08:00"))
    people.published(city, "/city/u1/b2/", title="乙", category="sports")
    draft = people.made(city, "/city/u2/b3/", title="丙", starts_at=at("24T15:00"))
    assert city.sees(category="sports") == ["乙"]
    assert city.sees(state="draft") == ["丙"]
    assert city.sees(starts_after="2026-11-24T06:00:00Z") == ["乙", "丙"]
    assert city.sees(starts_before="2026-11-24T06:00:00Z") == ["甲"]
    assert city.sees(organisation_id=draft["organisation_id"]) == ["丙"]
    unit = people.made(city, "/city/u1/", title="丁")
    assert city.sees(organisation_id=unit["organisation_id"]) == ["甲", "乙", "丁"]
    assert city.sees(organisation_id=new_id()) == []


@pytest.mark.parametrize(
    "query",
    ["category=x", "state=x", "starts_after=2026-11-24", "limit=0", "limit=1000", "cursor=x",
     "cursor=WzFd", "organisation_id=b1"],
)  # fmt: skip
def test_bad_filters_are_named(people: People, query: str) -> None:
    answer = people.person().get(f"/events?{query}")
    assert answer.status_code in {400, 422}, answer.text
    assert answer.json["code"] in {"fields_invalid", "cursor_invalid"}


@pytest.mark.parametrize(
    "path", ["", "/publish", "/open", "/close", "/cancel", "/sessions", "/roles"]
)
def test_an_unknown_event_is_not_found(people: People, path: str) -> None:
    method = {"": "GET", "/roles": "PUT"}.get(path, "POST")
    body = {
        "/cancel": {"reason": "x"},
        "/sessions": {"starts_at": at("24T14:00"), "ends_at": at("24T15:00")},
        "/roles": {"member_id": str(new_id()), "role": "helper"},
    }.get(path)
    admin = people.person(("city_admin", "/city/"))
    refused(admin.send(method, f"/events/{new_id()}{path}", body), 404, "event_unknown")


def test_an_address_that_is_no_id_is_not_found(client: FlaskClient, people: People) -> None:
    assert people.person().get("/events/1").status_code == 404
