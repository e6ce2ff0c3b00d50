"""Years as wholes: opened for everybody where rules give base points, and scored again.

Two tasks of the worker. Each takes some members at a time, so that a check-in in between waits
for milliseconds.
"""

from typing import Final
from uuid import UUID

from sqlalchemy import text

from services.points.ledger.posting import post, rescore_stale
from services.points.ledger.recorded import RecordedFact
from services.points.rules.timeline import TIMELINE
from services.points.scoring.opening import is_opened, opening_fact
from shared.clock import local_day
from shared.database import UnitOfWork

_AT_ONCE: Final = 500
_TITLE: Final = "年度基础分"

_UNOPENED: Final = text("""
    SELECT m.id FROM members m
    WHERE m.scored AND m.status <> 'left' AND NOT EXISTS (
        SELECT FROM facts f WHERE f.member_id = m.id AND f.source_key = :key
    )
    LIMIT :at_most
""")


def open_years(uow: UnitOfWork) -> int:
    """Record for some members that the running year has begun; return for how many.

    Somebody who joins or begins to be scored later in the year begins it as all others did.
    """
    year = local_day(uow.clock.now()).year
    timeline = TIMELINE.hold(uow)
    if not is_opened(timeline, year):
        return 0
    key = f"opening:{year}"
    values = {"key": key, "at_most": _AT_ONCE}
    members: list[UUID] = list(uow.session.scalars(_UNOPENED, values))
    opened = [
        RecordedFact(opening_fact(member, year), source_key=key, title=_TITLE) for member in members
    ]
    # It is the rules that give them: no month is too late for it.
    post(uow, opened, timeline, decided=True)
    return len(opened)


def score_again(uow: UnitOfWork) -> int:
    """Score some of the years again that rules for the past made out of date."""
    return rescore_stale(uow, TIMELINE.hold(uow), _AT_ONCE)
