"""The rules in force somewhere in the tree, as people read them."""

from datetime import datetime
from typing import Any

from services.points.rules import service
from services.points.rules.timeline import TIMELINE, to_body
from services.points.scoring import RuleSet
from shared.database import UnitOfWork


def unit_of(path: str) -> str:
    """Return the code of the unit an organisation's path lies in; "" for the committee's own."""
    return (*path.strip("/").split("/"), "")[1]


def rules_at(uow: UnitOfWork, path: str, moment: datetime) -> RuleSet:
    """Return the rules in force at a moment for members of an organisation.

    Raises:
        NotFound: `no_rules_in_force`.
    """
    found = TIMELINE.get(uow).at(moment, unit_of(path))
    if found is None:
        raise service.none_in_force()
    return found


def shown(uow: UnitOfWork, path: str) -> dict[str, Any]:
    """Return the rules in force now for members of an organisation."""
    rules = rules_at(uow, path, uow.clock.now())
    return {
        "rule_set_id": rules.id,
        "name": service.find(uow, rules.id).name,
        "unit_rule_set_id": next(iter(rules.origins.values()), None),
        "effective_at": rules.effective_at,
        "category_caps": rules.category_caps,
        "monthly_gain": rules.monthly_gain,
        "floor": rules.floor,
        "rules": [to_body(rule) for rule in sorted(rules.rules, key=lambda rule: rule.code)],
    }
