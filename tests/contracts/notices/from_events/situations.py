"""Reminders and news of events."""

from collections.abc import Callable
from typing import Any, Final

from shared.contracts.notices import REQUESTED_V1, SWITCHABLE
from tests.contracts.outbox import Wanted
from tests.events.reminders.conftest import Board, Json, at


def told(event: Json, kind: str, *members: Any, **more: Any) -> Wanted:
    """Some members told something about an event, one entry each."""
    reminds = kind in SWITCHABLE
    notice = {
        "kind": kind,
        "subject_type": "event",
        "subject_id": event["id"],
        "template": "event_reminder" if reminds else "event_news",
    }
    return REQUESTED_V1, [notice | more | {"member_id": str(m)} for m in sorted(members)]


def an_event_comes_nearer(board: Board) -> list[Wanted]:
    members = board.join(), board.join()
    event = board.event("24T14:00")
    board.look("23T18:00")
    board.look("24T13:00")
    day, hour = "2026-11-24T00:00:00+08:00", "2026-11-24T14:00:00+08:00"
    return [
        told(event, kind, *members, key=f"{kind}:{event['id']}:{about}", urgent=False)
        for kind, about in (("event.reminder.day", day), ("event.reminder.hour", hour))
    ]


def an_event_is_moved(board: Board) -> list[Wanted]:
    member = board.join()
    event = board.event("26T14:00")
    changed = board.edit(event, place="五楼")
    board.settle()
    key = f"event.changed:{event['id']}:{changed['version']}"
    return [told(event, "event.changed", member, key=key, urgent=False)]


def an_event_of_today_is_cancelled(board: Board) -> list[Wanted]:
    member = board.join()
    event = board.event("23T14:00", "23T16:00")
    board.secretary.post(f"/events/{event['id']}/cancel", {"reason": "暴雨"})
    board.settle()
    ends_at = at("23T16:00").astimezone(board.clock.now().tzinfo).isoformat()
    return [told(event, "event.cancelled", member, urgent=True, expires_at=ends_at)]


def an_event_that_concerns_nobody_tells_nobody(board: Board) -> list[Wanted]:
    board.event("24T14:00", category="culture")
    board.look("24T13:00")
    return []


Situation = Callable[[Board], list[Wanted]]
SITUATIONS: Final[tuple[Situation, ...]] = (
    an_event_comes_nearer,
    an_event_is_moved,
    an_event_of_today_is_cancelled,
    an_event_that_concerns_nobody_tells_nobody,
)
