"""All queues counted with one statement."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import SelectBase, select

from services.points.adjustments import service as adjustments
from services.points.adjustments.permissions import ADJUSTMENTS_DECIDE
from services.points.appeals import reading as appeals
from services.points.appeals.permissions import APPEALS_DECIDE
from services.points.claims import reading as claims
from services.points.claims.permissions import REVIEW
from services.points.ledger import held_service as held_facts
from services.points.ledger.permissions import HELD_DECIDE
from services.points.rules import approval as rule_sets
from services.points.rules.permissions import RULE_SETS_APPROVE
from services.points.statements import objections
from services.points.statements.permissions import STATEMENTS_KEEP
from shared.auth import Permission, Principal
from shared.database import UnitOfWork

_Count = Callable[[UnitOfWork, Principal], SelectBase]
_QUEUES: Final[Mapping[str, tuple[Permission, _Count]]] = {
    "claims": (REVIEW, claims.waiting),
    "adjustments": (ADJUSTMENTS_DECIDE, lambda _, principal: adjustments.waiting(principal)),
    "appeals": (APPEALS_DECIDE, lambda _, principal: appeals.waiting(principal)),
    "objections": (STATEMENTS_KEEP, lambda _, principal: objections.waiting(principal)),
    "held_facts": (HELD_DECIDE, lambda _, principal: held_facts.waiting(principal)),
    "rule_sets": (RULE_SETS_APPROVE, lambda _, principal: rule_sets.waiting(principal)),
}
QUEUES: Final = tuple(_QUEUES)


def count(uow: UnitOfWork, principal: Principal) -> dict[str, int | None]:
    """Return how many cases wait for the asker, by queue; None where the queue is none of theirs."""
    counted: dict[str, Any] = {
        name: waiting(uow, principal).scalar_subquery().label(name)
        for name, (permission, waiting) in _QUEUES.items()
        if principal.paths(permission)
    }
    if not counted:
        return dict.fromkeys(QUEUES)
    row = uow.session.execute(select(*counted.values())).one()
    return {name: row._mapping.get(name) for name in QUEUES}  # noqa: SLF001 - its public name
