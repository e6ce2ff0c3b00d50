"""Proofs over HTTP."""

from typing import Any

from apiflask import APIBlueprint
from sqlalchemy import Row

from services.points.checker import proofs
from services.points.checker.permissions import PROOFS_ASK, PROOFS_READ
from services.points.checker.schemas import ProofJobOut, ProofOut, ProofsPage
from shared.web import (
    CursorIn,
    after_id,
    current_principal,
    current_uow,
    page,
    requires,
    transactional,
)

blueprint = APIBlueprint("proofs", __name__, url_prefix="/api/v1/proofs")


@blueprint.get("")
@requires(PROOFS_READ)
@blueprint.input(CursorIn, location="query")
@blueprint.output(ProofsPage)
def get_proofs(query_data: dict[str, Any]) -> dict[str, Any]:
    """List proofs, newest first."""
    limit = query_data["limit"]
    rows = proofs.page(current_uow(), after_id(query_data["cursor"]), limit + 1)
    return page(rows, limit, lambda row: [row.id])


@blueprint.get("/latest")
@requires(PROOFS_READ)
@blueprint.output(ProofOut)
def get_latest_proof() -> Row[Any]:
    """Read the newest proof: what was checked, and what was wrong where."""
    return proofs.latest(current_uow())


@blueprint.post("")
@requires(PROOFS_ASK)
@transactional
@blueprint.output(ProofJobOut, status_code=202)
def post_proof() -> Row[Any]:
    """Ask for a proof now; one that waits or is being made is answered instead of another."""
    return proofs.ask(current_uow(), current_principal())
