"""Imports as people see them: queued, listed, read with their errors."""

from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import Row, text

from shared.auth import Principal
from shared.database import UnitOfWork
from shared.errors import NotFound
from shared.ids import new_id
from shared.imports.runner import write_principal
from shared.text import Text

# Refusals shown with an import itself; the rest are read page by page.
SHOWN_ERRORS: Final = 1_000

_PUT = text("""
    INSERT INTO imports (id, kind, filename, content, principal, created_by, created_at)
    VALUES (:id, :kind, :filename, :content, CAST(:principal AS jsonb), :by, :now)
""")
_PUT_PROGRESS = text("INSERT INTO import_progress (import_id) VALUES (:id)")

_JOBS = """
    SELECT id, kind, filename, created_by, created_at, finished_at, summary,
        CASE WHEN state = 'queued' AND attempts > 0 THEN 'running' ELSE state END AS state,
        total_rows, processed_rows
    FROM imports JOIN import_progress ON import_id = id
    WHERE created_by = :by
"""
_ONE = text(_JOBS + " AND id = :id")
_PAGE = text(
    _JOBS + " AND (CAST(:before AS uuid) IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit"
)
_ERRORS = text("""
    SELECT row_number, "column", code, value FROM import_errors
    WHERE import_id = :id
      AND (row_number, "column", code) > (:row_number, CAST(:column AS text), CAST(:code AS text))
    ORDER BY row_number, "column", code LIMIT :limit
""")


def enqueue(
    uow: UnitOfWork, principal: Principal, kind: str, filename: str, content: bytes
) -> UUID:
    """Put a file into the queue and return the import's id."""
    import_id = new_id()
    uow.session.execute(
        _PUT,
        {
            "id": import_id,
            "kind": kind,
            "filename": filename,
            "content": content,
            "principal": orjson.dumps(write_principal(principal)).decode(),
            "by": principal.member_id,
            "now": uow.clock.now(),
        },
    )
    uow.session.execute(_PUT_PROGRESS, {"id": import_id})
    return import_id


def get(uow: UnitOfWork, principal: Principal, import_id: UUID) -> Row[Any]:
    """Return one of the person's own imports.

    Raises:
        NotFound: `import_unknown`.
    """
    row = uow.session.execute(_ONE, {"by": principal.member_id, "id": import_id}).one_or_none()
    if row is None:
        raise NotFound(
            "import_unknown",
            Text("没有这次导入，请从导入列表中选择。", "No such import; choose one of your own."),
        )
    return row


def page(uow: UnitOfWork, principal: Principal, before: UUID | None, limit: int) -> list[Row[Any]]:
    """Return the person's own imports, newest first."""
    values = {"by": principal.member_id, "before": before, "limit": limit}
    return list(uow.session.execute(_PAGE, values))


def errors(uow: UnitOfWork, import_id: UUID, after: tuple[Any, ...], limit: int) -> list[Row[Any]]:
    """Return refusals in the order of rows, beginning after (row, column, code)."""
    row_number, column, code = after
    return list(
        uow.session.execute(
            _ERRORS,
            {
                "id": import_id, "row_number": row_number, "column": column, "code": code,
                "limit": limit,
            },
        )
    )  # fmt: skip
