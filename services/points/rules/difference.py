"""What changes from one rule set to another."""

from typing import Any
from uuid import UUID

from services.points.rules import service
from services.points.rules.in_force import in_force, latest
from services.points.rules.models import RuleSetRow
from services.points.rules.schemas import RuleOut, RuleSetSummary
from shared.auth import Principal
from shared.database import UnitOfWork

_LIMITS = ("category_caps", "monthly_gain", "floor")


def difference(
    uow: UnitOfWork, principal: Principal, rule_set_id: UUID, against: UUID | None
) -> dict[str, Any]:
    """Return what changes from `against` (by default what is in force) to the set.

    A unit's first set is compared with nothing: it holds only what differs from the city's.
    """
    new = service.get(uow, principal, rule_set_id)
    old: RuleSetRow | None
    if against is not None:
        old = service.get(uow, principal, against)
    elif new.organisation_id is not None:
        old = latest(uow, new.organisation_id)
    else:
        old = in_force(uow)
    if old is None:
        old = RuleSetRow(category_caps={}, floor=0)
    summary = RuleSetSummary(only=_LIMITS)
    changes = _fields(None, summary.dump(old), summary.dump(new))
    before = {rule["code"]: rule for rule in RuleOut(many=True).dump(old.rules)}
    after = {rule["code"]: rule for rule in RuleOut(many=True).dump(new.rules)}
    for code in sorted(before.keys() | after.keys()):
        changes += _fields(code, before.get(code, {}), after.get(code, {}))
    return {"against": old.id, "changes": changes}


def _fields(rule: str | None, old: Any, new: Any) -> list[dict[str, Any]]:
    return [
        {"rule": rule, "field": field, "before": old.get(field), "after": new.get(field)}
        for field in sorted(old.keys() | new.keys())
        if old.get(field) != new.get(field)
    ]
