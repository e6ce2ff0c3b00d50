"""Series: made from one event, edited and called off together, each event a life of its own."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text

from services.events.catalogue.copying import SAID
from services.events.catalogue.schemas import EventIn
from shared.clock import FixedClock
from shared.database import Database
from shared.ids import new_id
from tests.events.catalogue.people import People, Person, refused

WEEKLY = {"every": "week", "count": 4}


def made(people: People, by: Person, *, publish: bool = True, **changes: Any) -> dict[str, Any]:
    """Let somebody make a series of four lectures, on Tuesdays from tomorrow on."""
    recurrence = changes.pop("recurrence", WEEKLY)
    body = {"event": people.event(**changes), "recurrence": recurrence, "publish": publish}
    answer = by.post("/event-series", body)
    assert answer.status_code == 201, answer.text
    assert answer.headers["ETag"] == '"1"'
    series: dict[str, Any] = answer.json
    return series


def change(
    by: Person, series: dict[str, Any], nth: int, scope: str, **changes: Any
) -> dict[str, Any]:
    version = by.get(f"/event-series/{series['id']}").json["version"]
    body = {"event_id": series["events"][nth]["id"], "scope": scope, "changes": changes}
    answer = by.send("PATCH", f"/event-series/{series['id']}", body, **{"If-Match": f'"{version}"'})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


def starts(series: dict[str, Any]) -> list[str]:
    return [event["starts_at"][5:16] for event in series["events"]]


def states(series: dict[str, Any]) -> list[str]:
    return [event["state"] for event in series["events"]]


def test_one_event_as_template_makes_all_of_them(people: People) -> None:
    secretary = people.secretary()
    template = {
        "title": "专题学习", "category": "study_session", "tags": ["theme_day"], "place": "三楼",
        "ends_at": "2026-11-24T18:00:00+08:00",
        "sessions": [
            {"title": "上", "starts_at": "2026-11-24T14:00:00+08:00",
             "ends_at": "2026-11-24T15:00:00+08:00", "opens_at": "2026-11-24T13:50:00+08:00"},
            {"title": "下", "starts_at": "2026-11-24T16:00:00+08:00",
             "ends_at": "2026-11-24T18:00:00+08:00"},
        ],
    }  # fmt: skip
    series = made(people, secretary, **template)
    assert series["rule"] == "FREQ=WEEKLY;INTERVAL=1;COUNT=4"
    assert states(series) == ["published"] * 4
    last = secretary.get(f"/events/{series['events'][3]['id']}").json
    assert (last["series_id"], last["tags"], last["place"]) == (
        series["id"], ["theme_day"], "三楼",
    )  # fmt: skip
    times = [
        tuple(session[name][5:16] for name in ("opens_at", "starts_at", "ends_at"))
        for session in last["sessions"]
    ]
    assert times == [
        ("12-15T13:50", "12-15T14:00", "12-15T15:00"),
        ("12-15T15:30", "12-15T16:00", "12-15T18:00"),
    ]
    assert people.person().sees(series_id=series["id"]) == ["专题学习"] * 4


def test_drafts_are_shown_together(people: People) -> None:
    secretary = people.secretary()
    series = made(people, secretary, publish=False)
    assert people.person().sees() == []
    shown = secretary.post(f"/event-series/{series['id']}/publish").json
    assert states(shown) == ["published"] * 4
    assert people.person().sees() == ["党课"] * 4
    again = secretary.post(f"/event-series/{series['id']}/publish").json
    assert (again["changed"], again["left"]) == ([], [])


def test_a_preview_says_the_days_and_makes_nothing(people: People, database: Database) -> None:
    secretary = people.secretary()
    months = {"every": "month", "count": 5, "skip_holidays": True}
    body = {"first_day": "2027-01-01", "recurrence": months}
    seen = secretary.post("/event-series/preview", body).json
    assert [(d["day"][5:], d["holiday"]) for d in seen["days"]] == [
        ("01-01", "New Year's Day"), ("02-01", None), ("03-01", None), ("04-01", None),
        ("05-01", "Labor Day"),
    ]  # fmt: skip
    with database.unit_of_work() as uow:
        assert uow.session.scalar(text("SELECT count(*) FROM event_series")) == 0
    first = {"starts_at": "2027-01-01T14:00:00+08:00", "ends_at": "2027-01-01T16:00:00+08:00"}
    series = made(people, secretary, recurrence=months, **first)
    assert starts(series) == ["02-01T14:00", "03-01T14:00", "04-01T14:00"]


def test_one_is_edited_alone(people: People) -> None:
    secretary = people.secretary()
    series = made(people, secretary)
    one = series["events"][1]
    assert secretary.patch(one["id"], {"title": "外请报告"}, one["version"]).status_code == 200
    titles = [e["title"] for e in secretary.get(f"/event-series/{series['id']}").json["events"]]
    assert titles == ["党课", "外请报告", "党课", "党课"]


def test_this_and_the_following_change_together(people: People) -> None:
    secretary = people.secretary()
    series = made(people, secretary)
    new = {"starts_at": "2026-12-02T09:00:00+08:00", "ends_at": "2026-12-02T11:30:00+08:00"}
    changed = change(secretary, series, 1, "following", place="礼堂", **new)
    assert starts(changed) == ["11-24T14:00", "12-02T09:00", "12-09T09:00", "12-16T09:00"]
    assert [event["place"] for event in changed["events"]] == ["", "礼堂", "礼堂", "礼堂"]
    assert [e["series_day"][5:] for e in changed["events"]] == ["11-24", "12-01", "12-08", "12-15"]
    assert changed["changed"] == [event["id"] for event in series["events"][1:]]
    session = secretary.get(f"/events/{series['events'][2]['id']}").json["sessions"][0]
    assert (session["opens_at"][5:16], session["ends_at"][5:16]) == ("12-09T08:30", "12-09T11:30")


def test_all_change_and_one_that_was_moved_stays_apart(people: People) -> None:
    secretary = people.secretary()
    series = made(people, secretary)
    one = series["events"][2]
    moved = {"starts_at": "2026-12-10T10:00:00+08:00", "ends_at": "2026-12-10T12:00:00+08:00"}
    secretary.patch(one["id"], moved, one["version"])
    new = {"starts_at": "2026-12-01T15:00:00+08:00", "ends_at": "2026-12-01T17:00:00+08:00"}
    changed = change(secretary, series, 1, "all", title="新题", **new)
    assert starts(changed) == ["11-24T15:00", "12-01T15:00", "12-10T11:00", "12-15T15:00"]
    assert {event["title"] for event in changed["events"]} == {"新题"}


def test_sessions_of_every_event_move_along(people: People) -> None:
    secretary = people.secretary()
    hours = [("14:00", "15:00"), ("15:00", "16:00")]
    sessions = [
        {"starts_at": f"2026-11-24T{a}:00+08:00", "ends_at": f"2026-11-24T{b}:00+08:00"}
        for a, b in hours
    ]
    series = made(people, secretary, sessions=sessions)
    new = {"starts_at": "2026-11-25T08:00:00+08:00", "ends_at": "2026-11-25T10:00:00+08:00"}
    change(secretary, series, 0, "all", **new)
    last = secretary.get(f"/events/{series['events'][3]['id']}").json
    assert [s["starts_at"][5:16] for s in last["sessions"]] == ["12-16T08:00", "12-16T09:00"]


def test_what_is_over_or_called_off_stays_as_it_was(people: People, clock: FixedClock) -> None:
    secretary = people.secretary()
    series = made(people, secretary)
    third = series["events"][2]["id"]
    assert secretary.post(f"/events/{third}/cancel", {"reason": "场地维修"}).status_code == 200
    clock.advance(86_400 * 2)
    secretary = people.person(("branch_secretary", "/city/u1/b1/"), member_id=secretary.id)
    changed = change(secretary, series, 1, "all", title="新题")
    assert [event["title"] for event in changed["events"]] == ["党课", "新题", "党课", "新题"]
    assert changed["left"] == [
        {"event_id": series["events"][0]["id"], "code": "event_over"},
        {"event_id": third, "code": "event_not_editable"},
    ]
    body = {"event_id": series["events"][0]["id"], "scope": "all", "changes": {"title": "x"}}
    path = f"/event-series/{series['id']}"
    refused(secretary.send("PATCH", path, body, **{"If-Match": '"2"'}), 409, "event_over")


def test_what_people_attended_keeps_what_it_counts_as(people: People, database: Database) -> None:
    secretary = people.secretary()
    series = made(people, secretary)
    with database.unit_of_work() as uow:
        uow.session.execute(
            text("""
                INSERT INTO check_ins (id, event_id, session_id, member_id, role, method, client_ref,
                    request_hash, checked_in_at)
                SELECT gen_random_uuid(), event_id, id, gen_random_uuid(), 'participant', 'code',
                    gen_random_uuid(), '', now() FROM event_sessions WHERE event_id = :id
            """),
            {"id": series["events"][0]["id"]},
        )
        uow.commit()
    changed = change(secretary, series, 1, "all", tags=["theme_day"])
    left = {"event_id": series["events"][0]["id"], "code": "event_attended"}
    assert (changed["left"], len(changed["changed"])) == ([left], 3)
    over = secretary.post(f"/event-series/{series['id']}/cancel", {"reason": "停办"}).json
    assert (states(over), over["left"]) == (["published", *["cancelled"] * 3], [left])


def test_the_rest_is_called_off_from_one_on(people: People) -> None:
    secretary = people.secretary()
    series = made(people, secretary)
    body = {"event_id": series["events"][2]["id"], "reason": "改为线上"}
    over = secretary.post(f"/event-series/{series['id']}/cancel", body).json
    assert states(over) == ["published", "published", "cancelled", "cancelled"]
    assert secretary.get(f"/events/{series['events'][3]['id']}").json["cancel_reason"] == "改为线上"


def test_a_bad_edit_changes_none_of_them(people: People) -> None:
    secretary = people.secretary()
    series = made(people, secretary)
    path, match = f"/event-series/{series['id']}", {"If-Match": '"1"'}
    first = series["events"][0]["id"]
    for changes, status, code in (
        ({"ends_at": "2026-11-24T13:00:00+08:00"}, 422, "times_out_of_order"),
        ({"audience": "everyone"}, 403, "not_for_everyone"),
        ({"points": 3}, 422, "fields_invalid"),
    ):
        body = {"event_id": first, "scope": "all", "changes": changes}
        refused(secretary.send("PATCH", path, body, **match), status, code)
    body = {"event_id": str(new_id()), "scope": "all", "changes": {}}
    refused(secretary.send("PATCH", path, body, **match), 404, "event_unknown")
    refused(secretary.send("PATCH", path, body), 428, "if_match_needed")
    refused(secretary.send("PATCH", path, body, **{"If-Match": '"9"'}), 412, "edited_meanwhile")
    assert secretary.get(path).json == series


@pytest.mark.parametrize(
    ("changes", "recurrence", "status", "code"),
    [
        ({"title": ""}, WEEKLY, 422, "fields_invalid"),
        ({}, {"every": "week"}, 422, "fields_invalid"),
        ({}, WEEKLY | {"count": 200}, 422, "series_too_long"),
        ({"ends_at": "2026-11-24T13:00:00+08:00"}, WEEKLY, 422, "times_out_of_order"),
        ({"organisation_id": str(new_id())}, WEEKLY, 422, "organisation_unknown"),
        ({"audience": "everyone"}, WEEKLY, 403, "not_for_everyone"),
    ],
)
def test_bad_input_makes_no_series(
    people: People, database: Database, changes: Any, recurrence: Any, status: int, code: str
) -> None:
    body = {"event": people.event(**changes), "recurrence": recurrence, "publish": True}
    refused(people.secretary().post("/event-series", body), status, code)
    with database.unit_of_work() as uow:
        assert uow.session.scalar(text("SELECT count(*) FROM events")) == 0
        assert uow.session.scalar(text("SELECT count(*) FROM event_series")) == 0


def test_a_series_is_run_by_its_maker_and_by_administrators_alone(people: People) -> None:
    maker = people.person(("organiser", "/city/u1/b1/"))
    series = made(people, maker)
    path = f"/event-series/{series['id']}"
    for others in (people.person(), people.secretary("/city/u1/b2/")):
        refused(others.get(path), 404, "series_unknown")
        refused(others.post(f"{path}/cancel", {"reason": "x"}), 404, "series_unknown")
        refused(others.post(f"{path}/publish"), 404, "series_unknown")
    for runs in (maker, people.secretary(), people.person(("unit_admin", "/city/u1/"))):
        assert runs.get(path).status_code == 200
    refused(maker.get(f"/event-series/{new_id()}"), 404, "series_unknown")


def test_of_two_edits_at_once_one_is_told(people: People) -> None:
    secretary = people.secretary()
    series = made(people, secretary)
    body = {"event_id": series["events"][0]["id"], "scope": "all"}

    def edit(title: str) -> int:
        changes = body | {"changes": {"title": title}}
        path = f"/event-series/{series['id']}"
        return secretary.send("PATCH", path, changes, **{"If-Match": '"1"'}).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(edit, "甲乙丙丁")) == [200, 412, 412, 412]
    assert (
        len({e["title"] for e in secretary.get(f"/event-series/{series['id']}").json["events"]})
        == 1
    )


def test_the_same_request_again_makes_no_second_series(people: People, database: Database) -> None:
    secretary = people.secretary()
    body = {"event": people.event(), "recurrence": WEEKLY}
    answers = [
        secretary.send("POST", "/event-series", body, **{"Idempotency-Key": "k"}) for _ in range(2)
    ]
    assert answers[0].json == answers[1].json
    with database.unit_of_work() as uow:
        assert uow.session.scalar(text("SELECT count(*) FROM events")) == 4


def test_a_copy_takes_all_that_is_said_of_an_event(people: People) -> None:
    assert {*SAID, "also_for", "starts_at", "ends_at", "sessions"} == EventIn().fields.keys()
