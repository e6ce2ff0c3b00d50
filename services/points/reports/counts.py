"""What happened in branches, counted from facts and ledger, each with the branch of then."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text

from services.points.reports import statements
from services.points.reports.spans import Span
from shared.database import UnitOfWork

_TICK: Final = timedelta(microseconds=1)


def activities(
    uow: UnitOfWork, path: str, span: Span
) -> dict[tuple[str | None, str | None], tuple[int, int]]:
    """Return (activities, attendances) by kind and month; None stands for all of them.

    A co-held activity counts under its kind and each of its tags, and once in the totals.
    """
    return {
        (row.kind, row.month): (row.activities, row.attendances)
        for row in _rows(uow, statements.ACTIVITIES, path, span)
    }


def sources(uow: UnitOfWork, path: str, span: Span) -> dict[str, int]:
    """Return the number of facts by where they came from."""
    return {row.source: row.facts for row in _rows(uow, statements.SOURCES, path, span)}


def decisions(uow: UnitOfWork, path: str, span: Span) -> dict[tuple[str, str], int]:
    """Return the number of claims, adjustments and appeals by (table, state)."""
    rows = _rows(uow, statements.DECISIONS, path, span)
    return {(row.what, row.state): row.number for row in rows}


def points(uow: UnitOfWork, path: str, span: Span) -> dict[tuple[UUID, str, str], int]:
    """Return tenths by branch, category and month."""
    return {
        (row.organisation_id, row.category, row.month): row.points
        for row in _rows(uow, statements.POINTS, path, span)
    }


def branches(uow: UnitOfWork, path: str, span: Span) -> list[Row[Any]]:
    """Return the branches with their members as the span ended, or as they are today.

    Each row: id, code, name, members, scored, took_part (in one activity at least).
    """
    return _rows(
        uow, statements.BRANCHES, path, span, as_of=min(span.until - _TICK, uow.clock.now())
    )


def _rows(
    uow: UnitOfWork, statement: str, path: str, span: Span, **more: datetime
) -> list[Row[Any]]:
    values = {
        "path": path,
        "since": span.since,
        "until": span.until,
        "first": span.first,
        "last": span.last,
        **more,
    }
    return list(uow.session.execute(text(statement), values))
