"""Rows that never change, summed up night by night: seals, each holding the one before it.

A seal covers the rows of a table that arrived after the seal before it and up to a moment that is
long enough past for every transaction to have ended. Facts may change, through the journal: a
seal of theirs is compared with the rows as they were when it was set, which the journal knows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from psycopg import Cursor
from sqlalchemy import text

from services.points.checker.proof import Proof
from services.points.rules.timeline import await_postings
from shared.audit.tables import SHORTEST_KEPT_DAYS
from shared.database import UnitOfWork

# No transaction of ours lasts nearly so long.
SETTLED: Final = timedelta(hours=1)
_BEGINNING: Final = datetime(1, 1, 2, tzinfo=UTC)
_FIRST: Final = b"\0" * 32


@dataclass(frozen=True, slots=True)
class _Sealed:
    """How a table is sealed: by the column that says when a row came, in the order of its key."""

    came_at: str
    key: str


_TABLES: Final = {
    "audit_log": _Sealed("at", "t.id"),
    "facts": _Sealed("received_at", "t.member_id, t.id"),
    "ledger_entries": _Sealed("posted_at", "t.member_id, t.id"),
    "row_journal": _Sealed("at", "t.id"),
}
TABLES: Final = tuple(_TABLES)

# A fact that has changed since counts as it was.
_CONTENT = """
    WITH changed AS (
        SELECT DISTINCT ON (key) key, before FROM row_journal
        WHERE table_name = '{table}' AND id > %s ORDER BY key, id
    )
    SELECT count(*), sha256(coalesce(
        string_agg(coalesce(c.before, row_digest(to_jsonb(t))), ''::bytea ORDER BY {key}), ''
    ))
    FROM {table} t LEFT JOIN changed c ON c.key = {row_key}
    WHERE t.{came_at} > %s AND t.{came_at} <= %s
"""
_STATEMENTS: Final = {
    table: _CONTENT.format(
        table=table, key=how.key, came_at=how.came_at,
        row_key="t.member_id || '/' || t.id" if table == "facts" else "''",
    ).encode()
    for table, how in _TABLES.items()
}  # fmt: skip

_NEWEST = """
    SELECT number, through, digest FROM seals WHERE table_name = %s ORDER BY number DESC LIMIT 1
"""
_SET = """
    INSERT INTO seals (
        table_name, number, through, rows, journal_id, content, digest, sealed_at
    ) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""
_ALL = """
    SELECT number, through, rows, journal_id, content, digest, sealed_at, retired_at FROM seals
    WHERE table_name = %s ORDER BY number
"""
_KNOWN = """
    SELECT document -> 'seals' FROM proofs ORDER BY id DESC LIMIT 1
"""


def seal(uow: UnitOfWork, settled: timedelta = SETTLED) -> None:
    """Seal what has come since the newest seals; the caller commits.

    Postings wait meanwhile, for as long as it takes to read what one day brought.
    """
    await_postings(uow)
    cursor: Cursor[Any] = uow.session.connection().connection.cursor()  # type: ignore[assignment]
    now = uow.clock.now()
    # The journal's rows are dated by the database's clock.
    database_now = uow.session.scalars(text("SELECT now()")).one()
    for table in TABLES:
        through = (database_now if table == "row_journal" else now) - settled
        cursor.execute(_NEWEST, [table])
        number, after, before = cursor.fetchone() or (0, _BEGINNING, _FIRST)
        if through <= after:
            continue
        cursor.execute("SELECT coalesce(max(id), 0) FROM row_journal")
        (journal_id,) = cursor.fetchone() or (0,)
        rows, content = _content(cursor, table, journal_id, after, through)
        said = (table, number + 1, through, rows, journal_id, content)
        cursor.execute(_SET, [*said, _chained(before, said, now), now])


def check(uow: UnitOfWork, cursor: Cursor[Any], proof: Proof) -> None:
    """Compare every seal with the rows it covers, with the one before, and with the last proof."""
    cursor.execute(_KNOWN)
    row = cursor.fetchone()
    known: dict[str, Any] = row[0] if row else {}
    for table in TABLES:
        digests = dict(_check_table(uow, cursor, table, proof))
        newest = max(digests, default=0)
        if newest:
            proof.seals[table] = {"number": newest, "digest": digests[newest]}
        seen = known.get(table)
        if seen is not None:
            where = f"{table} seal {seen['number']}"
            proof.report("a seal is never lost", where, seen["digest"], digests.get(seen["number"]))


def _check_table(
    uow: UnitOfWork, cursor: Cursor[Any], table: str, proof: Proof
) -> Iterator[tuple[int, str]]:
    cursor.execute(_ALL, [table])
    after, before, expected = _BEGINNING, _FIRST, 1
    shortest = uow.clock.now() - timedelta(days=SHORTEST_KEPT_DAYS)
    for number, through, rows, journal_id, content, digest, sealed_at, retired in cursor.fetchall():
        where = f"{table} seal {number}: {after.isoformat()} to {through.isoformat()}"
        said = (table, number, through, rows, journal_id, content)
        proof.report("seals follow each other", where, expected, number)
        proof.report(
            "a seal holds the one before", where, _chained(before, said, sealed_at), digest
        )
        if retired is None:
            found = _content(cursor, table, journal_id, after, through)
            proof.report("rows as they were sealed", where, (rows, content), found)
        elif table != "audit_log" or through > shortest:
            proof.never("rows given up before their time", where)
        yield number, digest.hex()
        after, before, expected = through, digest, number + 1


def _content(
    cursor: Cursor[Any], table: str, journal_id: int, after: datetime, through: datetime
) -> tuple[int, bytes]:
    cursor.execute(_STATEMENTS[table], [journal_id, after, through])
    rows, content = cursor.fetchone() or (0, b"")
    return rows, bytes(content)


def _chained(before: bytes, said: tuple[Any, ...], sealed_at: datetime) -> bytes:
    table, number, through, rows, journal_id, content = said
    moments = f"{through.astimezone(UTC).isoformat()}|{sealed_at.astimezone(UTC).isoformat()}"
    line = f"{table}|{number}|{moments}|{rows}|{journal_id}|"
    return sha256(before + line.encode() + content).digest()
