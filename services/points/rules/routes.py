"""Rules over HTTP."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from marshmallow import fields

from services.points.rules import approval, in_force, permissions, service
from services.points.rules.difference import difference
from services.points.rules.models import RuleSetRow
from services.points.rules.schemas import (
    ApproveIn,
    DiffOut,
    RuleIn,
    RuleSetIn,
    RuleSetOut,
    RuleSetPatch,
    RuleSetSummary,
    RulesOut,
    SubmitIn,
    WordsOut,
)
from services.points.rules.words import words
from services.points.simulations.service import signed_difference
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
from shared.web.problems import language

blueprint = APIBlueprint("rules", __name__, url_prefix="/api/v1")

Answer = tuple[RuleSetRow, int, dict[str, str]]


class RuleSetsQuery(CursorIn):
    organisation_id = fields.UUID(load_default=None)


class AgainstIn(Schema):
    against = fields.UUID(load_default=None)


def _answer(row: RuleSetRow, status: int = 200) -> Answer:
    return row, status, etag(row.version)


@blueprint.get("/rules")
@requires(permissions.RULES_READ)
@blueprint.output(RulesOut)
def get_rules() -> dict[str, Any]:
    """Read the rules in force where the asker belongs."""
    return in_force.shown(current_uow(), current_principal().organisation_path)


@blueprint.get("/rules/words")
@requires(permissions.RULES_READ)
@blueprint.output(WordsOut)
def get_words() -> dict[str, Any]:
    """Read what a rule can be made of, and what each kind of value takes."""
    return words(language())


@blueprint.get("/rule-sets")
@requires(permissions.RULE_SETS_READ)
@blueprint.input(RuleSetsQuery, location="query")
@blueprint.output(page_of(RuleSetSummary))
def get_rule_sets(query_data: dict[str, Any]) -> dict[str, Any]:
    """List rule sets, newest first: the city's, or a unit's own."""
    before, limit = after_id(query_data["cursor"]), query_data["limit"]
    organisation_id = query_data["organisation_id"]
    rows = service.listing(current_uow(), current_principal(), organisation_id, limit + 1, before)
    return page(rows, limit, lambda row: [row.id])


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
    return _answer(service.get(current_uow(), current_principal(), rule_set_id))


@blueprint.patch("/rule-sets/<uuid:rule_set_id>")
@requires(permissions.RULE_SETS_DRAFT)
@transactional
@blueprint.input(RuleSetPatch)
@blueprint.output(RuleSetOut)
def patch_rule_set(rule_set_id: UUID, json_data: dict[str, Any]) -> Answer:
    """Change a draft's name or limits."""
    row = service.open_draft(current_uow(), current_principal(), rule_set_id)
    check_if_match(row.version)
    return _answer(service.change(row, current_uow(), json_data))


@blueprint.put("/rule-sets/<uuid:rule_set_id>/rules/<code>")
@requires(permissions.RULE_SETS_DRAFT)
@transactional
@blueprint.input(RuleIn)
@blueprint.output(RuleSetOut)
def put_rule(rule_set_id: UUID, code: str, json_data: dict[str, Any]) -> Answer:
    """Set one rule of a draft."""
    return _answer(
        service.put_rule(current_uow(), current_principal(), rule_set_id, code, json_data)
    )


@blueprint.delete("/rule-sets/<uuid:rule_set_id>/rules/<code>")
@requires(permissions.RULE_SETS_DRAFT)
@transactional
@blueprint.output(RuleSetOut)
def delete_rule(rule_set_id: UUID, code: str) -> Answer:
    """Take one rule out of a draft."""
    return _answer(service.drop_rule(current_uow(), current_principal(), rule_set_id, code))


@blueprint.get("/rule-sets/<uuid:rule_set_id>/diff")
@requires(permissions.RULE_SETS_READ)
@blueprint.input(AgainstIn, location="query")
@blueprint.output(DiffOut)
def get_diff(rule_set_id: UUID, query_data: dict[str, Any]) -> dict[str, Any]:
    """Compare a rule set with another, by default with the one in force."""
    return difference(current_uow(), current_principal(), rule_set_id, query_data["against"])


@blueprint.post("/rule-sets/<uuid:rule_set_id>/submit")
@requires(permissions.RULE_SETS_DRAFT)
@transactional
@blueprint.input(SubmitIn)
@blueprint.output(RuleSetOut)
def post_submit(rule_set_id: UUID, json_data: dict[str, Any]) -> Answer:
    """Hand a draft to a second person for approval."""
    uow, principal = current_uow(), current_principal()
    day, past = json_data.pop("effective_from"), None
    if json_data:
        row = service.open_draft(uow, principal, rule_set_id)
        simulation_id = json_data["simulation_id"]
        past = json_data | {
            "difference": signed_difference(uow, principal, simulation_id, row, day)
        }
    return _answer(approval.submit(uow, principal, rule_set_id, day, past))


@blueprint.post("/rule-sets/<uuid:rule_set_id>/approve")
@requires(permissions.RULE_SETS_APPROVE)
@transactional
@blueprint.input(ApproveIn)
@blueprint.output(RuleSetOut)
def post_approve(rule_set_id: UUID, json_data: dict[str, Any]) -> Answer:
    """Approve a set somebody else drafted and submitted."""
    uow, principal = current_uow(), current_principal()
    return _answer(approval.approve(uow, principal, rule_set_id, json_data["digest"]))


@blueprint.post("/rule-sets/<uuid:rule_set_id>/return")
@requires(permissions.RULE_SETS_APPROVE)
@transactional
@blueprint.output(RuleSetOut)
def post_return(rule_set_id: UUID) -> Answer:
    """Give a submitted set back to its author as a draft."""
    return _answer(service.give_back(current_uow(), current_principal(), rule_set_id))


@blueprint.post("/rule-sets/<uuid:rule_set_id>/revoke")
@requires(permissions.RULE_SETS_APPROVE)
@transactional
@blueprint.output(RuleSetOut)
def post_revoke(rule_set_id: UUID) -> Answer:
    """Take back an approved set that has not taken effect."""
    return _answer(service.revoke(current_uow(), current_principal(), rule_set_id))
