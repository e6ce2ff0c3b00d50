"""Statements over HTTP."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint

from services.points.statements import objections, permissions, reading, service
from services.points.statements.models import ObjectionRow
from services.points.statements.schemas import (
    AnswerIn,
    CodeIn,
    ObjectionIn,
    ObjectionOut,
    ObjectionsIn,
    OwnStatementOut,
    PublishIn,
    QueuedObjectionOut,
    StatementDetailOut,
    StatementIn,
    StatementOut,
    StatementsIn,
    VerificationOut,
)
from shared.web import (
    CursorIn,
    after_id,
    current_principal,
    current_uow,
    page,
    page_of,
    read_cursor,
    requires,
    transactional,
)

blueprint = APIBlueprint("statements", __name__, url_prefix="/api/v1")


@blueprint.get("/statements")
@requires(permissions.STATEMENTS_READ)
@blueprint.input(StatementsIn, location="query")
@blueprint.output(page_of(StatementOut))
def get_statements(query_data: dict[str, Any]) -> dict[str, Any]:
    """List statements within reach, newest first; members see what is published."""
    limit, before = query_data["limit"], after_id(query_data["cursor"])
    rows = reading.listing(current_uow(), current_principal(), query_data, before, limit + 1)
    return page(rows, limit, lambda row: [row.id])


@blueprint.post("/statements")
@requires(permissions.STATEMENTS_KEEP)
@transactional
@blueprint.input(StatementIn)
@blueprint.output(StatementOut, status_code=201)
def post_statement(json_data: dict[str, Any]) -> dict[str, Any]:
    """Prepare a branch's statement of a month, from its 26th day on."""
    uow = current_uow()
    row = service.prepare(uow, current_principal(), **json_data)
    return reading.summary(uow, row.id)


@blueprint.get("/statements/<uuid:statement_id>")
@requires(permissions.STATEMENTS_READ)
@blueprint.output(StatementDetailOut)
def get_statement(statement_id: UUID) -> dict[str, Any]:
    """Read a statement with its lines; a draft's lines are read from the ledger each time."""
    return reading.detail(current_uow(), current_principal(), statement_id)


@blueprint.post("/statements/<uuid:statement_id>/publish")
@requires(permissions.STATEMENTS_KEEP)
@transactional
@blueprint.input(PublishIn)
@blueprint.output(StatementOut)
def post_publish(statement_id: UUID, json_data: dict[str, Any]) -> dict[str, Any]:
    """Put a draft on public notice for some working days, and tell its members."""
    uow = current_uow()
    service.publish(uow, current_principal(), statement_id, **json_data)
    return reading.summary(uow, statement_id)


@blueprint.post("/statements/<uuid:statement_id>/close")
@requires(permissions.STATEMENTS_KEEP)
@transactional
@blueprint.output(StatementOut)
def post_close(statement_id: UUID) -> dict[str, Any]:
    """Freeze a statement after its notice, and close the branch's month."""
    uow = current_uow()
    service.close(uow, current_principal(), statement_id)
    return reading.summary(uow, statement_id)


@blueprint.post("/statements/<uuid:statement_id>/objections")
@requires(permissions.OBJECT)
@transactional
@blueprint.input(ObjectionIn)
@blueprint.output(ObjectionOut, status_code=201)
def post_objection(statement_id: UUID, json_data: dict[str, Any]) -> ObjectionRow:
    """Object to a line on notice, the own or another's."""
    return objections.raise_one(current_uow(), current_principal(), statement_id, **json_data)


@blueprint.get("/objections")
@requires(permissions.OBJECTIONS_READ)
@blueprint.input(ObjectionsIn, location="query")
@blueprint.output(page_of(QueuedObjectionOut))
def get_objections(query_data: dict[str, Any]) -> dict[str, Any]:
    """List the objections within reach that wait for an answer, or have one; oldest first."""
    limit, after = query_data["limit"], after_id(query_data["cursor"])
    rows = reading.objections(current_uow(), current_principal(), query_data, after, limit + 1)
    return page(rows, limit, lambda row: [row["id"]])


@blueprint.post("/objections/<uuid:objection_id>/answer")
@requires(permissions.STATEMENTS_KEEP)
@transactional
@blueprint.input(AnswerIn)
@blueprint.output(ObjectionOut)
def post_answer(objection_id: UUID, json_data: dict[str, Any]) -> ObjectionRow:
    """Answer an objection; a correction it leads to is an adjustment of its own."""
    return objections.answer(current_uow(), current_principal(), objection_id, **json_data)


@blueprint.get("/statements/verification")
@requires(permissions.STATEMENTS_READ)
@blueprint.input(CodeIn, location="query")
@blueprint.output(VerificationOut)
def get_verification(query_data: dict[str, Any]) -> dict[str, Any]:
    """Check a closed statement of the own branch by its code."""
    return reading.verification(current_uow(), current_principal(), **query_data)


@blueprint.get("/me/statements")
@requires(permissions.OWN_LINES)
@blueprint.input(CursorIn, location="query")
@blueprint.output(page_of(OwnStatementOut))
def get_my_statements(query_data: dict[str, Any]) -> dict[str, Any]:
    """Read the own line of each statement, drafts included, latest month first."""
    uow, member = current_uow(), current_principal().member_id
    limit, before = query_data["limit"], read_cursor(query_data["cursor"], str, UUID)
    rows = reading.own_statements(uow, member, before, limit + 1)
    shown = page(rows, limit, lambda row: [row.month, row.id])
    lines = ((row, reading.own_line(uow, member, row)) for row in rows[:limit])
    return shown | {"items": [{**row._mapping, "line": line} for row, line in lines if line]}  # noqa: SLF001 - SQLAlchemy's public name for it
