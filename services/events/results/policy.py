"""What may be confirmed, when, and by whom. Pure.

A result counts at the start of its event's last session: a prize is given at the end, and the day
does not depend on when somebody found the time to enter it. Nobody confirms what names themselves,
and prizes beyond the unit's own are confirmed by those who may import them as well.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from services.events.results import refusals
from services.events.results.permissions import RESULTS_CONFIRM_HIGH
from shared.auth import Principal

HELD: Final = frozenset({"published", "open", "closed"})
_OF_THE_UNIT: Final = "unit"


def counts_at(starts: Iterable[datetime]) -> datetime:
    """Return when the results of an event count, from the starts of its sessions."""
    return max(starts)


def check_entry(event_state: str) -> None:
    """Refuse results of what nobody has been told of, or that was called off.

    Raises:
        Conflict: `event_without_results`.
    """
    if event_state not in HELD:
        raise refusals.event_without_results()


def check_confirmation(
    principal: Principal, path: str, kind: str, level: str | None, members: Iterable[UUID]
) -> None:
    """Refuse to let somebody confirm, or change once it is confirmed, what is not theirs to.

    Raises:
        Forbidden: `own_case`, `level_not_yours`.
    """
    if principal.member_id in members:
        raise refusals.own_case()
    beyond = kind == "prize" and level != _OF_THE_UNIT
    if beyond and not principal.reaches(RESULTS_CONFIRM_HIGH, path):
        raise refusals.level_not_yours()


def check_whole(kind: str, level: str | None, place: int | None) -> None:
    """Refuse a prize without its level and a placing without its place.

    Raises:
        Unprocessable: `level_missing`, `place_missing`.
    """
    if kind == "prize" and level is None:
        raise refusals.level_missing()
    if kind == "placing" and place is None:
        raise refusals.place_missing()
