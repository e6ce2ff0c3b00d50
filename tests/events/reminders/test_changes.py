"""Changes of time and place, and cancellations, are told to those whom they concern."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text

from tests.events.reminders.conftest import Board, Json, at

CHANGED, CANCELLED = "event.changed", "event.cancelled"


def cancel(board: Board, event: Json, reason: str = "暴雨") -> None:
    answer = board.secretary.post(f"/events/{event['id']}/cancel", {"reason": reason})
    assert answer.status_code == 200, answer.text


def sessions(*times: tuple[str, str]) -> list[Json]:
    return [{"starts_at": at(b).isoformat(), "ends_at": at(e).isoformat()} for b, e in times]


def test_another_time_and_place_are_told_in_one_sentence(board: Board) -> None:
    member, elsewhere = board.join(), board.join("/city/u1/b2/")
    event = board.event("26T14:00")
    board.edit(event, place="五楼会议室")
    board.edit(event, ends_at="27T17:00")
    board.edit(event, starts_at="27T15:00")
    board.settle()
    (told,) = board.told(member)
    assert told["kind"] == CHANGED
    assert told["zh"] == (
        "活动“支部党员大会”有变动：时间由11月26日14:00改为11月27日15:00；"
        "地点由“三楼会议室”改为“五楼会议室”。"
    )
    assert told["en"] == (
        "“支部党员大会” has changed: moved from 26 Nov 14:00 to 27 Nov 15:00;"
        " the place is 五楼会议室 instead of 三楼会议室."
    )
    assert datetime.fromisoformat(told["data"]["time"]) == at("27T15:00")
    assert (told["template"], told["urgent"]) == ("event_news", False)
    assert board.told(elsewhere) == []
    board.settle()
    assert len(board.told(member)) == 1


@pytest.mark.parametrize(
    ("changes", "zh", "en"),
    [
        ({"ends_at": "26T15:30"}, "改为15:30结束", "it now ends at 15:30"),
        ({"place": ""}, "地点待定", "the place is not settled yet"),
    ],
)
def test_each_change_has_its_words(board: Board, changes: Json, zh: str, en: str) -> None:
    member = board.join()
    event = board.event("26T14:00", "26T16:00")
    board.edit(event, **changes)
    board.settle()
    (told,) = board.told(member)
    assert told["zh"] == f"活动“支部党员大会”有变动：{zh}。"
    assert told["en"] == f"“支部党员大会” has changed: {en}."


def test_a_place_that_was_missing_is_told(board: Board) -> None:
    member = board.join()
    event = board.event("26T14:00", place="")
    board.edit(event, place="五楼")
    board.settle()
    assert board.sentences(member) == ["“支部党员大会” has changed: the place is 五楼."]


def test_one_of_several_sessions_moves_and_another_is_added(board: Board) -> None:
    member = board.join()
    given = sessions(("26T09:00", "26T10:00"), ("26T14:00", "26T15:00"))
    event = board.event("26T09:00", "26T20:00", sessions=given)
    second = event["sessions"][1]["id"]
    board.edit(event, second, starts_at="26T16:00", ends_at="26T17:00")
    added = board.secretary.post(
        f"/events/{event['id']}/sessions", sessions(("26T18:00", "26T19:00"))[0]
    )
    assert added.status_code == 201
    board.settle()
    (sentence,) = board.sentences(member)
    assert sentence == (
        "“支部党员大会” has changed: moved from 26 Nov 14:00 to 26 Nov 16:00;"
        " 1 more session at another time."
    )


def test_an_added_session_is_told(board: Board) -> None:
    member = board.join()
    event = board.event("26T09:00", "26T20:00", sessions=sessions(("26T09:00", "26T10:00")))
    board.secretary.post(f"/events/{event['id']}/sessions", sessions(("26T18:00", "26T19:00"))[0])
    board.settle()
    assert board.sentences(member) == [
        "“支部党员大会” has changed: a session is added, 26 Nov 18:00."
    ]


def test_what_is_put_back_before_anybody_was_told_is_not_told(board: Board) -> None:
    member = board.join()
    event = board.event("26T14:00", "26T16:00")
    board.edit(event, place="五楼", ends_at="26T17:00")
    board.edit(event, place="三楼会议室", ends_at="26T16:00")
    board.settle()
    assert board.told(member) == []


def test_what_has_just_changed_may_change_again(board: Board) -> None:
    member = board.join()
    event = board.event("26T14:00")
    board.edit(event, place="五楼")
    board.look_at_changes()
    assert board.told(member) == []
    board.settle()
    board.edit(event, place="六楼")
    board.look_at_changes()
    assert board.sentences(member)[0].endswith("the place is 五楼 instead of 三楼会议室.")
    board.settle()
    assert board.sentences(member)[1].endswith("the place is 六楼 instead of 五楼.")


@pytest.mark.parametrize(
    "changes", [{"title": "改名"}, {"tags": ["lecture"]}, {"level": "unit"}], ids=str
)
def test_what_matters_to_nobodys_way_there_is_not_told(board: Board, changes: Json) -> None:
    member = board.join()
    event = board.event("26T14:00")
    board.edit(event, **changes)
    board.settle()
    assert board.told(member) == []


def test_a_draft_is_nobodys_news(board: Board) -> None:
    member = board.join()
    event = board.event("26T14:00", published=False)
    board.edit(event, place="五楼")
    board.secretary.post(f"/events/{event['id']}/publish")
    board.settle()
    assert board.told(member) == []
    cancelled = board.event("26T14:00", published=False)
    cancel(board, cancelled)
    board.settle()
    assert board.told(member) == []


def test_a_cancellation_is_told_with_its_reason_and_nothing_else(board: Board) -> None:
    member = board.join()
    event = board.event("26T14:00")
    board.edit(event, place="五楼")
    cancel(board, event)
    board.settle()
    (told,) = board.told(member)
    assert told["kind"] == CANCELLED
    assert told["zh"] == "原定11月26日14:00的活动“支部党员大会”已取消：暴雨。请勿前往。"
    assert told["en"] == "“支部党员大会” of 26 Nov 14:00 is cancelled: 暴雨. Please do not come."
    assert told["data"]["note"] == "已取消：暴雨"
    board.look("26T13:00")
    assert board.kinds(member) == [CANCELLED]


@pytest.mark.parametrize(
    ("looked_at", "urgent"),
    [("26T01:59", False), ("26T02:00", True), ("26T13:59", True), ("26T14:30", False)],
)
def test_news_of_what_begins_soon_cannot_wait_for_the_morning(
    board: Board, looked_at: str, *, urgent: bool
) -> None:
    member = board.join()
    event = board.event("26T14:00", "26T16:00")
    board.look("25T12:00")
    cancel(board, event)
    board.clock.advance((at(looked_at) - board.clock.now()).total_seconds())
    board.settle()
    assert [told["urgent"] for told in board.told(member)] == [urgent]


@pytest.mark.parametrize("how", ["moved", "cancelled"])
def test_what_is_over_is_no_news(board: Board, how: str) -> None:
    member = board.join()
    event = board.event("23T14:00", "23T16:00")
    if how == "cancelled":
        cancel(board, event)
    else:
        board.edit(event, place="五楼")
    board.clock.advance((at("23T16:00") - board.clock.now()).total_seconds())
    board.settle()
    assert board.told(member) == []


def test_a_closed_event_is_no_news(board: Board) -> None:
    member = board.join()
    event = board.event("26T14:00")
    board.edit(event, place="五楼")
    board.secretary.post(f"/events/{event['id']}/close")
    board.settle()
    assert board.told(member) == []


def test_a_session_that_is_over_does_not_move_any_more(board: Board) -> None:
    member = board.join()
    given = sessions(("24T09:00", "24T10:00"), ("26T14:00", "26T15:00"))
    event = board.event("24T09:00", "26T20:00", sessions=given)
    board.clock.advance((at("25T09:00") - board.clock.now()).total_seconds())
    first = event["sessions"][0]["id"]
    board.edit(event, first, ends_at="24T11:00")
    board.settle()
    assert board.told(member) == []


def test_an_event_that_comes_as_a_whole_has_not_changed(board: Board) -> None:
    """However it is put there: its first sessions are no additions."""
    member = board.join()
    event = board.event("26T14:00")
    with board.database.unit_of_work() as uow:
        copied: dict[str, Any] = {"old": event["id"]}
        for statement in (
            (
                "INSERT INTO events (id, title, category, organisation_id, organisation_path, audience,"
                " starts_at, ends_at, state, published_at, created_by, created_at)"
                " SELECT gen_random_uuid(), '复制', category, organisation_id, organisation_path,"
                " audience, starts_at, ends_at, 'published', now(), created_by, now()"
                " FROM events WHERE id = :old"
            ),
            (
                "INSERT INTO event_sessions (id, event_id, starts_at, ends_at, opens_at, closes_at)"
                " SELECT gen_random_uuid(), id, starts_at, ends_at, starts_at, ends_at"
                " FROM events WHERE title = '复制'"
            ),
        ):
            uow.session.execute(text(statement), copied)
        uow.commit()
    board.settle()
    assert board.told(member) == []


def test_an_organisation_that_moves_with_its_events_is_no_news(board: Board) -> None:
    member = board.join()
    board.event("26T14:00")
    with board.database.unit_of_work() as uow:
        uow.session.execute(
            text("UPDATE event_sessions SET version = version + 1, starts_at = starts_at")
        )
        uow.commit()
    board.settle()
    assert board.told(member) == []


def test_a_look_that_is_interrupted_loses_nothing(board: Board) -> None:
    from services.events.reminders.changes import tell_changes

    member = board.join()
    event = board.event("26T14:00")
    board.edit(event, place="五楼")
    with board.database.unit_of_work() as uow:
        uow.session.execute(
            text("UPDATE event_changes SET changed_at = changed_at - interval '1 minute'")
        )
        uow.commit()
    with board.database.unit_of_work() as uow:
        assert tell_changes(uow)
        uow.rollback()
    assert board.told(member) == []
    board.look_at_changes()
    assert board.kinds(member) == [CHANGED]
