"""Imports as people see them: queued, listed, read with their errors."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

import orjson
from sqlalchemy import CursorResult, Row, TextClause, text

from shared.auth import Permission, Principal
from shared.database import UnitOfWork
from shared.errors import Conflict, NotFound
from shared.ids import new_id
from shared.imports import changes
from shared.imports.kinds import Kind
from shared.imports.runner import read_principal, write_principal
from shared.text import Text

STATES: Final = (
    "queued", "running", "previewed", "done", "refused", "failed", "dropped", "undone",
)  # fmt: skip
# Refusals shown with an import itself; the rest are read page by page.
SHOWN_ERRORS: Final = 1_000

_PUT = text("""
    INSERT INTO imports (id, kind, filename, content, principal, created_by, created_at, mode)
    VALUES (:id, :kind, :filename, :content, CAST(:principal AS jsonb), :by, :now, :mode)
""")
_PUT_PROGRESS = text("INSERT INTO import_progress (import_id) VALUES (:id)")

# One's own, and those of who reached no further: whoever takes an office over finds what the one
# before brought, and can undo it.
_JOBS = """
    SELECT id, kind, filename, principal, created_at, finished_at, summary, mode,
        CASE WHEN state = 'undone' THEN finished_at END AS undone_at, undo_reason,
        CASE WHEN state = 'queued' AND attempts > 0 THEN 'running' ELSE state END AS state,
        total_rows, processed_rows
    FROM imports JOIN import_progress ON import_id = id
    WHERE (created_by = :by OR NOT EXISTS (
        SELECT FROM jsonb_array_elements(principal -> 'grants') AS held
        WHERE held ->> 0 = ANY(:roles) AND NOT held ->> 1 ^@ ANY(CAST(:paths AS text[]))
    ))
"""
_ONE = text(_JOBS + " AND id = :id")
_PAGE = text(f"""
    SELECT * FROM ({_JOBS}) AS seen
    WHERE (CAST(:before AS uuid) IS NULL OR id < :before)
        AND (CAST(:kind AS text) IS NULL OR kind = :kind)
        AND (CAST(:state AS text) IS NULL OR state = :state)
    ORDER BY id DESC LIMIT :limit
""")  # noqa: S608 - put together from a constant
_QUEUE_AGAIN = text("""
    UPDATE imports SET state = 'queued', finished_at = NULL, mode = :mode, undone_by = :by,
        undo_reason = :reason,
        principal = CASE WHEN :mode = 'apply' THEN CAST(:principal AS jsonb) ELSE principal END
    WHERE id = :id AND state = :state
""")
_TRY_ANEW = text("UPDATE import_progress SET attempts = 0 WHERE import_id = :id")
_FORGET_ERRORS = text("DELETE FROM import_errors WHERE import_id = :id")
_DROP = text("""
    UPDATE imports SET state = 'dropped', content = NULL
    WHERE state = 'previewed' AND finished_at < :before RETURNING id
""")
_ERRORS = text("""
    SELECT row_number, "column", code, value FROM import_errors
    WHERE import_id = :id
      AND (row_number, "column", code) > (:row_number, CAST(:column AS text), CAST(:code AS text))
    ORDER BY row_number, "column", code LIMIT :limit
""")


def enqueue(
    uow: UnitOfWork,
    principal: Principal,
    kind: str,
    filename: str,
    content: bytes,
    *,
    preview: bool = False,
) -> UUID:
    """Put a file into the queue, to be looked at or applied; return the import's id."""
    import_id = new_id()
    uow.session.execute(
        _PUT,
        {
            "id": import_id,
            "kind": kind,
            "filename": filename,
            "content": content,
            "principal": _stored(principal),
            "by": principal.member_id,
            "now": uow.clock.now(),
            "mode": "preview" if preview else "apply",
        },
    )
    uow.session.execute(_PUT_PROGRESS, {"id": import_id})
    return import_id


def get(uow: UnitOfWork, principal: Principal, permission: Permission, import_id: UUID) -> Row[Any]:
    """Return one of the imports the person sees.

    Raises:
        NotFound: `import_unknown`.
    """
    values = {**_sees(principal, permission), "id": import_id}
    row = uow.session.execute(_ONE, values).one_or_none()
    if row is None:
        raise NotFound(
            "import_unknown",
            Text("没有这次导入，请从导入列表中选择。", "No such import; choose one of the list."),
        )
    return row


def apply(uow: UnitOfWork, principal: Principal, import_id: UUID) -> None:
    """Queue a previewed file to be applied, with the roles held now; it is not sent again.

    Raises:
        Conflict: `import_not_previewed`.
    """
    if not _queue_again(uow, principal, import_id, mode="apply", state="previewed"):
        raise Conflict(
            "import_not_previewed",
            Text(
                "只有预览完成且未过期的导入可以应用，请重新上传。",
                "Only a preview that is finished and kept can be applied; send the file again.",
            ),
        )


def undo(
    uow: UnitOfWork,
    principal: Principal,
    job: Row[Any],
    reason: str,
    kind: Kind,
    permission: Permission,
) -> None:
    """Queue an applied import to be taken back as one.

    Raises:
        Forbidden: `out_of_reach`; what the importer reached then is not all reached now.
        Conflict: `import_not_undoable`; not applied, undone already, or of a kind that cannot be;
            and what the kind itself objects.
    """
    for path in read_principal(job.principal).paths(permission):
        principal.require(permission, path)
    if kind.undo is None or not _queue_again(
        uow, principal, job.id, mode="undo", state="done", reason=reason
    ):
        raise Conflict(
            "import_not_undoable",
            Text(
                "只有已应用且未撤销过的成绩、计划导入可以撤销，请核对导入记录。",
                "Only an applied import of results or of a plan that was not undone before can be"
                " undone; check the list of imports.",
            ),
        )
    if kind.check_undo is not None:
        kind.check_undo(uow, job.id)


def drop_previews(uow: UnitOfWork, before: datetime) -> int:
    """Drop files that were looked at before a moment and never applied; return how many."""
    dropped = uow.session.scalars(_DROP, {"before": before}).all()
    changes.forget(uow, dropped)
    return len(dropped)


def _queue_again(
    uow: UnitOfWork,
    principal: Principal,
    import_id: UUID,
    *,
    mode: str,
    state: str,
    reason: str | None = None,
) -> bool:
    """Put an import that is in `state` back into the queue; return whether it was in it."""
    values = {
        "id": import_id,
        "mode": mode,
        "state": state,
        "principal": _stored(principal),
        "by": principal.member_id if mode == "undo" else None,
        "reason": reason,
    }
    if not _changed(uow, _QUEUE_AGAIN, values):
        return False
    uow.session.execute(_TRY_ANEW, values)
    uow.session.execute(_FORGET_ERRORS, values)
    changes.forget(uow, [import_id])
    return True


def _stored(principal: Principal) -> str:
    return orjson.dumps(write_principal(principal)).decode()


def _changed(uow: UnitOfWork, statement: TextClause, values: dict[str, Any]) -> int:
    result = cast("CursorResult[Any]", uow.session.execute(statement, values))
    return result.rowcount


def page(
    uow: UnitOfWork,
    principal: Principal,
    permission: Permission,
    before: UUID | None,
    wanted: Mapping[str, Any],
) -> list[Row[Any]]:
    """Return the imports the person sees, newest first; `wanted` has `kind`, `state` and `limit`."""
    values = {**_sees(principal, permission), **wanted, "before": before}
    return list(uow.session.execute(_PAGE, values))


def _sees(principal: Principal, permission: Permission) -> dict[str, Any]:
    return {
        "by": principal.member_id,
        "roles": list(permission.roles),
        "paths": list(principal.paths(permission)),
    }


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
