"""Replays some members' facts; runs in processes of its own, which share one snapshot."""

import os
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg import Connection, Cursor

from services.points.ledger.branches import read_branches
from services.points.ledger.posting import fact_from
from services.points.ledger.statements import FACT_COLUMNS
from services.points.scoring import Fact, Timeline, score
from services.points.scoring.opening import KIND, is_opened, opening_fact
from shared.database import Database

_MEMBERS: Final = """
    SELECT m.id, m.organisation_id FROM members m JOIN organisations o ON o.id = m.organisation_id
    WHERE m.id BETWEEN %s AND %s AND m.scored AND m.status <> 'left' AND starts_with(o.path, %s)
"""
_BEFORE: Final = """
    SELECT member_id, sum(points)::integer FROM ledger_entries
    WHERE member_id BETWEEN %s AND %s AND year BETWEEN %s AND %s AND occurred_at < %s
    GROUP BY member_id
"""
_FACTS: Final = f"""
    SELECT f.year, {FACT_COLUMNS} FROM facts f
    WHERE member_id BETWEEN %s AND %s AND year BETWEEN %s AND %s AND occurred_at < %s
        AND state = 'present'
"""  # noqa: S608 - a constant
_PATIENCE: Final = 10


@dataclass(frozen=True, slots=True)
class Span:
    """What is replayed: whole calendar years, up to a moment, of members below a path."""

    first_year: int
    last_year: int
    until: datetime
    path: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """A member's points in the span, in tenths: as posted, and as they would be."""

    member_id: UUID
    organisation_id: UUID
    before: int
    after: int


class Replayer:
    """One process's way to the database, and what it replays under."""

    def __init__(self, url: str, snapshot: str, timeline: Timeline, span: Span) -> None:
        os.nice(_PATIENCE)
        database = Database(url, statement_timeout_ms=0, batches=True)
        self._connection: Connection[Any] = database.raw_connection()
        self._connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        self._connection.execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'")
        self._timeline = timeline
        self._span = span
        years = range(span.first_year, span.last_year + 1)
        self._opened = [year for year in years if is_opened(timeline, year)]

    def outcomes(self, first: UUID, last: UUID) -> list[Outcome]:
        """Return what the members between two ids, both included, have and would have."""
        span = self._span
        years = (first, last, span.first_year, span.last_year, span.until)
        with closing(self._connection.cursor(binary=True)) as cursor:
            members = dict(cursor.execute(_MEMBERS, (first, last, span.path)).fetchall())
            before = dict(cursor.execute(_BEFORE, years).fetchall())
            facts = self._read_facts(cursor, list(members), years)
        return [
            Outcome(member, branch, before.get(member, 0), self._score(member, facts))
            for member, branch in members.items()
        ]

    def _read_facts(
        self, cursor: Cursor[Any], members: Sequence[UUID], years: tuple[Any, ...]
    ) -> dict[tuple[UUID, int], list[Fact]]:
        facts: dict[tuple[UUID, int], list[Fact]] = defaultdict(list)
        for year, *columns in cursor.execute(_FACTS, years):
            facts[columns[1], year].append(fact_from(columns))
        if self._timeline.units:
            branches = read_branches(cursor, members, self._timeline)
            known = set(members)
            return {key: list(branches.place(own)) for key, own in facts.items() if key[0] in known}
        return facts

    def _score(self, member: UUID, facts: dict[tuple[UUID, int], list[Fact]]) -> int:
        total = 0
        for year in range(self._span.first_year, self._span.last_year + 1):
            own = facts.get((member, year), [])
            if year in self._opened and not any(fact.kind == KIND for fact in own):
                own = [opening_fact(member, year), *own]
            if own:
                total += score(own, self._timeline)[1].points(str(year))
        return total


# The process's own; set once when it begins.
_replayers: list[Replayer] = []


def begin(url: str, snapshot: str, timeline: Timeline, span: Span) -> None:
    """Make this process ready to replay."""
    _replayers.append(Replayer(url, snapshot, timeline, span))


def replay(first: UUID, last: UUID) -> list[Outcome]:
    """Replay the members between two ids in a process that has begun."""
    return _replayers[0].outcomes(first, last)
