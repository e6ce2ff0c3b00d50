"""When an event's seats can be asked for, given up, offered. Pure.

The waiting list moves until the event starts: a seat that frees later goes to nobody who has gone
home. Whoever runs the event may still enter somebody, whatever the times say.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from services.events.refusal import Refusal
from services.events.registrations.refusals import REFUSALS
from shared.errors import Unprocessable
from shared.text import Text

_CLOSED: Final = MappingProxyType({"cancelled": "event_cancelled"})
_RUNNING: Final = ("published", "open")


@dataclass(frozen=True, slots=True)
class Terms:
    """What an event says about its seats, and what it is itself at this moment."""

    state: str
    starts_at: datetime
    capacity: int | None
    opens_at: datetime | None
    closes_at: datetime | None
    cancel_until: datetime | None
    reply_hours: int | None

    @property
    def closing(self) -> datetime:
        """Return when registration ends: with the event's start at the latest."""
        return min(self.closes_at or self.starts_at, self.starts_at)

    @property
    def last_cancellation(self) -> datetime:
        return min(self.cancel_until or self.starts_at, self.starts_at)


def running(terms: Terms) -> Refusal | None:
    """Return why nothing can be done about an event's seats any more, or not yet."""
    if terms.state in _RUNNING:
        return None
    return REFUSALS[_CLOSED.get(terms.state, "event_not_open")]


def may_ask(terms: Terms, now: datetime) -> Refusal | None:
    """Return why a member cannot register now, or None."""
    if refusal := running(terms):
        return refusal
    if now >= terms.closing:
        return REFUSALS["registration_too_late"]
    if terms.opens_at is not None and now < terms.opens_at:
        return REFUSALS["registration_too_early"]
    return None


def may_give_up(terms: Terms, state: str, now: datetime) -> Refusal | None:
    """Return why a member cannot give up what a registration in some state is, or None.

    A place on the list and an offer are given up at any time; a seat until the event says.
    """
    if refusal := running(terms):
        return refusal
    if state == "registered" and now > terms.last_cancellation:
        return REFUSALS["cancel_too_late"]
    return None


def may_accept(terms: Terms, state: str) -> Refusal | None:
    """Return why a member cannot take the seat that is offered, or None."""
    if refusal := running(terms):
        return refusal
    if state == "lapsed":
        return REFUSALS["offer_lapsed"]
    return None if state == "offered" else REFUSALS["offer_none"]


def list_moves(terms: Terms, now: datetime) -> bool:
    """Tell whether a seat that is free goes to whoever waits."""
    return running(terms) is None and now < terms.starts_at


def reply_by(terms: Terms, now: datetime) -> datetime | None:
    """Return until when an offer made now is to be answered; None where seats are given unasked."""
    if terms.reply_hours is None:
        return None
    return min(now + timedelta(hours=terms.reply_hours), terms.starts_at)


def check_times(terms: Terms) -> None:
    """Refuse times of registration that make no sense.

    Raises:
        Unprocessable: `registration_times_wrong`.
    """
    latest = [t for t in (terms.closes_at, terms.cancel_until, terms.opens_at) if t is not None]
    in_order = terms.opens_at is None or terms.opens_at < terms.closing
    if not in_order or any(moment > terms.starts_at for moment in latest):
        raise Unprocessable(
            "registration_times_wrong",
            Text(
                zh="报名须先开始后截止，报名和取消的截止时间不得晚于活动开始。",
                en="Registration opens before it closes; it and cancelling end by the event's start.",
            ),
        )
