"""Reminders come when they are due, to those whom the event concerns, and once."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tests.events.reminders.conftest import BRANCH, Board, at

DAY, HOUR = "event.reminder.day", "event.reminder.hour"


def test_everyone_expected_is_reminded_on_the_day_before_and_an_hour_before(board: Board) -> None:
    member = board.join()
    event = board.event("24T14:00")
    for moment in ("23T17:59", "23T18:00", "23T18:01", "24T12:59", "24T13:00", "24T13:59"):
        board.look(moment)
    day, hour = board.told(member)
    assert (day["kind"], day["subject_type"], day["subject_id"]) == (DAY, "event", event["id"])
    assert day["zh"] == "明天 14:00 有活动“支部党员大会”，地点：三楼会议室。"
    assert day["en"] == "Tomorrow at 14:00: “支部党员大会”, at 三楼会议室."
    assert hour["kind"] == HOUR
    assert hour["zh"] == "“支部党员大会”将于 14:00 开始，地点：三楼会议室。"
    assert hour["en"] == "“支部党员大会” begins at 14:00, at 三楼会议室."
    for told in (day, hour):
        assert (told["template"], told["urgent"]) == ("event_reminder", False)
        assert datetime.fromisoformat(told["data"]["time"]) == at("24T14:00")
        assert told["expires_at"] == told["data"]["time"]
        assert (told["data"]["title"], told["data"]["place"]) == ("支部党员大会", "三楼会议室")


@pytest.mark.parametrize(
    ("starts_at", "looks", "kinds"),
    [
        # The day before, from 18:00 until midnight; then the hour before alone.
        ("24T09:00", ["23T17:59:59"], []),
        ("24T09:00", ["23T18:00"], [DAY]),
        ("24T09:00", ["23T23:59:59"], [DAY]),
        ("24T09:00", ["24T00:00"], []),
        ("24T09:00", ["24T07:59:59"], []),
        ("24T09:00", ["24T08:00"], [HOUR]),
        ("24T09:00", ["24T08:59:59"], [HOUR]),
        ("24T09:00", ["24T09:00"], []),
        # Days begin at midnight in Shanghai.
        ("24T00:00", ["23T18:00"], [DAY]),
        ("24T23:59", ["23T18:00"], [DAY]),
        ("25T00:00", ["23T18:00"], []),
        ("24T00:15", ["23T23:30"], [HOUR, DAY]),
        ("12-01T00:00", ["30T18:00"], [DAY]),
    ],
)
def test_the_moments(board: Board, starts_at: str, looks: list[str], kinds: list[str]) -> None:
    member = board.join()
    board.event(starts_at)
    for moment in looks:
        board.look(moment)
    assert board.kinds(member) == kinds


def test_what_is_published_late_is_reminded_of_late(board: Board) -> None:
    member = board.join()
    board.look("23T20:00")
    board.event("24T09:00")
    board.look("23T20:01")
    assert board.kinds(member) == [DAY]


def test_an_event_of_several_days_is_reminded_of_for_each(board: Board) -> None:
    member = board.join()
    times = (("24T09:00", "24T10:00"), ("24T14:00", "24T15:00"), ("25T09:00", "25T10:00"))
    sessions = [
        {"starts_at": at(begin).isoformat(), "ends_at": at(end).isoformat()} for begin, end in times
    ]
    board.event("24T09:00", "25T10:00", sessions=sessions)
    for moment in ("23T18:00", "24T08:30", "24T13:30", "24T18:00", "25T08:30"):
        board.look(moment)
    assert board.kinds(member) == [DAY, HOUR, HOUR, DAY, HOUR]
    assert "09:00" in board.sentences(member)[0]


@pytest.mark.parametrize("state", ["draft", "cancelled", "closed"])
def test_only_what_takes_place_is_reminded_of(board: Board, state: str) -> None:
    member = board.join()
    event = board.event("24T09:00", published=state != "draft")
    if state != "draft":
        name, body = {"cancelled": ("cancel", {"reason": "雨"}), "closed": ("close", None)}[state]
        board.secretary.post(f"/events/{event['id']}/{name}", body)
    board.look("23T18:00")
    board.look("24T08:00")
    assert board.told(member) == []


def test_only_those_whom_it_concerns_are_reminded(board: Board) -> None:
    here, elsewhere = board.join(), board.join("/city/u1/b2/")
    left = board.join(status="left")
    grouped = board.join(group_path=f"{BRANCH}g1/")
    youth = board.join("/city/u1/b2/", cross_paths=["/city/u1/youth/"])
    lecturer, former = board.join("/city/u1/b2/"), board.join(status="left")
    event = board.event("24T09:00")
    for member in (lecturer, former):
        with board.database.unit_of_work() as uow:
            uow.session.execute(
                text("INSERT INTO event_roles VALUES (:event, :member, 'helper')"),
                {"event": event["id"], "member": member},
            )
            uow.commit()
    board.look("23T18:00")
    assert [len(board.told(m)) for m in (here, grouped, lecturer)] == [1, 1, 1]
    assert [len(board.told(m)) for m in (elsewhere, left, youth, former)] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("path", "told"), [(f"{BRANCH}g1/", [1, 0, 0]), ("/city/u1/youth/", [0, 1, 0])]
)
def test_a_groups_event_concerns_the_group(board: Board, path: str, told: list[int]) -> None:
    members = [
        board.join(group_path=f"{BRANCH}g1/"),
        board.join("/city/u1/b2/", cross_paths=["/city/u1/youth/"]),
        board.join(),
    ]
    event = board.event("24T09:00")
    with board.database.unit_of_work() as uow:
        uow.session.execute(text("UPDATE events SET organisation_path = :path"), {"path": path})
        uow.commit()
    board.look("23T18:00")
    assert [len(board.told(m)) for m in members] == told, event["id"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"category": "culture"}, 0),
        ({"category": "culture", "tags": ["theme_day"]}, 1),
    ],
)
def test_who_is_not_expected_is_not_reminded(
    board: Board, changes: dict[str, Any], told: int
) -> None:
    member = board.join()
    board.event("24T09:00", **changes)
    board.look("23T18:00")
    assert len(board.told(member)) == told


def test_nothing_is_broadcast(board: Board) -> None:
    """An event for everyone reminds those with a part in it, and not the city."""
    member, helper = board.join(), board.join()
    event = board.event("24T09:00")
    with board.database.unit_of_work() as uow:
        uow.session.execute(text("UPDATE events SET audience = 'everyone'"))
        uow.session.execute(
            text("INSERT INTO event_roles VALUES (:event, :member, 'helper')"),
            {"event": event["id"], "member": helper},
        )
        uow.commit()
    board.look("23T18:00")
    assert (len(board.told(member)), len(board.told(helper))) == (0, 1)


def test_a_session_that_moves_is_reminded_of_at_its_new_hour(board: Board) -> None:
    member = board.join()
    event = board.event("24T09:00")
    board.look("24T08:00")
    board.edit(event, ends_at="24T16:00")
    board.edit(event, starts_at="24T14:00")
    board.look("24T08:30")
    assert board.kinds(member) == [HOUR]
    board.look("24T13:00")
    assert board.kinds(member) == [HOUR, HOUR]


def test_a_large_unit_is_told_in_messages_of_a_size(board: Board) -> None:
    with board.database.unit_of_work() as uow:
        uow.session.execute(
            text(
                "INSERT INTO roster_members (id, member_no, name, organisation_id, path,"
                " cross_paths, status, scored, version)"
                " SELECT gen_random_uuid(), n::text, '党员', gen_random_uuid(), :path, '{}', 'full',"
                " true, 1 FROM generate_series(1, 1203) n"
            ),
            {"path": BRANCH},
        )
        uow.commit()
    board.event("24T09:00")
    board.look("23T18:00")
    with board.database.unit_of_work() as uow:
        told = uow.session.scalars(
            text("SELECT jsonb_array_length(data->'member_ids') FROM outbox ORDER BY 1")
        ).all()
    assert told == [203, 500, 500]


def test_two_workers_at_once_tell_once(board: Board) -> None:
    member = board.join()
    for _ in range(30):
        board.event("24T09:00")
    board.look("23T17:00")
    board.clock.advance(3600)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: board.look(), range(4)))
    assert board.kinds(member) == [DAY] * 30


LOOKS = st.lists(st.integers(0, 2 * 24 * 60), min_size=1, max_size=12).map(sorted)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(looks=LOOKS)
def test_whenever_the_worker_looks_each_is_told_once_and_in_its_time(
    board: Board, looks: Sequence[int]
) -> None:
    """The worker may be away for any time; minutes count from the 23rd, 09:00."""
    start = at("23T09:00")
    with board.database.unit_of_work() as uow:
        for table in ("told_reminders", "outbox", "event_sessions", "events", "roster_members"):
            uow.session.execute(text(f"DELETE FROM {table}"))
        uow.commit()
    board.clock.advance((start - board.clock.now()).total_seconds())
    member = board.join()
    board.event("24T14:30")
    for minute in looks:
        board.clock.advance((start - board.clock.now()).total_seconds() + minute * 60)
        board.look()
    day = any(9 * 60 <= minute < 15 * 60 for minute in looks)
    hour = any(28 * 60 + 30 <= minute < 29 * 60 + 30 for minute in looks)
    assert board.kinds(member) == [DAY] * day + [HOUR] * hour


def test_a_look_that_is_interrupted_tells_nothing_and_the_next_one_does(board: Board) -> None:
    member = board.join()
    board.event("24T09:00")
    board.look("23T17:00")
    board.clock.advance(3600)
    with board.database.unit_of_work() as uow:
        assert board.reminders.remind(uow)
        uow.rollback()
    assert board.told(member) == []
    board.look()
    assert board.kinds(member) == [DAY]
