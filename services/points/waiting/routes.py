"""What waits, over HTTP."""

from apiflask import APIBlueprint
from marshmallow import fields

from services.points.waiting import service
from services.points.waiting.permissions import WAITING_READ
from shared.web import Schema, current_principal, current_uow, requires

blueprint = APIBlueprint("waiting", __name__, url_prefix="/api/v1/waiting")


def _waiting() -> fields.Integer:
    return fields.Integer(required=True, allow_none=True)


class WaitingOut(Schema):
    """Cases the asker may decide now, by queue; null where the queue is none of theirs."""

    claims = _waiting()
    adjustments = _waiting()
    appeals = _waiting()
    objections = _waiting()
    held_facts = _waiting()
    rule_sets = _waiting()


@blueprint.get("")
@requires(WAITING_READ)
@blueprint.output(WaitingOut)
def get_waiting() -> dict[str, int | None]:
    """Count what waits for the asker's decision, queue by queue."""
    return service.count(current_uow(), current_principal())
