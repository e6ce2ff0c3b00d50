"""Whether closed statements still say what they said: their hashes, their chain, the ledger."""

from collections.abc import Iterator
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text

from services.points.statements.chain import code_of
from services.points.statements.hashing import digest_of
from services.points.statements.models import StatementRow
from shared.database import UnitOfWork

Broken = tuple[str, object, object]
"""Where something is wrong, what is expected there, what was found."""

# What the ledger said of each line when its statement was closed, where the line says otherwise.
# Members are sought in three ways, so that a line that vanished is missed as well.
_LEDGER = text("""
    WITH closed AS (
        SELECT id, organisation_id, closed_at, left(month, 4)::smallint AS year,
            (month || '-01')::timestamp AT TIME ZONE 'Asia/Shanghai' AS start,
            ((month || '-01')::timestamp + interval '1 month') AT TIME ZONE 'Asia/Shanghai' AS end
        FROM statements
        WHERE state = 'closed' AND (CAST(:statement AS uuid) IS NULL OR id = :statement)
    ), belonged AS (
        SELECT c.id, h.member_id FROM closed c JOIN memberships h USING (organisation_id)
        UNION SELECT c.id, m.id FROM closed c JOIN members m USING (organisation_id)
        UNION SELECT c.id, l.member_id FROM closed c JOIN statement_lines l ON l.statement_id = c.id
    ), by_fact AS (
        SELECT c.id, e.member_id, e.occurred_at >= c.start AS within, sum(e.points) AS points
        FROM closed c JOIN belonged b USING (id)
        JOIN ledger_entries e ON e.member_id = b.member_id
            AND e.organisation_id = c.organisation_id AND e.year = c.year
            AND e.occurred_at < c.end AND e.posted_at <= c.closed_at
        GROUP BY c.id, e.member_id, e.fact_id, within
    ), sums AS (
        SELECT id, member_id, bool_or(within) AS within,
            coalesce(sum(points) FILTER (WHERE NOT within), 0) AS before,
            coalesce(sum(points) FILTER (WHERE within AND points > 0), 0) AS gained,
            coalesce(sum(points) FILTER (WHERE within AND points < 0), 0) AS deducted
        FROM by_fact GROUP BY id, member_id
    ), lines AS (
        SELECT l.statement_id AS id, l.member_id, l.before, l.gained, l.deducted, l.total
        FROM closed c JOIN statement_lines l ON l.statement_id = c.id
    )
    SELECT id, member_id,
        ARRAY[s.before, s.gained, s.deducted, s.before + s.gained + s.deducted]::integer[]
            AS expected,
        ARRAY[l.before, l.gained, l.deducted, l.total] AS found
    FROM lines l FULL JOIN sums s USING (id, member_id)
    WHERE CASE WHEN l.total IS NULL THEN s.within ELSE
        (l.before, l.gained, l.deducted, l.total) IS DISTINCT FROM (
            coalesce(s.before, 0), coalesce(s.gained, 0), coalesce(s.deducted, 0),
            coalesce(s.before + s.gained + s.deducted, 0)
        ) END
    ORDER BY id, member_id
""")
# A month is closed together with its statement.
_MONTHS = text("""
    SELECT organisation_id, month, c.month IS NOT NULL AS month_closed
    FROM closed_months c
    FULL JOIN (SELECT organisation_id, month FROM statements WHERE state = 'closed') s
        USING (organisation_id, month)
    WHERE c.closed_at IS NULL OR s IS NULL
    ORDER BY organisation_id, month
""")


class Fault(Enum):
    """What no longer fits: its own hash, the one before it, or the ledger of then."""

    HASH = "hash"
    CHAIN = "chain"
    LEDGER = "ledger"


def faults_of(uow: UnitOfWork, row: StatementRow) -> set[Fault]:
    """Return what no longer fits in one closed statement."""
    before = uow.session.scalar(
        select(StatementRow.hash).where(
            StatementRow.organisation_id == row.organisation_id,
            StatementRow.sequence == (row.sequence or 0) - 1,
        )
    )
    found = {fault for fault, *_ in _in_chain(uow, row, (row.sequence or 0) - 1, before)}
    return found | ({Fault.LEDGER} if _in_ledger(uow, row.id) else set())


def broken(uow: UnitOfWork) -> Iterator[Broken]:
    """Yield everything that is not as it must be in all closed statements and closed months."""
    yield from broken_statements(uow)
    for month in uow.session.execute(_MONTHS):
        where = f"branch {month.organisation_id}: month {month.month}"
        yield where, "month and statement closed together", _which(month)


def broken_statements(uow: UnitOfWork) -> Iterator[Broken]:
    """Yield what closed statements no longer say as they said it, in their order."""
    query = select(StatementRow).where(StatementRow.state == "closed")
    query = query.order_by(StatementRow.organisation_id, StatementRow.sequence)
    last: StatementRow | None = None
    for row in uow.session.scalars(query, execution_options={"yield_per": 500}):
        if last is not None and last.organisation_id != row.organisation_id:
            last = None
        sequence, digested = (last.sequence or 0, last.hash) if last else (0, None)
        for fault, expected, found in _in_chain(uow, row, sequence, digested):
            yield f"statement {row.id}: {fault.value}", expected, found
        last = row
    for line in _in_ledger(uow, None):
        yield f"statement {line.id}: member {line.member_id}", line.expected, line.found


def _which(month: Row[Any]) -> str:
    return "the month alone" if month.month_closed else "the statement alone"


def _in_chain(
    uow: UnitOfWork, row: StatementRow, sequence: int, previous: str | None
) -> Iterator[tuple[Fault, object, object]]:
    """Yield what does not fit, given the place and hash of the statement closed before."""
    expected = digest_of(uow, row)
    for computed, stored in ((expected, row.hash), (code_of(expected), row.code)):
        if stored != computed:
            yield Fault.HASH, computed, stored
    place, found = (sequence + 1, previous), (row.sequence, row.previous_hash)
    if place != found:
        yield Fault.CHAIN, place, found


def _in_ledger(uow: UnitOfWork, statement_id: UUID | None) -> list[Row[Any]]:
    return list(uow.session.execute(_LEDGER, {"statement": statement_id}))
