"""Rows of results become facts, and an import is taken back as one."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, time
from itertools import islice
from typing import Any, Final
from uuid import UUID, uuid5

from sqlalchemy import Row, text

from services.points.ledger.decided import post_decided
from services.points.ledger.recorded import RecordedFact
from services.points.result_imports.checks import source_key
from services.points.scoring import Fact
from services.points.scoring.vocabulary import FACT_KINDS
from shared.auth import Principal
from shared.clock import SHANGHAI
from shared.database import UnitOfWork
from shared.errors import Conflict
from shared.fields import TENTHS
from shared.imports.kinds import Summary
from shared.text import Text

_AT_ONCE: Final = 2_000
_NOON: Final = time(12)

_NAMED: Final = text("""
    INSERT INTO import_facts (import_id, member_id, fact_id)
    SELECT :import_id, * FROM unnest(CAST(:members AS uuid[]), CAST(:facts AS uuid[]))
    ON CONFLICT DO NOTHING
""")
_POINTS: Final = text("""
    SELECT coalesce(sum(e.points), 0) FROM import_facts i
    JOIN ledger_entries e ON e.member_id = i.member_id AND e.fact_id = i.fact_id
    WHERE i.import_id = :import_id
""")
# What other imports named as well stays until the last of them is undone.
_BROUGHT: Final = text("""
    SELECT f.*, to_char(f.occurred_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') AS month,
        EXISTS (
            SELECT FROM closed_months c JOIN ledger_entries e
                ON e.member_id = f.member_id AND e.fact_id = f.id
                AND e.organisation_id = c.organisation_id
            WHERE c.month = to_char(f.occurred_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')
        ) AS closed
    FROM import_facts i JOIN facts f ON f.member_id = i.member_id AND f.id = i.fact_id
    WHERE i.import_id = :import_id AND f.state = 'present' AND NOT EXISTS (
        SELECT FROM import_facts other JOIN imports o ON o.id = other.import_id
        WHERE other.member_id = i.member_id AND other.fact_id = i.fact_id
            AND other.import_id <> i.import_id AND o.state = 'done' AND o.mode = 'apply'
    )
    ORDER BY f.member_id, f.id
""")


def apply(
    uow: UnitOfWork,
    _principal: Principal,
    import_id: UUID,
    *,
    fact_kind: str,
    role: str,
    columns: Collection[str],
) -> Summary:
    """Post what is new or changed; return counts, and the points that it all gave."""
    kind = f"s.{fact_kind}" if fact_kind in columns else f"'{fact_kind}'"
    # Constants of the kinds, none of it input.
    statement = text(f"""
        SELECT m.id AS member_id, s.day, {kind} AS kind, {source_key(fact_kind, columns)} AS key,
            {"s.title" if "title" in columns else "NULL"} AS title,
            {"s.level" if "level" in columns else "NULL"} AS level,
            {"s.minutes" if "minutes" in columns else "NULL::integer"} AS minutes,
            f.state, f.revision, f.minutes AS known_minutes
        FROM staged s JOIN members m ON m.member_no = s.member_no
        LEFT JOIN facts f
            ON f.member_id = m.id AND f.source_key = {source_key(fact_kind, columns)}
        ORDER BY m.id
    """)  # noqa: S608
    rows = uow.session.execute(statement).all()
    counts = {"created": 0, "changed": 0, "unchanged": 0}
    for chunk in _chunks(rows):
        recorded = [_recorded(row, role) for row in chunk]
        for row, fact in zip(chunk, recorded, strict=True):
            counts[_fate(row, fact)] += 1
        post_decided(uow, recorded)
        values = {
            "import_id": import_id,
            "members": [item.fact.member_id for item in recorded],
            "facts": [item.fact.id for item in recorded],
        }
        uow.session.execute(_NAMED, values)
    points = uow.session.scalar(_POINTS, {"import_id": import_id})
    return counts | {"points": int(points or 0) / TENTHS}


def _recorded(row: Row[Any], role: str) -> RecordedFact:
    """Return the fact of a row; one that is there with the same content keeps its revision."""
    stands = row.state == "present" and row.known_minutes == row.minutes
    fact = Fact(
        id=uuid5(row.member_id, row.key),
        member_id=row.member_id,
        kind=row.kind,
        occurred_at=datetime.combine(row.day, _NOON, SHANGHAI).astimezone(UTC),
        role=role,
        source="import",
        group=row.key if row.title else "",
        minutes=row.minutes,
        level=row.level,
    )
    title = row.title or FACT_KINDS[row.kind].zh
    revision = (row.revision or 0) + (0 if stands else 1)
    return RecordedFact(fact, row.key, title, revision=revision)


def _fate(row: Row[Any], recorded: RecordedFact) -> str:
    if row.state is None:
        return "created"
    return "unchanged" if recorded.revision == row.revision else "changed"


def _chunks(rows: Sequence[Row[Any]]) -> Iterator[list[Row[Any]]]:
    left = iter(rows)
    while chunk := list(islice(left, _AT_ONCE)):
        yield chunk


def check_undo(uow: UnitOfWork, import_id: UUID) -> None:
    """Refuse to undo what lies in a month whose statement is closed.

    Raises:
        Conflict: `month_closed`.
    """
    rows = uow.session.execute(_BROUGHT, {"import_id": import_id}).all()
    if closed := sorted({row.month for row in rows if row.closed}):
        raise Conflict(
            "month_closed",
            Text(
                "部分月份已公示结束，不能整批撤销，请逐项更正。",
                "Some of its months are closed; put single entries right by adjustments.",
            ),
            extra={"months": closed},
        )


def undo(uow: UnitOfWork, import_id: UUID, reason: str) -> Summary:
    """Annul what an import brought, by linked reversals."""
    rows = uow.session.execute(_BROUGHT, {"import_id": import_id}).all()
    for chunk in _chunks(rows):
        post_decided(uow, [_annulled(row, reason) for row in chunk])
    return {"annulled": len(rows)}


def _annulled(row: Row[Any], reason: str) -> RecordedFact:
    fact = Fact(
        id=row.id,
        member_id=row.member_id,
        kind=row.kind,
        occurred_at=row.occurred_at,
        tags=tuple(row.tags),
        role=row.role,
        source=row.source,
        group=row.activity,
        minutes=row.minutes,
        level=row.level,
    )
    return RecordedFact(fact, row.source_key, row.title, "annulled", reason, row.revision + 1)
