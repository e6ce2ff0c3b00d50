"""The rules in force: the city's set, a unit's, and both together as people read them."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from services.points.rules.models import RuleSetRow
from services.points.rules.timeline import TIMELINE, to_body
from shared.database import UnitOfWork
from shared.errors import NotFound
from shared.text import Text


def of(organisation_id: UUID | None) -> ColumnElement[bool]:
    """Return the condition for the sets of a unit; None: the city's."""
    if organisation_id is None:
        return RuleSetRow.organisation_id.is_(None)
    return RuleSetRow.organisation_id == organisation_id


def in_force(uow: UnitOfWork) -> RuleSetRow:
    """Return the city's set in force now.

    Raises:
        NotFound: `no_rules_in_force`.
    """
    row = latest(uow, None)
    if row is None:
        raise none_in_force()
    return row


def none_in_force() -> NotFound:
    return NotFound(
        "no_rules_in_force",
        Text(zh="尚无生效的规则，请先安装预设。", en="No rules are in force; install a preset."),
    )


def latest(uow: UnitOfWork, organisation_id: UUID | None) -> RuleSetRow | None:
    """Return the set in force now that a unit has of its own, or the city's; None without one."""
    return uow.session.scalar(
        select(RuleSetRow)
        .where(
            of(organisation_id),
            RuleSetRow.state == "approved",
            RuleSetRow.effective_at <= uow.clock.now(),
        )
        .order_by(RuleSetRow.effective_at.desc(), RuleSetRow.approved_at.desc())
        .limit(1)
    )


def unit_of(path: str) -> str:
    """Return the code of the unit an organisation's path lies in; "" for the committee's own."""
    return (*path.strip("/").split("/"), "")[1]


def shown(uow: UnitOfWork, path: str) -> dict[str, Any]:
    """Return the rules in force now for members of an organisation.

    Raises:
        NotFound: `no_rules_in_force`.
    """
    rules = TIMELINE.get(uow).at(uow.clock.now(), unit_of(path))
    if rules is None:
        raise none_in_force()
    return {
        "rule_set_id": rules.id,
        "name": uow.session.scalar(select(RuleSetRow.name).where(RuleSetRow.id == rules.id)),
        "unit_rule_set_id": next(iter(rules.origins.values()), None),
        "effective_at": rules.effective_at,
        "category_caps": rules.category_caps,
        "monthly_gain": rules.monthly_gain,
        "floor": rules.floor,
        "rules": [to_body(rule) for rule in sorted(rules.rules, key=lambda rule: rule.code)],
    }
