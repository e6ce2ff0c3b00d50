"""The life of a rule set: draft → submitted → approved by a second person → in force.

The city's sets and those of units take the same path; a unit's holds only what differs.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from services.points.roster.models import Organisation
from services.points.rules import policy
from services.points.rules.in_force import in_force, latest, of
from services.points.rules.models import RuleRow, RuleSetRow
from services.points.rules.permissions import RULE_SETS_APPROVE, RULE_SETS_DRAFT, RULE_SETS_READ
from services.points.rules.presets import copy_preset
from services.points.rules.timeline import await_postings, to_rule
from services.points.scoring import Rule
from shared.auth import Permission, Principal
from shared.database import UnitOfWork
from shared.errors import NotFound, Unprocessable
from shared.ids import new_id
from shared.text import Text


def get(
    uow: UnitOfWork,
    principal: Principal,
    rule_set_id: UUID,
    permission: Permission = RULE_SETS_READ,
    *,
    lock: bool = False,
) -> RuleSetRow:
    """Return a rule set within reach.

    The city's sets are open to all who may read sets; to draft or approve one needs the city.

    Raises:
        NotFound: `rule_set_unknown`.
        Forbidden: `out_of_reach`.
    """
    row = find(uow, rule_set_id, lock=lock)
    if row.organisation_id is not None or permission is not RULE_SETS_READ:
        principal.require(permission, _path(uow, row.organisation_id))
    return row


def find(uow: UnitOfWork, rule_set_id: UUID, *, lock: bool = False) -> RuleSetRow:
    """Return a rule set, whoever asks.

    Raises:
        NotFound: `rule_set_unknown`.
    """
    query = select(RuleSetRow).where(RuleSetRow.id == rule_set_id)
    query = query.options(selectinload(RuleSetRow.rule_rows))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = uow.session.scalar(query)
    if row is None:
        raise NotFound(
            "rule_set_unknown",
            Text(
                zh="没有这个规则版本，请刷新列表。",
                en="There is no such rule set; read the list again.",
            ),
        )
    return row


def listing(
    uow: UnitOfWork,
    principal: Principal,
    organisation_id: UUID | None,
    limit: int,
    before: UUID | None,
) -> list[RuleSetRow]:
    """Return rule sets, newest first: the city's, or those of a unit within reach."""
    if organisation_id is not None:
        _unit(uow, principal, organisation_id, RULE_SETS_READ)
    query = select(RuleSetRow).where(of(organisation_id)).order_by(RuleSetRow.id.desc())
    if before is not None:
        query = query.where(RuleSetRow.id < before)
    return list(uow.session.scalars(query.limit(limit)))


def draft(
    uow: UnitOfWork,
    principal: Principal,
    *,
    name: str,
    based_on: UUID | None = None,
    preset: str | None = None,
    organisation_id: UUID | None = None,
) -> RuleSetRow:
    """Begin a draft as a copy: of the set named, of a preset, or of the set in force.

    A unit's first is empty.
    """
    if organisation_id is None:
        principal.require(RULE_SETS_DRAFT, _path(uow, None))
    else:
        _unit(uow, principal, organisation_id, RULE_SETS_DRAFT)
    row = RuleSetRow(
        id=new_id(),
        name=name,
        state="draft",
        organisation_id=organisation_id,
        category_caps={},
        floor=0,
        created_by=principal.member_id,
        created_at=uow.clock.now(),
    )
    if preset is not None:
        copy_preset(preset, row)
    elif source := _source(uow, principal, based_on, organisation_id):
        row.based_on = source.id
        row.category_caps = dict(source.category_caps)
        row.monthly_gain, row.floor = source.monthly_gain, source.floor
        row.rule_rows = [RuleRow(code=r.code, body=dict(r.body)) for r in source.rule_rows]
    uow.session.add(row)
    uow.session.flush()
    return row


def _source(
    uow: UnitOfWork, principal: Principal, based_on: UUID | None, organisation_id: UUID | None
) -> RuleSetRow | None:
    """Return the set a draft copies; None for a unit that has none in force."""
    if based_on is None:
        return in_force(uow) if organisation_id is None else latest(uow, organisation_id)
    source = get(uow, principal, based_on)
    if source.organisation_id != organisation_id:
        raise Unprocessable(
            "based_on_another",
            Text(
                zh="只能以本级的规则版本为底稿，请另选版本。",
                en="A draft is based on a set of the same organisation; choose another.",
            ),
        )
    return source


def change(row: RuleSetRow, uow: UnitOfWork, changes: dict[str, Any]) -> RuleSetRow:
    """Change the name or limits of a draft opened for it; caps that are not named stay."""
    caps = row.category_caps | changes.pop("category_caps", {})
    row.category_caps = {category: cap for category, cap in caps.items() if cap is not None}
    for field, value in changes.items():
        setattr(row, field, value)
    check_bounds(uow, row)
    return save(uow, row)


def put_rule(
    uow: UnitOfWork, principal: Principal, rule_set_id: UUID, code: str, body: dict[str, Any]
) -> RuleSetRow:
    """Set one rule of a draft, new or changed."""
    row = open_draft(uow, principal, rule_set_id)
    policy.check_code(code, of_unit=row.organisation_id is not None)
    known = next((rule for rule in row.rule_rows if rule.code == code), None)
    if known is None:
        row.rule_rows.append(RuleRow(code=code, body=body))
    else:
        known.body = body
    check_bounds(uow, row)
    return save(uow, row)


def drop_rule(uow: UnitOfWork, principal: Principal, rule_set_id: UUID, code: str) -> RuleSetRow:
    """Take one rule out of a draft."""
    row = open_draft(uow, principal, rule_set_id)
    known = next((rule for rule in row.rule_rows if rule.code == code), None)
    if known is None:
        raise NotFound(
            "rule_unknown",
            Text(zh="草稿中没有这条规则。", en="The draft has no such rule; check the code."),
        )
    row.rule_rows.remove(known)
    return save(uow, row)


def open_draft(uow: UnitOfWork, principal: Principal, rule_set_id: UUID) -> RuleSetRow:
    """Return a draft, locked, that the person may change.

    Raises:
        Conflict: `rule_set_not_draft`.
    """
    row = get(uow, principal, rule_set_id, RULE_SETS_DRAFT, lock=True)
    policy.check_state(row.state, "draft")
    return row


def give_back(uow: UnitOfWork, principal: Principal, rule_set_id: UUID) -> RuleSetRow:
    """Return a submitted set to its author as a draft."""
    row = get(uow, principal, rule_set_id, RULE_SETS_APPROVE, lock=True)
    policy.check_state(row.state, "submitted")
    row.state = "draft"
    row.submitted_by = row.submitted_at = row.effective_from = None
    row.retroactive, row.reason, row.simulation_id, row.difference = False, None, None, None
    return save(uow, row)


def revoke(uow: UnitOfWork, principal: Principal, rule_set_id: UUID) -> RuleSetRow:
    """Take back an approved set that has not taken effect."""
    row = get(uow, principal, rule_set_id, RULE_SETS_APPROVE, lock=True)
    policy.check_state(row.state, "approved")
    await_postings(uow)
    now = uow.clock.now()
    policy.check_not_begun(row.effective_at, now)
    row.state, row.revoked_by, row.revoked_at = "revoked", principal.member_id, now
    return save(uow, row)


def save(uow: UnitOfWork, row: RuleSetRow) -> RuleSetRow:
    """Write a change; an edit of a rule counts as an edit of its set, for ETags."""
    row.version += 1
    uow.session.flush()
    return row


def _path(uow: UnitOfWork, organisation_id: UUID | None) -> str:
    """Return the path of the organisation whose rules they are."""
    where = (
        Organisation.parent_id.is_(None)
        if organisation_id is None
        else Organisation.id == organisation_id
    )
    return uow.session.scalar(select(Organisation.path).where(where)) or "/"


def _unit(
    uow: UnitOfWork, principal: Principal, organisation_id: UUID, permission: Permission
) -> None:
    """Refuse what is no unit, or lies out of reach."""
    row = uow.session.get(Organisation, organisation_id)
    if row is None or row.kind != "unit":
        raise NotFound(
            "unit_unknown",
            Text(
                zh="没有这个单位；只有单位（机关党委）可以有自己的规则。",
                en="There is no such unit; only units have rules of their own.",
            ),
        )
    principal.require(permission, row.path)


def check_bounds(uow: UnitOfWork, row: RuleSetRow) -> None:
    """Refuse a unit's set that is more than the city's in force."""
    if row.organisation_id is None:
        return
    city = in_force(uow)
    above = tuple(to_rule(body) for body in city.rules)
    for rule in own_rules(row):
        policy.check_bounds(above, city.category_caps, rule)
    fields = [
        f"category_caps.{category}"
        for category, cap in row.category_caps.items()
        if cap > city.category_caps.get(category, cap)
    ]
    if city.monthly_gain is not None and (row.monthly_gain or 0) > city.monthly_gain:
        fields.append("monthly_gain")
    if row.floor:
        fields.append("floor")
    if fields:
        raise policy.exceeds_city(None, fields)


def own_rules(row: RuleSetRow) -> list[Rule]:
    """Return a set's rules as scoring takes them."""
    return [to_rule(body) for body in row.rules]
