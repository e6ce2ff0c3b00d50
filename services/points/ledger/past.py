"""What the roster said when something happened: a member's branch, its unit, whether scored.

Past points stay where they were, and stay: who moves takes none along, a branch that is put under
another unit was under that one's rules only from then on, and who ceases to be scored keeps what
was earned before.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Cursor

from services.points.ledger import statements
from services.points.scoring import Fact, Timeline
from services.points.scoring.opening import KIND as OPENING
from shared.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class Present:
    """What the roster says of a member now; the defaults are for whom it does not know.

    Attributes:
        since: from when on the member has belonged to this branch.
        changed: whether the answer to "is this member scored?" has ever been another.
    """

    organisation_id: UUID | None = None
    since: datetime | None = None
    scored: bool = True
    changed: bool = False


class Past:
    """Some members' past.

    Args:
        present: what counts now.
        memberships: (member, since, branch) in order, of those whose past branches are asked for.
        changes: (member, since, scored) in order, of those of whom it changed.
        places: (branch, until, unit) in order: the unit a branch lay in until then, None: lies in.
    """

    def __init__(
        self,
        present: Mapping[UUID, Present],
        memberships: Iterable[tuple[UUID, datetime, UUID]],
        changes: Iterable[tuple[UUID, datetime, bool]],
        places: Iterable[tuple[UUID, datetime | None, str]],
    ) -> None:
        self._present = present
        self._branches: dict[UUID, list[tuple[datetime, UUID]]] = defaultdict(list)
        for member, since, branch in memberships:
            self._branches[member].append((since, branch))
        self._scored: dict[UUID, list[tuple[datetime, bool]]] = defaultdict(list)
        for member, since, scored in changes:
            self._scored[member].append((since, scored))
        self._units: dict[UUID, list[tuple[datetime | None, str]]] = defaultdict(list)
        for branch, until, unit in places:
            self._units[branch].append((until, unit))

    def branch(self, member: UUID, moment: datetime) -> UUID | None:
        """Return the branch at a moment; before the first known membership, that one's."""
        present = self._present[member]
        if present.since is None or moment >= present.since or member not in self._branches:
            return present.organisation_id
        past = self._branches[member]
        place = bisect_right(past, moment, key=lambda membership: membership[0])
        return past[max(0, place - 1)][1]

    def remembers(self, member: UUID) -> bool:
        """Tell whether the member's past branches are known here."""
        return member in self._branches

    def unit(self, member: UUID, moment: datetime) -> str:
        """Return the code of the unit at a moment, "" where none is known."""
        branch = self.branch(member, moment)
        lay = self._units.get(branch, ()) if branch is not None else ()
        return next((unit for until, unit in lay if until is None or moment < until), "")

    def scored(self, member: UUID, moment: datetime) -> bool:
        """Tell whether the member was scored at a moment."""
        changes = self._scored.get(member)
        if not changes:
            return self._present[member].scored
        place = bisect_right(changes, moment, key=lambda change: change[0])
        return changes[place - 1][1] if place else not changes[0][1]

    def counting(self, facts: Sequence[Fact]) -> Sequence[Fact]:
        """Return the facts that are scored, each with the unit it happened in if that matters.

        Base points were given to somebody who was scored when they were given.
        """
        counted = [
            fact
            for fact in facts
            if fact.kind == OPENING or self.scored(fact.member_id, fact.occurred_at)
        ]
        if not self._units:
            return counted
        return [replace(fact, unit=self.unit(fact.member_id, fact.occurred_at)) for fact in counted]


def cursor_of(uow: UnitOfWork) -> Cursor[Any]:
    """Return a psycopg cursor inside the unit of work's transaction."""
    return uow.session.connection().connection.cursor()  # type: ignore[return-value] # psycopg's


def read_past(cursor: Cursor[Any], members: Sequence[UUID], timeline: Timeline) -> Past:
    """Read all the past of some members."""
    present = dict.fromkeys(members, Present())
    cursor.execute(statements.PRESENT, [list(members)])
    present |= {member: Present(*known) for member, *known in cursor.fetchall()}
    return read_of(cursor, present, present, timeline)


def was_scored(uow: UnitOfWork, member_id: UUID, moment: datetime) -> bool:
    """Tell whether a member was scored at a moment; whom the roster does not know is."""
    return read_past(cursor_of(uow), [member_id], Timeline(())).scored(member_id, moment)


def read_of(
    cursor: Cursor[Any],
    present: Mapping[UUID, Present],
    moved: Iterable[UUID],
    timeline: Timeline,
) -> Past:
    """Read what is to be known of members' past, beside the present.

    Args:
        cursor: where to read.
        present: what counts now.
        moved: the members whose past branches matter.
        timeline: whether units matter.
    """
    memberships: list[tuple[UUID, datetime, UUID]] = []
    if moved := list(moved):
        memberships = cursor.execute(statements.MEMBERSHIPS, [moved]).fetchall()
    changes: list[tuple[UUID, datetime, bool]] = []
    if changed := [member for member, known in present.items() if known.changed]:
        changes = cursor.execute(statements.SCORING_CHANGES, [changed]).fetchall()
    places: list[tuple[UUID, datetime | None, str]] = []
    if timeline.units:
        branches = {known.organisation_id for known in present.values() if known.organisation_id}
        branches |= {branch for *_, branch in memberships}
        places = cursor.execute(statements.UNITS, [list(branches), list(branches)]).fetchall()
    return Past(present, memberships, changes, places)
