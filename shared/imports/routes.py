"""The addresses of imports, the same for every service that imports."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response, request
from sqlalchemy import Row
from werkzeug.datastructures import FileStorage

from shared.auth import Permission, Principal
from shared.errors import Unprocessable
from shared.imports import changes, jobs
from shared.imports.kinds import Kind
from shared.imports.schemas import (
    ErrorPage,
    ImportChangesPage,
    ImportChangesQuery,
    ImportIn,
    ImportOut,
    ImportsPage,
    ImportsQuery,
    UndoIn,
)
from shared.imports.templates import template
from shared.imports.texts import text_of_refusal
from shared.text import Text
from shared.web import (
    CursorIn,
    after_id,
    current_principal,
    current_uow,
    page,
    read_cursor,
    requires,
    transactional,
)
from shared.web.guards import role_needed
from shared.web.problems import language

MAX_FILE: Final = 64 * 1024 * 1024
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FIRST: Final = (0, "", "")


def imports_blueprint(
    name: str, prefix: str, kinds: Sequence[Kind], permission: Permission
) -> APIBlueprint:
    """Return the routes by which people import spreadsheets.

    Args:
        name: of the blueprint.
        prefix: e.g. ``/api/v1/imports``.
        kinds: what may be imported here.
        permission: who may import; how far that reaches is for the kinds' checks.
    """
    blueprint = APIBlueprint(name, __name__, url_prefix=prefix, tag="imports")
    known = {kind.name: kind for kind in kinds}

    @blueprint.before_request
    def allow_a_file() -> None:
        request.max_content_length = MAX_FILE

    @blueprint.post("")
    @requires(permission)
    @transactional
    @blueprint.input(ImportIn, location="form_and_files")
    @blueprint.output(ImportOut, status_code=202)
    def post_import(form_and_files_data: dict[str, Any]) -> tuple[dict[str, object], int, Any]:
        """Send a spreadsheet; it is applied whole or, with every bad row named, not at all."""
        kind, file = form_and_files_data["kind"], form_and_files_data["file"]
        uow, principal = current_uow(), current_principal()
        _require(known, kind, principal)
        import_id = jobs.enqueue(
            uow,
            principal,
            kind,
            _filename(file),
            file.read(),
            preview=form_and_files_data["preview"],
        )
        return (
            _shown(known, jobs.get(uow, principal, permission, import_id)),
            202,
            {"Location": f"{prefix}/{import_id}"},
        )

    @blueprint.get("")
    @requires(permission)
    @blueprint.input(ImportsQuery, location="query")
    @blueprint.output(ImportsPage)
    def get_imports(query_data: dict[str, Any]) -> dict[str, object]:
        """List the own imports and those of who reached no further, newest first."""
        before, limit = after_id(query_data.pop("cursor")), query_data["limit"]
        wanted = {**query_data, "limit": limit + 1}
        rows = jobs.page(current_uow(), current_principal(), permission, before, wanted)
        result = page(rows, limit, lambda row: [row.id])
        return {**result, "items": [_shown(known, row) for row in rows[:limit]]}

    @blueprint.get("/<uuid:import_id>")
    @requires(permission)
    @blueprint.output(ImportOut)
    def get_import(import_id: UUID) -> dict[str, object]:
        """How far an import has come, and what was refused."""
        uow = current_uow()
        job = jobs.get(uow, current_principal(), permission, import_id)
        found = jobs.errors(uow, import_id, _FIRST, jobs.SHOWN_ERRORS)
        return _shown(known, job, [_error(known.get(job.kind), row) for row in found])

    @blueprint.get("/<uuid:import_id>/errors")
    @requires(permission)
    @blueprint.input(CursorIn, location="query")
    @blueprint.output(ErrorPage)
    def get_import_errors(import_id: UUID, query_data: dict[str, Any]) -> dict[str, object]:
        """Every refusal of an import, in the order of rows."""
        uow, limit = current_uow(), query_data["limit"]
        job = jobs.get(uow, current_principal(), permission, import_id)
        after = read_cursor(query_data["cursor"], int, str, str) or _FIRST
        rows = jobs.errors(uow, import_id, after, limit + 1)
        result = page(rows, limit, lambda row: [row.row_number, row.column, row.code])
        return {**result, "items": [_error(known.get(job.kind), row) for row in rows[:limit]]}

    @blueprint.get("/<uuid:import_id>/changes")
    @requires(permission)
    @blueprint.input(ImportChangesQuery, location="query")
    @blueprint.output(ImportChangesPage)
    def get_import_changes(import_id: UUID, query_data: dict[str, Any]) -> dict[str, object]:
        """What a previewed file would change, in the order of rows; nothing once it is applied."""
        uow, limit = current_uow(), query_data["limit"]
        job = jobs.get(uow, current_principal(), permission, import_id)
        after = read_cursor(query_data["cursor"], int, str) or (0, "")
        rows = changes.page(uow, import_id, query_data.get("change"), after, limit + 1)
        result = page(rows, limit, lambda row: [row.row_number, row.change])
        shown = [_change(known.get(job.kind), row) for row in rows[:limit]]
        return {**result, "items": shown, "counts": changes.counts(uow, import_id)}

    @blueprint.get("/templates/<kind>")
    @requires(permission)
    @blueprint.doc(responses={200: "The spreadsheet."})
    def get_template(kind: str) -> Response:
        """An empty spreadsheet with the headings of a kind, and notes on what may be written."""
        if kind not in known:
            raise _kind_unknown(known)
        response = Response(template(known[kind]), mimetype=_XLSX)
        response.headers["Content-Disposition"] = f'attachment; filename="{kind}.xlsx"'
        return response

    _add_decisions(blueprint, permission, known)
    return blueprint


def _add_decisions(blueprint: APIBlueprint, permission: Permission, known: dict[str, Kind]) -> None:
    """Add what people do with an import that they have looked at."""

    @blueprint.post("/<uuid:import_id>/apply")
    @requires(permission)
    @transactional
    @blueprint.output(ImportOut, status_code=202)
    def post_apply(import_id: UUID) -> dict[str, object]:
        """Apply a file whose preview was looked at."""
        uow, principal = current_uow(), current_principal()
        _require(known, jobs.get(uow, principal, permission, import_id).kind, principal)
        jobs.apply(uow, principal, import_id)
        return _shown(known, jobs.get(uow, principal, permission, import_id))

    @blueprint.post("/<uuid:import_id>/undo")
    @requires(permission)
    @transactional
    @blueprint.input(UndoIn)
    @blueprint.output(ImportOut, status_code=202)
    def post_undo(import_id: UUID, json_data: dict[str, Any]) -> dict[str, object]:
        """Take back, as one, all that an import brought."""
        uow, principal = current_uow(), current_principal()
        job = jobs.get(uow, principal, permission, import_id)
        kind = _require(known, job.kind, principal)
        jobs.undo(uow, principal, job, json_data["reason"], kind, kind.permission or permission)
        return _shown(known, jobs.get(uow, principal, permission, import_id))


def _require(known: dict[str, Kind], name: str, principal: Principal) -> Kind:
    """Return a kind that this person may import."""
    if name not in known:
        raise _kind_unknown(known)
    narrower = known[name].permission
    if narrower is not None and not principal.holds(narrower):
        raise role_needed(narrower)
    return known[name]


def _filename(file: FileStorage) -> str:
    name = "".join(c for c in file.filename or "" if c.isprintable())
    return name[:200] or "file"


def _shown(
    known: dict[str, Kind], job: Row[Any], errors: Sequence[dict[str, object]] = ()
) -> dict[str, object]:
    by = {"id": job.principal["member_id"], "name": job.principal["name"]}
    kind = known.get(job.kind)
    undoable = job.state == "done" and kind is not None and kind.undo is not None
    return {**job._mapping, "by": by, "errors": errors, "is_undoable": undoable}  # noqa: SLF001 - SQLAlchemy's public name for it


def _error(kind: Kind | None, row: Row[Any]) -> dict[str, object]:
    return {
        "row": row.row_number,
        "column": row.column,
        "heading": _heading(kind, row.column),
        "code": row.code,
        "message": text_of_refusal(kind, row.code, row.value).in_language(language()),
    }


def _change(kind: Kind | None, row: Row[Any]) -> dict[str, object]:
    details = [{**each, "heading": _heading(kind, each["column"])} for each in row.details]
    return {
        "row": row.row_number, "change": row.change, "subject": row.subject, "details": details
    }  # fmt: skip


def _heading(kind: Kind | None, column: str) -> str:
    headings = {c.name: c.zh for c in kind.columns} if kind else {}
    return Text(headings.get(column, column), column).in_language(language())


def _kind_unknown(known: dict[str, Kind]) -> Unprocessable:
    kinds = "、".join(known)
    return Unprocessable(
        "import_kind_unknown",
        Text(f"导入类型须为：{kinds}。", f"Choose one of the kinds: {', '.join(known)}."),
        extra={"kinds": list(known)},
    )
