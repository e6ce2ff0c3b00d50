"""Whether a member may check in to a session at a moment. Pure.

Published is enough: within its window a session takes check-ins without anyone pressing a button.
Opening an event by hand lets people in before the window; closing it ends check-in at once.
"""

from dataclasses import replace
from datetime import datetime

from services.events.catalogue.access import may_attend
from services.events.catalogue.snapshot import SessionSnapshot
from services.events.check_ins.refusals import REFUSALS, Refusal
from shared.auth import Principal


def decide(session: SessionSnapshot, principal: Principal, now: datetime) -> Refusal | None:
    """Return why the member may not check in now, or None."""
    refusal = _decide_when(session, now)
    if refusal is not None:
        return refusal
    takes_part = principal.member_id in session.roles
    if not takes_part and not may_attend(principal, session.audience):
        return REFUSALS["not_eligible"]
    return None


def _decide_when(session: SessionSnapshot, now: datetime) -> Refusal | None:
    if session.state == "cancelled":
        return REFUSALS["event_cancelled"]
    if session.state not in ("published", "open"):
        return REFUSALS["event_not_open"]
    if now > session.closes_at:
        return REFUSALS["too_late"]
    if now < session.opens_at and session.state != "open":
        return REFUSALS["too_early"]
    return None


def decide_then(
    session: SessionSnapshot, principal: Principal, shown_at: datetime, until: datetime
) -> Refusal | None:
    """Return why the member could not have checked in while a code was shown, or None.

    A code lasts some seconds: an event that was published or closed meanwhile took it at one end.
    """
    first, last = (
        decide(replace(session, state=state_at(session, moment)), principal, moment)
        for moment in (shown_at, until)
    )
    return first and last


def state_at(session: SessionSnapshot, moment: datetime) -> str:
    """Return the state the event was in at a moment, as far as it is known.

    A cancelled one was never held. Of events from before those moments were kept, only what they
    became is known: they count as open to check-in within their windows.
    """
    if session.state in ("cancelled", "draft"):
        return session.state
    if session.published_at is None or moment < session.published_at:
        return "draft"
    if session.closed_at is not None and moment >= session.closed_at:
        return "closed"
    if session.opened_at is not None and moment >= session.opened_at:
        return "open"
    return "published"


def decide_at_desk(session: SessionSnapshot, now: datetime) -> Refusal | None:
    """Return why an organiser may not tick somebody now, or None.

    The desk admits guests of other organisations, and takes in a paper list after the event.
    """
    if session.state == "cancelled":
        return REFUSALS["event_cancelled"]
    if session.state == "draft":
        return REFUSALS["event_not_open"]
    if now < session.opens_at and session.state != "open":
        return REFUSALS["too_early"]
    return None


def decide_static(
    session: SessionSnapshot, version: int, principal: Principal, now: datetime
) -> Refusal | None:
    """Return why the printed code of an unattended place does not admit the member, or None.

    Paper can be photographed and sent around, so it is good only while the session itself runs,
    for those the event is meant for, and for taking part; whoever comes early or late, is invited,
    lectures or helps is checked in by the screen or the desk.
    """
    if session.static_version != version:
        return REFUSALS["static_code_off"]
    refusal = _decide_when(session, now)
    if refusal is not None:
        return refusal
    if not session.starts_at <= now <= session.ends_at:
        return REFUSALS["too_early" if now < session.starts_at else "too_late"]
    if principal.member_id in session.roles:
        return REFUSALS["static_code_for_participants"]
    if not may_attend(principal, session.audience):
        return REFUSALS["not_eligible"]
    return None
