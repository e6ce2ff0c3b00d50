"""The life of a rule set: draft → submitted → approved by a second person → in force."""

import re
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload

from services.points.rules import policy
from services.points.rules.models import RuleRow, RuleSetRow
from services.points.rules.schemas import RuleOut, RuleSetSummary
from services.points.rules.timeline import await_postings
from shared.auth import Principal
from shared.database import UnitOfWork
from shared.errors import Conflict, NotFound
from shared.ids import new_id
from shared.text import Text

_CODE = re.compile(r"[A-Z][0-9]{2}")
_LIMITS = ("category_caps", "monthly_gain", "floor")


def get(uow: UnitOfWork, rule_set_id: UUID, *, lock: bool = False) -> RuleSetRow:
    """Return a rule set.

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


def listing(uow: UnitOfWork, limit: int, before: UUID | None) -> list[RuleSetRow]:
    """Return rule sets, newest first."""
    query = select(RuleSetRow).order_by(RuleSetRow.id.desc()).limit(limit)
    if before is not None:
        query = query.where(RuleSetRow.id < before)
    return list(uow.session.scalars(query))


def in_force(uow: UnitOfWork) -> RuleSetRow:
    """Return the set in force now.

    Raises:
        NotFound: `no_rules_in_force`.
    """
    row = uow.session.scalar(
        select(RuleSetRow)
        .where(RuleSetRow.state == "approved", RuleSetRow.effective_at <= uow.clock.now())
        .order_by(RuleSetRow.effective_at.desc())
        .limit(1)
    )
    if row is None:
        raise NotFound(
            "no_rules_in_force",
            Text(
                zh="尚无生效的规则，请先安装预设。", en="No rules are in force; install a preset."
            ),
        )
    return row


def draft(uow: UnitOfWork, principal: Principal, *, name: str, based_on: UUID | None) -> RuleSetRow:
    """Copy a set into a new draft."""
    source = get(uow, based_on) if based_on else in_force(uow)
    row = RuleSetRow(
        id=new_id(),
        name=name,
        state="draft",
        based_on=source.id,
        category_caps=dict(source.category_caps),
        monthly_gain=source.monthly_gain,
        floor=source.floor,
        created_by=principal.member_id,
        created_at=uow.clock.now(),
    )
    row.rule_rows = [RuleRow(code=r.code, body=dict(r.body)) for r in source.rule_rows]
    uow.session.add(row)
    uow.session.flush()
    return row


def change(uow: UnitOfWork, rule_set_id: UUID, changes: dict[str, Any]) -> RuleSetRow:
    """Change a draft's name or limits."""
    row = _draft(uow, rule_set_id)
    for field, value in changes.items():
        setattr(row, field, value)
    return _save(uow, row)


def put_rule(uow: UnitOfWork, rule_set_id: UUID, code: str, body: dict[str, Any]) -> RuleSetRow:
    """Set one rule of a draft, new or changed."""
    if not _CODE.fullmatch(code):
        raise policy.unknown_code(code)
    row = _draft(uow, rule_set_id)
    known = next((rule for rule in row.rule_rows if rule.code == code), None)
    if known is None:
        row.rule_rows.append(RuleRow(code=code, body=body))
    else:
        known.body = body
    return _save(uow, row)


def drop_rule(uow: UnitOfWork, rule_set_id: UUID, code: str) -> RuleSetRow:
    """Take one rule out of a draft."""
    row = _draft(uow, rule_set_id)
    known = next((rule for rule in row.rule_rows if rule.code == code), None)
    if known is None:
        raise NotFound(
            "rule_unknown",
            Text(zh="草稿中没有这条规则。", en="The draft has no such rule; check the code."),
        )
    row.rule_rows.remove(known)
    return _save(uow, row)


def submit(
    uow: UnitOfWork, principal: Principal, rule_set_id: UUID, effective_from: date
) -> RuleSetRow:
    """Hand a draft to a second person, to take effect from a day."""
    row = _draft(uow, rule_set_id)
    policy.check_day(effective_from, uow.clock.now())
    _check_day_free(uow, effective_from)
    row.state = "submitted"
    row.effective_from = effective_from
    row.submitted_by = principal.member_id
    row.submitted_at = uow.clock.now()
    return _save(uow, row)


def approve(uow: UnitOfWork, principal: Principal, rule_set_id: UUID) -> RuleSetRow:
    """Put a submitted set in force; two approvals at once give one."""
    row = get(uow, rule_set_id, lock=True)
    policy.check_state(row.state, "submitted")
    policy.check_second_person(principal.member_id, row.created_by, row.submitted_by)
    # What is posted lies before the moment of approval then, and stays as it is.
    await_postings(uow)
    now = uow.clock.now()
    if row.effective_from is None:  # the table's constraint says it cannot be
        message = "a submitted rule set without a day"
        raise ValueError(message)
    row.effective_at = policy.effective_moment(row.effective_from, now)
    row.state = "approved"
    row.approved_by = principal.member_id
    row.approved_at = now
    try:
        return _save(uow, row)
    except IntegrityError as error:
        raise _day_taken() from error


def give_back(uow: UnitOfWork, rule_set_id: UUID) -> RuleSetRow:
    """Return a submitted set to its author as a draft."""
    row = get(uow, rule_set_id, lock=True)
    policy.check_state(row.state, "submitted")
    row.state = "draft"
    row.submitted_by = row.submitted_at = row.effective_from = None
    return _save(uow, row)


def difference(uow: UnitOfWork, rule_set_id: UUID, against: UUID | None) -> dict[str, Any]:
    """Return what changes from `against` (by default what is in force) to the set."""
    new = get(uow, rule_set_id)
    old = get(uow, against) if against else in_force(uow)
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


def _draft(uow: UnitOfWork, rule_set_id: UUID) -> RuleSetRow:
    row = get(uow, rule_set_id, lock=True)
    policy.check_state(row.state, "draft")
    return row


def _save(uow: UnitOfWork, row: RuleSetRow) -> RuleSetRow:
    """Write a change; an edit of a rule counts as an edit of its set, for ETags."""
    row.version += 1
    uow.session.flush()
    return row


def _check_day_free(uow: UnitOfWork, day: date) -> None:
    taken = uow.session.scalar(
        select(RuleSetRow.id).where(
            RuleSetRow.state == "approved", RuleSetRow.effective_from == day
        )
    )
    if taken is not None:
        raise _day_taken()


def _day_taken() -> Conflict:
    return Conflict(
        "effective_day_taken",
        Text(
            zh="这一天已有另一版规则生效，请选择别的日期。",
            en="Another rule set takes effect on that day; choose a different day.",
        ),
    )
