"""Proves that the ledger says what the facts and rules say, and that nobody changed either.

Three nets, from the finest: everything that can be computed is computed anew, from facts and rules
alone (`years`); what changes only by an application's statement is compared with the journal of
those statements (`journal`); what never changes is compared with its seal (`seals`). It reads and
never writes.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from psycopg import Cursor
from redis import Redis

from services.points.checker import decisions, journal, seals, statements
from services.points.checker.boards import check_boards
from services.points.checker.proof import Proof
from services.points.checker.years import check_members
from services.points.leaderboards.boards import Boards
from services.points.rules.timeline import TimelineCache
from services.points.statements import verify
from shared.database import UnitOfWork

_CHUNK = 2_000
_UNREADABLE = (KeyError, TypeError, ValueError)


def check(uow: UnitOfWork, redis: Redis | None = None) -> Proof:
    """Check everything; with Redis, its boards as well.

    One snapshot of the database is read, so it may run while points are posted.
    """
    proof = Proof()
    cursor = cursor_of(uow)
    journal.check(cursor, proof)
    try:
        timeline = TimelineCache().get(uow)
    except _UNREADABLE as error:
        # Nothing can be computed from rules that somebody spoilt.
        proof.never("rules nobody can read", repr(error))
    else:
        for members in _chunks(cursor):
            proof.members += len(members)
            check_members(cursor, members, timeline, proof)
    for rule, statement in {**statements.NEVER, **decisions.NEVER}.items():
        cursor.execute(statement.encode())
        for (where,) in cursor.fetchall():
            proof.never(rule, where)
    for where, expected, found in verify.broken_statements(uow):
        proof.report("a closed statement says what it said", where, expected, found)
    seals.check(uow, cursor, proof)
    if redis is not None:
        check_boards(uow, cursor, Boards(redis), proof)
    return proof


def check_attendance(
    uow: UnitOfWork, attendance: Iterator[tuple[UUID, UUID, int, str]], proof: Proof
) -> None:
    """Compare facts with what the events service says: (id, member, revision, state).

    Its check-ins and its results have the ids of their facts. What waits for a decision because its month is closed has arrived as well.
    """
    cursor = cursor_of(uow)
    cursor.execute(statements.ATTENDED)
    known = {row[0]: tuple(row[1:]) for row in cursor.fetchall()}
    for told_id, *rest in attendance:
        proof.report("check-in = fact", told_id, tuple(rest), known.pop(told_id, None))
    for told_id, found in known.items():
        proof.report("check-in = fact", told_id, None, found)


def cursor_of(uow: UnitOfWork) -> Cursor[Any]:
    """Return a psycopg cursor inside the unit of work's transaction."""
    return uow.session.connection().connection.cursor()  # type: ignore[return-value] # psycopg's


def _chunks(cursor: Cursor[Any]) -> Iterator[list[UUID]]:
    last = UUID(int=0)
    while True:
        cursor.execute(statements.MEMBERS, [last, last, last, last, _CHUNK])
        members = [row[0] for row in cursor.fetchall()]
        if not members:
            return
        yield members
        last = members[-1]
