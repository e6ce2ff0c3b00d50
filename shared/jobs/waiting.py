"""How much long work waits and is under way: imports, and jobs where a service has them."""

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import text

from shared.database import UnitOfWork

IMPORTS: Final = "imports"
JOBS: Final = "jobs"

# What is queued stands in a partial index. Work is under way once a runner has begun with it.
_QUEUED: Final = {
    IMPORTS: """
        SELECT kind, created_at, attempts > 0 AS begun
        FROM imports JOIN import_progress ON import_id = id WHERE state = 'queued'
    """,
    JOBS: "SELECT kind, created_at, started_at IS NOT NULL AS begun FROM jobs WHERE state = 'queued'",
}
_COUNTED: Final = {
    queue: text(f"""
        SELECT kind, count(*) FILTER (WHERE NOT begun) AS waiting,
            count(*) FILTER (WHERE begun) AS running, min(created_at) AS since
        FROM ({queued}) AS queued GROUP BY kind ORDER BY kind
    """)  # noqa: S608 - put together from constants
    for queue, queued in _QUEUED.items()
}


def waiting(uow: UnitOfWork, queues: Iterable[str]) -> list[dict[str, Any]]:
    """Return per queue and kind how much waits and runs, and since when the oldest."""
    return [
        {"queue": queue, **row._mapping}  # noqa: SLF001 - SQLAlchemy's public name for it
        for queue in queues
        for row in uow.session.execute(_COUNTED[queue])
    ]
