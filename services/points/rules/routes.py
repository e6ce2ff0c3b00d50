"""Rules over HTTP."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from marshmallow import fields

from services.points.rules import permissions, service
from services.points.rules.models import RuleSetRow
from services.points.rules.schemas import (
    DiffOut,
    RuleIn,
    RuleSetIn,
    RuleSetOut,
    RuleSetPatch,
    RuleSetSummary,
    RulesOut,
    SubmitIn,
)
from shared.web import (
    CursorIn,
    Schema,
    after_id,
    check_if_match,
    current_principal,
    current_uow,
    etag,
    page,
    page_of,
    requires,
    transactional,
)

blueprint = APIBlueprint("rules", __name__, url_prefix="/api/v1")

Answer = tuple[RuleSetRow, int, dict[str, str]]


class AgainstIn(Schema):
    against = fields.UUID(load_default=None)


def _answer(row: RuleSetRow, status: int = 200) -> Answer:
    return row, status, etag(row.version)


@blueprint.get("/rules")
@requires(permissions.RULES_READ)
@blueprint.output(RulesOut)
def get_rules() -> dict[str, Any]:
    """Read the rules in force."""
    row = service.in_force(current_uow())
    return {
        "rule_set_id": row.id,
        "name": row.name,
        "effective_at": row.effective_at,
        "category_caps": row.category_caps,
        "monthly_gain": row.monthly_gain,
        "floor": row.floor,
        "rules": row.rules,
    }


@blueprint.get("/rule-sets")
@requires(permissions.RULE_SETS_READ)
@blueprint.input(CursorIn, location="query")
@blueprint.output(page_of(RuleSetSummary))
def get_rule_sets(query_data: dict[str, Any]) -> dict[str, Any]:
    """List rule sets, newest first."""
    before = after_id(query_data["cursor"])
    rows = service.listing(current_uow(), query_data["limit"] + 1, before)
    return page(rows, query_data["limit"], lambda row: [row.id])


@blueprint.post("/rule-sets")
@requires(permissions.RULE_SETS_DRAFT)
@transactional
@blueprint.input(RuleSetIn)
@blueprint.output(RuleSetOut, status_code=201)
def post_rule_set(json_data: dict[str, Any]) -> Answer:
    """Draft a rule set as a copy of another."""
    return _answer(service.draft(current_uow(), current_principal(), **json_data), 201)


@blueprint.get("/rule-sets/<uuid:rule_set_id>")
@requires(permissions.RULE_SETS_READ)
@blueprint.output(RuleSetOut)
def get_rule_set(rule_set_id: UUID) -> Answer:
    """Read a rule set."""
    return _answer(service.get(current_uow(), rule_set_id))


@blueprint.patch("/rule-sets/<uuid:rule_set_id>")
@requires(permissions.RULE_SETS_DRAFT)
@transactional
@blueprint.input(RuleSetPatch)
@blueprint.output(RuleSetOut)
def patch_rule_set(rule_set_id: UUID, json_data: dict[str, Any]) -> Answer:
    """Change a draft's name or limits."""
    check_if_match(service.get(current_uow(), rule_set_id).version)
    return _answer(service.change(current_uow(), rule_set_id, json_data))


@blueprint.put("/rule-sets/<uuid:rule_set_id>/rules/<code>")
@requires(permissions.RULE_SETS_DRAFT)
@transactional
@blueprint.input(RuleIn)
@blueprint.output(RuleSetOut)
def put_rule(rule_set_id: UUID, code: str, json_data: dict[str, Any]) -> Answer:
    """Set one rule of a draft."""
    return _answer(service.put_rule(current_uow(), rule_set_id, code, json_data))


@blueprint.delete("/rule-sets/<uuid:rule_set_id>/rules/<code>")
@requires(permissions.RULE_SETS_DRAFT)
@transactional
@blueprint.output(RuleSetOut)
def delete_rule(rule_set_id: UUID, code: str) -> Answer:
    """Take one rule out of a draft."""
    return _answer(service.drop_rule(current_uow(), rule_set_id, code))


@blueprint.get("/rule-sets/<uuid:rule_set_id>/diff")
@requires(permissions.RULE_SETS_READ)
@blueprint.input(AgainstIn, location="query")
@blueprint.output(DiffOut)
def get_diff(rule_set_id: UUID, query_data: dict[str, Any]) -> dict[str, Any]:
    """Compare a rule set with another, by default with the one in force."""
    return service.difference(current_uow(), rule_set_id, query_data["against"])


@blueprint.post("/rule-sets/<uuid:rule_set_id>/submit")
@requires(permissions.RULE_SETS_DRAFT)
@transactional
@blueprint.input(SubmitIn)
@blueprint.output(RuleSetOut)
def post_submit(rule_set_id: UUID, json_data: dict[str, Any]) -> Answer:
    """Hand a draft to a second person for approval."""
    uow, principal = current_uow(), current_principal()
    return _answer(service.submit(uow, principal, rule_set_id, json_data["effective_from"]))


@blueprint.post("/rule-sets/<uuid:rule_set_id>/approve")
@requires(permissions.RULE_SETS_APPROVE)
@transactional
@blueprint.output(RuleSetOut)
def post_approve(rule_set_id: UUID) -> Answer:
    """Approve a set somebody else drafted and submitted."""
    return _answer(service.approve(current_uow(), current_principal(), rule_set_id))


@blueprint.post("/rule-sets/<uuid:rule_set_id>/return")
@requires(permissions.RULE_SETS_APPROVE)
@transactional
@blueprint.output(RuleSetOut)
def post_return(rule_set_id: UUID) -> Answer:
    """Give a submitted set back to its author as a draft."""
    return _answer(service.give_back(current_uow(), rule_set_id))
