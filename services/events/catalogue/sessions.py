"""The sessions of one event, as its rows: made, moved, taken away."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.events.catalogue import policy
from services.events.catalogue.categories import CATEGORIES
from services.events.catalogue.models import EventRow, SessionRow
from services.events.catalogue.policy import Times
from shared.errors import Conflict, NotFound
from shared.ids import new_id
from shared.text import Text

_TIMES = ("starts_at", "ends_at", "opens_at", "closes_at")


def add(event: EventRow, data: dict[str, Any]) -> None:
    """Add a session; without a window of its own it takes the category's.

    Raises:
        Unprocessable: see `policy.check_session`.
    """
    usual = policy.default_window(CATEGORIES[event.category], data["starts_at"], data["ends_at"])
    times = Times(
        usual.starts_at,
        usual.ends_at,
        data.get("opens_at") or usual.opens_at,
        data.get("closes_at") or usual.closes_at,
    )
    session = SessionRow(id=new_id(), title=data.get("title", ""))
    _set(event, session, times)
    event.sessions.append(session)


def change(event: EventRow, session_id: UUID, changes: dict[str, Any]) -> None:
    """Change a session; at another hour its window moves along unless it is changed too.

    Raises:
        NotFound: `session_unknown`.
        Unprocessable: see `policy.check_session`.
    """
    session = _find(event, session_id)
    session.title = changes.get("title", session.title)
    times = _moved(
        session,
        changes.get("starts_at", session.starts_at),
        changes.get("ends_at", session.ends_at),
    )
    opens_at = changes.get("opens_at", times.opens_at)
    closes_at = changes.get("closes_at", times.closes_at)
    _set(event, session, Times(times.starts_at, times.ends_at, opens_at, closes_at))


def remove(event: EventRow, session_id: UUID) -> None:
    """Take a session out of a draft; people may have been told of any other.

    Raises:
        NotFound: `session_unknown`.
        Conflict: `event_not_draft`, `session_last`.
    """
    session = _find(event, session_id)
    if event.state != "draft":
        raise Conflict(
            "event_not_draft",
            Text(
                zh="活动已发布，场次不能删除；可以改期。",
                en="The event is published; move the session instead of removing it.",
            ),
        )
    if len(event.sessions) == 1:
        raise Conflict(
            "session_last",
            Text(
                zh="活动至少要有一个场次；请修改它，或取消活动。",
                en="An event has at least one session; change it, or cancel the event.",
            ),
        )
    event.sessions.remove(session)


def follow(event: EventRow) -> None:
    """Bring the sessions in line with new times of their event: a lone one moves along.

    Raises:
        Unprocessable: see `policy.check_session`.
    """
    lone = len(event.sessions) == 1
    for session in event.sessions:
        times = (
            _moved(session, event.starts_at, event.ends_at)
            if lone
            else _moved(session, session.starts_at, session.ends_at)
        )
        _set(event, session, times)


def shift(event: EventRow, by: timedelta) -> None:
    """Move all sessions along before their event is moved; `follow` then checks them."""
    for session in event.sessions:
        for name in _TIMES:
            setattr(session, name, getattr(session, name) + by)


def _moved(session: SessionRow, starts_at: datetime, ends_at: datetime) -> Times:
    return policy.moved(Times(*(getattr(session, name) for name in _TIMES)), starts_at, ends_at)


def _set(event: EventRow, session: SessionRow, times: Times) -> None:
    policy.check_session(times, event.starts_at, event.ends_at)
    for name in _TIMES:
        setattr(session, name, getattr(times, name))


def _find(event: EventRow, session_id: UUID) -> SessionRow:
    found = next((session for session in event.sessions if session.id == session_id), None)
    if found is None:
        raise session_unknown()
    return found


def session_unknown() -> NotFound:
    return NotFound(
        "session_unknown",
        Text(zh="没有这个场次，请刷新后重选。", en="The event has no such session; choose again."),
    )
