"""What is kept for how long, over HTTP; the same for every service."""

from collections.abc import Callable, Sequence
from typing import Any

from apiflask import APIBlueprint
from marshmallow import fields

from shared.retention.permissions import RETENTION_READ
from shared.retention.rules import Rule, told
from shared.web import Schema, Suite, current_suite, current_uow, requires


class RetentionRuleOut(Schema):
    what = fields.String(required=True)
    days = fields.Integer(
        required=True, allow_none=True, metadata={"description": "null if it is kept for good"}
    )
    setting = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "the variable of the environment; null if it is fixed"},
    )
    given_up = fields.Integer(
        required=True, allow_none=True, metadata={"description": "by the last run; null before it"}
    )


class RetentionRunOut(Schema):
    finished_at = fields.AwareDateTime(required=True)
    given_up = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        metadata={"description": "how many, by what"},
    )


class RetentionOut(Schema):
    """What a service keeps and for how long, and its last runs, newest first."""

    rules = fields.List(fields.Nested(RetentionRuleOut), required=True)
    runs = fields.List(fields.Nested(RetentionRunOut), required=True)


def retention_blueprint(
    name: str, prefix: str, rules: Callable[[Suite], Sequence[Rule]]
) -> APIBlueprint:
    """Return the route that says what a service keeps.

    Args:
        name: of the blueprint.
        prefix: e.g. ``/api/v1/points-retention``.
        rules: as the service's worker carries them out.
    """
    blueprint = APIBlueprint(name, __name__, url_prefix=prefix, tag="retention")

    @blueprint.get("")
    @requires(RETENTION_READ)
    @blueprint.output(RetentionOut)
    def get_retention() -> dict[str, Any]:
        """What is kept for how long, by which setting, and what was given up when."""
        return told(current_uow(), rules(current_suite()))

    return blueprint
