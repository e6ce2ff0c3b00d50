"""When leave can be asked for, entered, decided. Pure."""

from datetime import datetime
from types import MappingProxyType
from typing import Final

from services.events.expected.refusals import REFUSALS
from services.events.refusal import Refusal

# What is wanted → the states a leave may be in for it; none at all is as good as withdrawn.
BEFORE: Final = MappingProxyType(
    {
        "asked": ("withdrawn",),
        "entered": ("asked", "declined", "withdrawn"),
        "decided": ("asked",),
        "withdrawn": ("asked", "approved"),
    }
)


def may_enter(state: str, *, expected: bool) -> Refusal | None:
    """Return why leave cannot be given for an event in some state, or None."""
    if state == "cancelled":
        return REFUSALS["event_cancelled"]
    if state not in ("published", "open"):
        return REFUSALS["event_not_open"]
    return None if expected else REFUSALS["leave_not_needed"]


def may_ask(state: str, ends_at: datetime, now: datetime, *, expected: bool) -> Refusal | None:
    """Return why a member cannot ask for leave now, or None."""
    if refusal := may_enter(state, expected=expected):
        return refusal
    return REFUSALS["leave_too_late"] if now >= ends_at else None
