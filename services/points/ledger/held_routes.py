"""What came too late for a closed month, over HTTP."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from marshmallow import fields
from sqlalchemy import Row

from services.points.ledger import held_service, permissions
from shared.web import (
    CursorIn,
    Schema,
    after_id,
    current_principal,
    current_uow,
    page,
    page_of,
    reason,
    requires,
    transactional,
)

blueprint = APIBlueprint("held_facts", __name__, url_prefix="/api/v1/held-facts")


class HeldFactsQuery(CursorIn):
    waiting = fields.Boolean(load_default=True)


class DecisionIn(Schema):
    reason = fields.String(required=True, validate=reason(500))


class HeldFactOut(Schema):
    """Something that lies in a month whose statement is closed."""

    id = fields.UUID(required=True)
    member_id = fields.UUID(required=True)
    member_name = fields.String(required=True)
    organisation_id = fields.UUID(required=True)
    month = fields.String(required=True)
    fact_id = fields.UUID(required=True)
    kind = fields.String(required=True)
    title = fields.String(required=True)
    occurred_at = fields.AwareDateTime(required=True)
    state = fields.String(
        required=True, metadata={"description": "present, or annulled: points would be reversed"}
    )
    received_at = fields.AwareDateTime(required=True)
    decision = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    decided_by = fields.UUID(required=True, allow_none=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)


@blueprint.get("")
@requires(permissions.HELD_DECIDE)
@blueprint.input(HeldFactsQuery, location="query")
@blueprint.output(page_of(HeldFactOut))
def get_held_facts(query_data: dict[str, Any]) -> dict[str, Any]:
    """List what is held in the own part of the tree, newest first."""
    limit, before = query_data["limit"], after_id(query_data["cursor"])
    rows = held_service.page(
        current_uow(), current_principal(), before, limit + 1, waiting=query_data["waiting"]
    )
    shown = page(rows, limit, lambda row: [row.id])
    return shown | {"items": [_shown(row) for row in rows[:limit]]}


@blueprint.post("/<uuid:held_id>/release")
@requires(permissions.HELD_DECIDE)
@transactional
@blueprint.input(DecisionIn)
@blueprint.output(HeldFactOut)
def post_release(held_id: UUID, json_data: dict[str, Any]) -> dict[str, Any]:
    """Enter a held fact as a correction of its closed month."""
    return _decide(held_id, "released", json_data["reason"])


@blueprint.post("/<uuid:held_id>/refuse")
@requires(permissions.HELD_DECIDE)
@transactional
@blueprint.input(DecisionIn)
@blueprint.output(HeldFactOut)
def post_refuse(held_id: UUID, json_data: dict[str, Any]) -> dict[str, Any]:
    """Leave a closed month as it is."""
    return _decide(held_id, "refused", json_data["reason"])


def _decide(held_id: UUID, decision: str, reason: str) -> dict[str, Any]:
    uow, principal = current_uow(), current_principal()
    return _shown(held_service.decide(uow, principal, held_id, decision, reason))


def _shown(row: Row[Any]) -> dict[str, Any]:
    fact = row.recorded["fact"]
    told = {"kind": fact["kind"], "title": row.recorded["title"]}
    from_isoformat = fields.AwareDateTime()
    return {
        **row._mapping,  # noqa: SLF001 - SQLAlchemy's public name for it
        **told,
        "occurred_at": from_isoformat.deserialize(fact["occurred_at"]),
    }
