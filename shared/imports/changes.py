"""What a preview found that its file would change: kept with the preview, forgotten with it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text

from shared.database import UnitOfWork

_COUNTS: Final = text("""
    SELECT change, count(*) AS rows FROM import_changes WHERE import_id = :id
    GROUP BY change ORDER BY change
""")
_PAGE: Final = text("""
    SELECT row_number, change, subject, details FROM import_changes
    WHERE import_id = :id AND (CAST(:change AS text) IS NULL OR change = :change)
      AND (row_number, change) > (:row_number, CAST(:after AS text))
    ORDER BY row_number, change LIMIT :limit
""")
_FORGET: Final = text("DELETE FROM import_changes WHERE import_id = ANY(CAST(:ids AS uuid[]))")


def note(uow: UnitOfWork, import_id: UUID, query: str, parameters: Mapping[str, Any]) -> None:
    """Keep what a kind's query of changes finds in ``staged``."""
    # The query is a constant of the service; no input is part of it.
    statement = text(f"""
        INSERT INTO import_changes (import_id, row_number, change, subject, details)
        SELECT :import_id, found.* FROM ({query}) AS found (row_number, change, subject, details)
    """)  # noqa: S608
    uow.session.execute(statement, {**parameters, "import_id": import_id})


def counts(uow: UnitOfWork, import_id: UUID) -> list[dict[str, Any]]:
    """Return each kind of change with the number of rows that bring it."""
    rows = uow.session.execute(_COUNTS, {"id": import_id})
    return [{"change": row.change, "rows": row.rows} for row in rows]


def page(
    uow: UnitOfWork, import_id: UUID, change: str | None, after: tuple[int, str], limit: int
) -> list[Row[Any]]:
    """Return changes in the order of rows, beginning after (row, change)."""
    row_number, last = after
    values = {
        "id": import_id, "change": change, "row_number": row_number, "after": last, "limit": limit,
    }  # fmt: skip
    return list(uow.session.execute(_PAGE, values))


def forget(uow: UnitOfWork, import_ids: Sequence[UUID]) -> None:
    """Forget the changes of previews that were applied or dropped: they name people."""
    uow.session.execute(_FORGET, {"ids": list(import_ids)})
