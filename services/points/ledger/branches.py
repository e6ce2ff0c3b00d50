"""Which branch a member belonged to when something happened: past points stay there."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Cursor

from services.points.ledger import statements
from services.points.scoring import Fact, Timeline

Present = Mapping[UUID, tuple[UUID | None, datetime | None]]


class Branches:
    """Members' branches in time.

    Args:
        present: each member's branch now, and since when; None for whom the roster does not know.
        memberships: (member, since, branch) in order, of those whose past is asked for.
        units: branch → code of its unit, of the units that have rules of their own.
    """

    def __init__(
        self,
        present: Present,
        memberships: Iterable[tuple[UUID, datetime, UUID]],
        units: Mapping[UUID, str],
    ) -> None:
        self._present = present
        self._units = units
        self._past: dict[UUID, list[tuple[datetime, UUID]]] = defaultdict(list)
        for member, since, branch in memberships:
            self._past[member].append((since, branch))

    def at(self, member: UUID, moment: datetime) -> UUID | None:
        """Return the branch at a moment; before the first known membership, that one's."""
        branch, since = self._present[member]
        if since is None or moment >= since or member not in self._past:
            return branch
        past = self._past[member]
        place = bisect_right(past, moment, key=lambda membership: membership[0])
        return past[max(0, place - 1)][1]

    def remembers(self, member: UUID) -> bool:
        """Tell whether the member's past is known here."""
        return member in self._past

    def place(self, facts: Sequence[Fact]) -> Sequence[Fact]:
        """Return facts with the unit they happened in, where units have rules of their own."""
        if not self._units:
            return facts
        return [replace(fact, unit=self._unit(fact)) for fact in facts]

    def _unit(self, fact: Fact) -> str:
        branch = self.at(fact.member_id, fact.occurred_at)
        return self._units.get(branch, "") if branch is not None else ""


def read_branches(cursor: Cursor[Any], members: Sequence[UUID], timeline: Timeline) -> Branches:
    """Read where members belong and belonged."""
    cursor.execute(statements.PRESENT, [list(members)])
    present: dict[UUID, tuple[UUID | None, datetime | None]] = dict.fromkeys(members, (None, None))
    present |= {member: (branch, since) for member, branch, since in cursor.fetchall()}
    cursor.execute(statements.MEMBERSHIPS, [list(members)])
    return Branches(present, cursor.fetchall(), read_units(cursor, timeline))


def read_units(cursor: Cursor[Any], timeline: Timeline) -> dict[UUID, str]:
    """Return branch → code of its unit, of the units that have rules of their own."""
    if not timeline.units:
        return {}
    cursor.execute(statements.UNITS, [list(timeline.units)])
    return dict(cursor.fetchall())
