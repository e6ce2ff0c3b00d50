"""A member's year while it is being posted: locked, and read where the last posting left it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from psycopg import Cursor

from services.points.ledger import statements
from services.points.ledger.past import Past, Present, read_of
from services.points.scoring import Fact, State, Timeline

MemberYear = tuple[UUID, int]


@dataclass(slots=True)
class OpenYear:
    """One member's year while it is being posted.

    Attributes:
        state, last, version: as the last posting left them; `last` is its last fact's place.
        present: what the roster says of the member now.
        rescore: whether the state cannot be gone on from.
        fresh: the batch's facts.
        totals: points of the periods whose entries changed.
    """

    state: State
    last: tuple[datetime, str] | None
    version: int
    present: Present
    rescore: bool
    fresh: list[Fact] = field(default_factory=list)
    totals: dict[str, int] = field(default_factory=dict)


def lock(cursor: Cursor[Any], keys: Iterable[MemberYear]) -> dict[MemberYear, OpenYear]:
    """Take the locks of members' years, always in the same order, and read where they stand."""
    ordered = sorted(keys, key=lambda key: (key[0].int, key[1]))
    parameters = [[member for member, _ in ordered], [year for _, year in ordered]]
    cursor.execute(statements.OPEN_YEARS, parameters)
    cursor.execute(statements.LOCK_YEARS, parameters)
    organisations: dict[str, UUID] = {}
    years = {}
    for place, used, last_at, last_id, version, stale, branch, *known in cursor.fetchall():
        if branch is not None and branch not in organisations:
            organisations[branch] = UUID(branch)
        years[ordered[place - 1]] = OpenYear(
            State(orjson.loads(used)),
            (last_at, last_id) if last_at is not None else None,
            version,
            Present(organisations.get(branch), *known),
            rescore=stale,
        )
    return years


def read_past_of(
    cursor: Cursor[Any], years: dict[MemberYear, OpenYear], timeline: Timeline
) -> Past:
    """Read what the roster said when the years' fresh facts happened."""
    earlier = {
        fact.member_id
        for year in years.values()
        for fact in year.fresh
        if year.present.since is not None and fact.occurred_at < year.present.since
    }
    present = {member: year.present for (member, _), year in years.items()}
    return read_of(cursor, present, earlier, timeline)
