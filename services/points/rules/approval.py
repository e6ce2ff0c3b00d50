"""Handing a rule set to a second person, and that person's approval."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, and_, false, func, or_, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from services.points.roster.models import Organisation
from services.points.rules import policy, service
from services.points.rules.floor import check_floor
from services.points.rules.in_force import of
from services.points.rules.models import RuleSetRow
from services.points.rules.permissions import RULE_SETS_APPROVE
from services.points.rules.timeline import await_postings
from shared.auth import Principal
from shared.database import UnitOfWork
from shared.errors import Conflict
from shared.text import Text

# The years are scored again one after the other; whatever is posted meanwhile scores its own anew.
_MARK_STALE: Final = text("""
    WITH places AS (
        SELECT id FROM organisations WHERE starts_with(path, :path)
        UNION SELECT organisation_id FROM organisation_moves WHERE starts_with(path, :path)
    )
    UPDATE member_years y SET stale = true
    WHERE y.year = :year AND (CAST(:path AS text) IS NULL OR EXISTS (
        SELECT FROM members m
        WHERE m.id = y.member_id AND m.organisation_id IN (SELECT id FROM places)
        UNION ALL
        SELECT FROM memberships h
        WHERE h.member_id = y.member_id AND h.organisation_id IN (SELECT id FROM places)
    ))
""")
_PATH: Final = text("SELECT path FROM organisations WHERE id = :id")


def waiting(principal: Principal) -> Select[int]:
    """Return as SQL how many submitted sets the asker may approve, as the second person."""
    paths = principal.paths(RULE_SETS_APPROVE)
    place = aliased(Organisation)
    # The city's own belong to the top of the tree.
    theirs = or_(
        place.id == RuleSetRow.organisation_id,
        and_(RuleSetRow.organisation_id.is_(None), place.parent_id.is_(None)),
    )
    return (
        select(func.count())
        .select_from(RuleSetRow)
        .join(place, theirs)
        .where(
            RuleSetRow.state == "submitted",
            RuleSetRow.created_by != principal.member_id,
            RuleSetRow.submitted_by != principal.member_id,
            or_(false(), *(place.path.startswith(path, autoescape=True) for path in paths)),
        )
    )


def submit(
    uow: UnitOfWork,
    principal: Principal,
    rule_set_id: UUID,
    effective_from: date,
    past: dict[str, Any] | None,
) -> RuleSetRow:
    """Hand a draft to a second person, to take effect from a day.

    Args:
        uow: the caller's transaction.
        principal: who submits.
        rule_set_id: a draft.
        effective_from: a day in Asia/Shanghai; a past one only with `past`.
        past: for rules of the past the `reason`, the `simulation_id` and its signed `difference`.
    """
    row = service.open_draft(uow, principal, rule_set_id)
    policy.check_day(effective_from, uow.clock.now(), retroactive=past is not None)
    if past is None:
        _check_day_free(uow, row.organisation_id, effective_from)
    else:
        _check_nothing_since(uow, past["difference"])
    service.check_bounds(uow, row)
    row.effective_from = effective_from
    row.retroactive = past is not None
    for field, value in (past or {}).items():
        setattr(row, field, value)
    check_floor(uow, row)
    row.state = "submitted"
    row.submitted_by = principal.member_id
    row.submitted_at = uow.clock.now()
    return service.save(uow, row)


def approve(
    uow: UnitOfWork, principal: Principal, rule_set_id: UUID, signed: str | None = None
) -> RuleSetRow:
    """Put a submitted set in force; two approvals at once give one.

    `signed` is the digest of the difference that a set for the past makes; its years are scored
    again from then on.
    """
    row = service.get(uow, principal, rule_set_id, RULE_SETS_APPROVE, lock=True)
    policy.check_state(row.state, "submitted")
    policy.check_second_person(principal.member_id, row.created_by, row.submitted_by)
    policy.check_signature(signed, row.difference)
    # What is posted lies before the moment of approval then, and stays as it is.
    await_postings(uow)
    if row.difference is not None:
        _check_nothing_since(uow, row.difference)
    now = uow.clock.now()
    if row.effective_from is None:  # the table's constraint says it cannot be
        message = "a submitted rule set without a day"
        raise ValueError(message)
    service.check_bounds(uow, row)
    check_floor(uow, row)
    row.effective_at = policy.effective_moment(row.effective_from, now, retroactive=row.retroactive)
    row.state = "approved"
    row.approved_by = principal.member_id
    row.approved_at = now
    try:
        saved = service.save(uow, row)
    except IntegrityError as error:
        raise _day_taken() from error
    if row.retroactive:
        path = uow.session.scalar(_PATH, {"id": row.organisation_id})
        uow.session.execute(_MARK_STALE, {"year": row.effective_from.year, "path": path})
    return saved


def _check_nothing_since(uow: UnitOfWork, difference: dict[str, Any]) -> None:
    """Refuse to sign a difference that rules approved since its simulation have made another.

    Raises:
        Conflict: `difference_outdated`.
    """
    simulated_at = datetime.fromisoformat(difference["simulated_at"])
    since = select(RuleSetRow.id).where(
        RuleSetRow.state == "approved",
        RuleSetRow.approved_at > simulated_at,
        RuleSetRow.effective_at <= uow.clock.now(),
    )
    if uow.session.scalar(since.limit(1)) is not None:
        raise Conflict(
            "difference_outdated",
            Text(
                zh="模拟之后又有规则生效，差额已变，请退回为草稿，重新模拟后再提交。",
                en="Other rules have taken effect since the simulation, and the difference is"
                " another now: return the set to draft, simulate again and submit that.",
            ),
        )


def _check_day_free(uow: UnitOfWork, organisation_id: UUID | None, day: date) -> None:
    taken = uow.session.scalar(
        select(RuleSetRow.id).where(
            of(organisation_id),
            RuleSetRow.state == "approved",
            RuleSetRow.effective_from == day,
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
