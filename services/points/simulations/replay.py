"""Replays some members' facts; runs in processes of its own, which share one snapshot."""

import os
from collections import defaultdict
from collections.abc import Collection, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from multiprocessing import parent_process
from threading import Thread
from typing import Any, Final
from uuid import UUID

from psycopg import Connection, Cursor

from services.points.ledger.past import read_past
from services.points.ledger.posting import fact_from
from services.points.ledger.statements import FACT_COLUMNS
from services.points.scoring import Fact, Timeline, score
from services.points.scoring.opening import KIND, is_opened, opening_fact, year_begins
from shared.database import Database

# Whoever belongs there, or has belonged there in the span: rules for the past concern them as well.
_MEMBERS: Final = """
    WITH places AS (
        SELECT id FROM organisations WHERE starts_with(path, %(path)s)
        UNION
        SELECT organisation_id FROM organisation_moves
        WHERE starts_with(path, %(path)s) AND until >= %(since)s
    )
    SELECT m.id, there.branch, m.scored AND m.status <> 'left', starts_with(o.path, %(path)s)
    FROM members m JOIN organisations o ON o.id = m.organisation_id
    CROSS JOIN LATERAL (
        SELECT CASE WHEN starts_with(o.path, %(path)s) THEN o.id ELSE (
            SELECT lay.branch FROM (
                SELECT m.organisation_id AS branch, timestamptz 'infinity' AS since
                UNION ALL
                SELECT organisation_id, since FROM memberships
                WHERE member_id = m.id AND until >= %(since)s
            ) AS lay
            WHERE lay.branch IN (SELECT id FROM places) ORDER BY lay.since DESC LIMIT 1
        ) END AS branch
    ) AS there
    WHERE m.id BETWEEN %(first)s AND %(last)s AND there.branch IS NOT NULL
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
        """Return what the members between two ids, both included, have and would have.

        Of those who belong elsewhere by now, or are scored no longer, only whose points change.
        """
        span, timeline = self._span, self._timeline
        asked: dict[str, Any] = {"first": first, "last": last, "path": span.path}
        asked["since"] = year_begins(span.first_year)
        years = (first, last, span.first_year, span.last_year, span.until)
        with closing(self._connection.cursor(binary=True)) as cursor:
            members = cursor.execute(_MEMBERS, asked).fetchall()
            before = dict(cursor.execute(_BEFORE, years).fetchall())
            opened = {member for member, _, scored, _ in members if scored}
            facts = read_facts(
                cursor, [member for member, *_ in members], opened, years, timeline, self._opened
            )
        outcomes = []
        for member, branch, scored, inside in members:
            outcome = Outcome(member, branch, before.get(member, 0), self._score(member, facts))
            if (scored and inside) or outcome.before != outcome.after:
                outcomes.append(outcome)
        return outcomes

    def _score(self, member: UUID, facts: dict[tuple[UUID, int], Sequence[Fact]]) -> int:
        years = range(self._span.first_year, self._span.last_year + 1)
        return sum(
            score(facts[member, year], self._timeline)[1].points(str(year))
            for year in years
            if (member, year) in facts
        )


def read_facts(
    cursor: Cursor[Any],
    members: Sequence[UUID],
    opened: Collection[UUID],
    years: tuple[Any, ...],
    timeline: Timeline,
    opened_years: Sequence[int],
) -> dict[tuple[UUID, int], Sequence[Fact]]:
    """Return what counts for members, by member and year.

    Args:
        cursor: inside the snapshot.
        members: whose facts are wanted.
        opened: of them, who begins years with base points where the rules give some.
        years: first and last member, first and last year, and until when.
        timeline: whose rules they are scored under.
        opened_years: those that it begins with base points.
    """
    facts: dict[tuple[UUID, int], list[Fact]] = defaultdict(list)
    for year, *columns in cursor.execute(_FACTS, years):
        facts[columns[1], year].append(fact_from(columns))
    for key in product(opened, opened_years):
        if not any(fact.kind == KIND for fact in facts[key]):
            facts[key].append(opening_fact(*key))
    past, known = read_past(cursor, members, timeline), set(members)
    return {key: past.counting(own) for key, own in facts.items() if key[0] in known}


# The process's own; set once when it begins.
_replayers: list[Replayer] = []


def begin(url: str, snapshot: str, timeline: Timeline, span: Span) -> None:
    """Make this process ready to replay."""
    Thread(target=_end_with_parent, daemon=True).start()
    _replayers.append(Replayer(url, snapshot, timeline, span))


def _end_with_parent() -> None:
    """End when the process that asked is killed: nobody else would, nor let go of the snapshot."""
    if (parent := parent_process()) is not None:
        parent.join()
        os._exit(1)


def replay(first: UUID, last: UUID) -> list[Outcome]:
    """Replay the members between two ids in a process that has begun."""
    return _replayers[0].outcomes(first, last)
