"""Points over HTTP: the member's own, and members' within an administrator's reach."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint

from services.points.ledger import permissions, service
from services.points.ledger.schemas import EntryOut, LedgerIn, PointsIn, PointsOut, ReceiptOut
from shared.web import after_id, current_principal, current_uow, page, page_of, requires
from shared.web.problems import language

blueprint = APIBlueprint("ledger", __name__, url_prefix="/api/v1")


@blueprint.get("/me/points")
@requires(permissions.OWN_POINTS)
@blueprint.input(PointsIn, location="query")
@blueprint.output(PointsOut)
def get_my_points(query_data: dict[str, Any]) -> dict[str, Any]:
    """Read the own points of a year, or as they were at a moment."""
    return _points(current_principal().member_id, query_data)


@blueprint.get("/me/ledger")
@requires(permissions.OWN_POINTS)
@blueprint.input(LedgerIn, location="query")
@blueprint.output(page_of(EntryOut))
def get_my_ledger(query_data: dict[str, Any]) -> dict[str, Any]:
    """Read the own ledger, newest entry first, each with its why."""
    return _ledger(current_principal().member_id, query_data)


@blueprint.get("/me/receipts/<uuid:check_in_id>")
@requires(permissions.OWN_POINTS)
@blueprint.output(ReceiptOut)
def get_my_receipt(check_in_id: UUID) -> dict[str, Any]:
    """Read what an own check-in brought."""
    receipt = service.receipt_of(current_uow(), current_principal().member_id, check_in_id)
    receipt["why"] = [why.in_language(language()) for why in receipt["why"]]
    return receipt


@blueprint.get("/members/<uuid:member_id>/points")
@requires(permissions.POINTS_READ)
@blueprint.input(PointsIn, location="query")
@blueprint.output(PointsOut)
def get_points(member_id: UUID, query_data: dict[str, Any]) -> dict[str, Any]:
    """Read a member's points of a year, or as they were at a moment."""
    _check(member_id)
    return _points(member_id, query_data)


@blueprint.get("/members/<uuid:member_id>/ledger")
@requires(permissions.POINTS_READ)
@blueprint.input(LedgerIn, location="query")
@blueprint.output(page_of(EntryOut))
def get_ledger(member_id: UUID, query_data: dict[str, Any]) -> dict[str, Any]:
    """Read a member's ledger, newest entry first."""
    _check(member_id)
    return _ledger(member_id, query_data)


def _check(member_id: UUID) -> None:
    service.check_reach(current_uow(), current_principal(), permissions.POINTS_READ, member_id)


def _points(member_id: UUID, query: dict[str, Any]) -> dict[str, Any]:
    points = service.points_of(current_uow(), member_id, **query)
    for rule in points["rules"]:
        rule["name"] = rule["name"].in_language(language())
    return points


def _ledger(member_id: UUID, query: dict[str, Any]) -> dict[str, Any]:
    before = after_id(query["cursor"])
    limit = query["limit"]
    rows = service.ledger_of(current_uow(), member_id, query["year"], limit + 1, before)
    for row in rows:
        row["why"] = row["why"].in_language(language())
    return page(rows, limit, lambda row: [row["id"]])
