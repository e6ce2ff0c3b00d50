"""Counting units in turn, and reading what was counted.

A city's year is millions of check-ins. Nobody above a unit needs its figures to the minute, so the
worker counts one unit after the other, and a view of the city adds up what it finds. All of it can
be thrown away: it is counted again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import text

from shared.clock import local_day
from shared.database import UnitOfWork

Counter = Callable[[UnitOfWork, str, int], Mapping[str, Any]]
"""Counts the unit at a path for a year; what it returns is kept as JSON."""

# The running year changes with every event, the one before it only by what comes late. A full city
# takes ten seconds of a processor: two seconds of rest for each of its units keep that below a
# fiftieth, and a small city is as fresh as people expect.
_SHORTEST: Final = timedelta(minutes=1)
_REST: Final = timedelta(seconds=2)
_LATE: Final = timedelta(days=1)
_UNITS: Final = text("SELECT count(*) FROM roster_organisations WHERE kind = 'unit'")

_NEXT: Final = text("""
    SELECT o.id, o.path, k.kind, y.year
    FROM roster_organisations o
    CROSS JOIN unnest(CAST(:kinds AS text[])) AS k (kind)
    CROSS JOIN unnest(CAST(:years AS integer[]), CAST(:since AS timestamptz[])) AS y (year, since)
    LEFT JOIN unit_counts c
        ON c.organisation_id = o.id AND c.kind = k.kind AND c.year = y.year
    WHERE o.kind = 'unit' AND (c.counted_at IS NULL OR c.counted_at <= y.since)
    ORDER BY c.counted_at NULLS FIRST, o.path, k.kind, y.year LIMIT 1
""")
_PUT: Final = text("""
    INSERT INTO unit_counts (kind, organisation_id, year, counts, counted_at)
    VALUES (:kind, :id, :year, CAST(:counts AS jsonb), :now)
    ON CONFLICT (kind, organisation_id, year) DO UPDATE SET
        counts = excluded.counts, counted_at = excluded.counted_at
""")
_READ: Final = text("""
    SELECT o.id, o.name, c.counts, c.counted_at
    FROM roster_organisations o
    LEFT JOIN unit_counts c ON c.organisation_id = o.id AND c.kind = :kind AND c.year = :year
    WHERE o.kind = 'unit' AND o.path ^@ :path ORDER BY o.path
""")


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted of a unit; None and None where that is still to come."""

    organisation_id: UUID
    name: str
    counts: Mapping[str, Any] | None
    counted_at: datetime | None


def counting(counters: Mapping[str, Counter]) -> Callable[[UnitOfWork], bool]:
    """Return the task of the worker: count what was counted longest ago; tell if there was any."""

    def count_next(uow: UnitOfWork) -> bool:
        now = uow.clock.now()
        this_year = local_day(now).year
        units = uow.session.scalars(_UNITS).one()
        values = {
            "kinds": list(counters),
            "years": [this_year, this_year - 1],
            "since": [now - max(_SHORTEST, units * _REST), now - _LATE],
        }
        found = uow.session.execute(_NEXT, values).one_or_none()
        if found is None:
            return False
        counts = counters[found.kind](uow, found.path, found.year)
        kept = {**found._mapping, "counts": orjson.dumps(counts).decode(), "now": now}  # noqa: SLF001
        uow.session.execute(_PUT, kept)
        return True

    return count_next


def read(uow: UnitOfWork, kind: str, path: str, year: int) -> list[Counted]:
    """Return the units at and below a path in the order of the tree, each with what was counted."""
    values = {"kind": kind, "path": path, "year": year}
    return [Counted(*row) for row in uow.session.execute(_READ, values)]


def counted_at(found: list[Counted]) -> datetime | None:
    """Return when the oldest of the figures was counted."""
    return min((each.counted_at for each in found if each.counted_at), default=None)
