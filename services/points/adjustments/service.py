"""The life of an adjustment: proposed → approved by a second person, rejected, or withdrawn."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from services.points.adjustments import effects, notices, policy
from services.points.adjustments.facts import Entries
from services.points.adjustments.models import AdjustmentRow
from services.points.adjustments.permissions import ADJUSTMENTS_DECIDE
from services.points.adjustments.reach import own_or_within, within
from services.points.claims.attachments import service as attachments
from services.points.ledger.models import EntryRow, FactRow
from services.points.ledger.service import check_reach, entries_where
from services.points.roster import organisations
from services.points.roster.models import Member, Organisation
from shared.auth import Principal
from shared.database import UnitOfWork
from shared.ids import new_id

_Reversal, _Proposer, _Decider = aliased(AdjustmentRow), aliased(Member), aliased(Member)


def propose(uow: UnitOfWork, principal: Principal, **given: Any) -> dict[str, Any]:
    """Propose an adjustment of a member within reach; whom a deduction concerns is told.

    Raises:
        Forbidden: `own_case`.
        NotFound: `member_unknown`, `attachment_unknown`.
        Gone: `attachment_gone`.
        Unprocessable: `kind_not_ruled`, `member_not_scored`, `day_in_future`,
            `entry_not_of_member`, `claim_without_points`.
        Conflict: `claim_already_named`.
    """
    member_id = given["member_id"]
    policy.check_not_oneself(principal.member_id, member_id)
    check_reach(uow, principal, ADJUSTMENTS_DECIDE, member_id)
    if given["attachment_id"]:
        attachments.hold(uow, principal.member_id, given["attachment_id"])
    corrects = given["corrects"]
    if corrects and uow.session.get(EntryRow, (member_id, corrects)) is None:
        raise policy.entry_not_of_member()
    now = uow.clock.now()
    occurred_at = policy.moment_of(given["day"], now)
    row = AdjustmentRow(
        id=new_id(),
        occurred_at=occurred_at,
        proposed_by=principal.member_id,
        proposed_at=now,
        **given,
    )
    return _put_forward(uow, row)


def reverse(
    uow: UnitOfWork, principal: Principal, adjustment_id: UUID, reason: str
) -> dict[str, Any]:
    """Propose to undo an approved adjustment; a second person decides on this as well.

    Raises:
        Conflict: `adjustment_not_approved`, `reversal_is_final`, `already_undone`,
            `already_being_reversed`.
    """
    row = _to_decide(uow, principal, adjustment_id)
    policy.check_reversible(row.state, row.reverses)
    reversal = AdjustmentRow(
        id=new_id(),
        member_id=row.member_id,
        kind=row.kind,
        day=row.day,
        occurred_at=row.occurred_at,
        reason=reason,
        reverses=row.id,
        proposed_by=principal.member_id,
        proposed_at=uow.clock.now(),
    )
    return _put_forward(uow, reversal)


def approve(uow: UnitOfWork, principal: Principal, adjustment_id: UUID) -> dict[str, Any]:
    """Post what somebody else has proposed; of two approvals at once one is refused.

    Raises:
        Conflict: `adjustment_closed`, `already_undone`.
        Forbidden: `own_case`, `second_person_needed`.
        Unprocessable: where rules or facts have changed since the proposal, as `propose`.
    """
    row = _to_decide(uow, principal, adjustment_id)
    policy.check_open(row.state)
    policy.check_second_person(principal.member_id, row.proposed_by)
    entries = effects.carry_out(uow, row)
    _close(uow, principal, row, "approved")
    notices.tell_of_approval(uow, row, entries)
    return _detail(uow, row)


def reject(
    uow: UnitOfWork, principal: Principal, adjustment_id: UUID, reason: str
) -> dict[str, Any]:
    """Turn down what somebody else has proposed.

    Raises:
        Conflict: `adjustment_closed`.
        Forbidden: `own_case`, `second_person_needed`.
    """
    row = _to_decide(uow, principal, adjustment_id)
    policy.check_open(row.state)
    policy.check_second_person(principal.member_id, row.proposed_by)
    _close(uow, principal, row, "rejected", reason)
    notices.tell_that_nothing_comes(uow, row)
    return _detail(uow, row)


def withdraw(uow: UnitOfWork, principal: Principal, adjustment_id: UUID) -> dict[str, Any]:
    """Take an own proposal back.

    Raises:
        Conflict: `adjustment_closed`.
        Forbidden: `proposer_only`.
    """
    row = _to_decide(uow, principal, adjustment_id)
    policy.check_open(row.state)
    policy.check_proposer(principal.member_id, row.proposed_by)
    _close(uow, principal, row, "withdrawn")
    notices.tell_that_nothing_comes(uow, row)
    return _detail(uow, row)


def read(uow: UnitOfWork, principal: Principal, adjustment_id: UUID) -> dict[str, Any]:
    """Return an adjustment with its forecast or its entries.

    Raises:
        NotFound: `adjustment_unknown`.
    """
    return _detail(uow, _get(uow, principal, adjustment_id))


def page(
    uow: UnitOfWork,
    principal: Principal,
    filters: Mapping[str, Any],
    before: UUID | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return adjustments about the asker and within reach, newest first.

    Filters, each optional: `member_id`, `organisation_id` (it and all below), `state`, and
    `queue`: what the asker may decide.
    """
    reaches = principal.paths(ADJUSTMENTS_DECIDE)
    seen = own_or_within(AdjustmentRow.member_id, principal.member_id, reaches)
    query = _SHOWN.where(seen).order_by(AdjustmentRow.id.desc())
    if filters["queue"]:
        query = query.where(_waits_for(principal))
    if filters["member_id"]:
        query = query.where(AdjustmentRow.member_id == filters["member_id"])
    if filters["state"]:
        query = query.where(AdjustmentRow.state == filters["state"])
    if filters["organisation_id"]:
        query = query.where(within([organisations.find(uow, filters["organisation_id"]).path]))
    if before is not None:
        query = query.where(AdjustmentRow.id < before)
    return [_shown(row) for row in uow.session.execute(query.limit(limit))]


def waiting(principal: Principal) -> Select[int]:
    """Return as SQL how many adjustments the asker may decide."""
    return (
        select(func.count())
        .select_from(AdjustmentRow)
        .join(Member, Member.id == AdjustmentRow.member_id)
        .join(Organisation, Organisation.id == Member.organisation_id)
        .where(_waits_for(principal))
    )


def _waits_for(principal: Principal) -> ColumnElement[bool]:
    return and_(
        within(principal.paths(ADJUSTMENTS_DECIDE)),
        AdjustmentRow.state == "proposed",
        AdjustmentRow.proposed_by != principal.member_id,
        AdjustmentRow.member_id != principal.member_id,
    )


_SHOWN: Select[*tuple[Any, ...]] = (
    select(
        AdjustmentRow,
        Member.name,
        Member.organisation_id,
        select(_Reversal.id)
        .where(
            _Reversal.reverses == AdjustmentRow.id, _Reversal.state.in_(("proposed", "approved"))
        )
        .scalar_subquery(),
        select(FactRow.state == "annulled")
        .where(FactRow.member_id == AdjustmentRow.member_id, FactRow.id == AdjustmentRow.id)
        .scalar_subquery(),
        # Administrators need not be on the roster.
        _Proposer.name,
        _Decider.name,
    )
    .outerjoin(_Proposer, _Proposer.id == AdjustmentRow.proposed_by)
    .outerjoin(_Decider, _Decider.id == AdjustmentRow.decided_by)
    .join(Member, Member.id == AdjustmentRow.member_id)
    .join(Organisation, Organisation.id == Member.organisation_id)
)


def _shown(found: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    row, name, branch, reversed_by, undone, proposer, decider = found
    shown = {column.key: getattr(row, column.key) for column in AdjustmentRow.__table__.columns}
    return shown | {
        "member_name": name,
        "proposed_by_name": proposer,
        "decided_by_name": decider,
        "organisation_id": branch,
        "reversed_by": reversed_by,
        "undone": bool(undone),
        "appeal_until": policy.appeal_until(row.decided_at) if row.state == "approved" else None,
    }


def _detail(uow: UnitOfWork, row: AdjustmentRow) -> dict[str, Any]:
    """Return an adjustment, with its forecast while it waits."""
    forecast = effects.forecast(uow, row) if row.state == "proposed" else None
    return _with_entries(uow, row, forecast)


def _with_entries(uow: UnitOfWork, row: AdjustmentRow, forecast: Entries | None) -> dict[str, Any]:
    about = (EntryRow.member_id == row.member_id, EntryRow.fact_id == (row.reverses or row.id))
    shown = _shown(uow.session.execute(_SHOWN.where(AdjustmentRow.id == row.id)).one())
    entries = entries_where(uow, *about) if row.state == "approved" else []
    return shown | {"forecast": forecast, "entries": entries}


def _get(uow: UnitOfWork, principal: Principal, adjustment_id: UUID) -> AdjustmentRow:
    """Return an adjustment about the asker or within reach, locked.

    A forecast is a rehearsal, so reading takes its turn with deciding.
    """
    query = select(AdjustmentRow).where(AdjustmentRow.id == adjustment_id).with_for_update()
    row = uow.session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise policy.unknown()
    path = uow.session.scalars(
        select(Organisation.path)
        .join(Member, Member.organisation_id == Organisation.id)
        .where(Member.id == row.member_id)
    ).one()
    if principal.member_id != row.member_id and not principal.reaches(ADJUSTMENTS_DECIDE, path):
        raise policy.unknown()
    return row


def _to_decide(uow: UnitOfWork, principal: Principal, adjustment_id: UUID) -> AdjustmentRow:
    row = _get(uow, principal, adjustment_id)
    policy.check_not_oneself(principal.member_id, row.member_id)
    return row


def _put_forward(uow: UnitOfWork, row: AdjustmentRow) -> dict[str, Any]:
    uow.session.add(row)
    try:
        uow.session.flush()
    except IntegrityError as error:
        if row.reverses is not None:
            raise policy.already_being_reversed() from error
        raise policy.claim_already_named() from error
    forecast = effects.rehearse(uow, row)
    row.worth = effects.worth_of(row, forecast)
    uow.session.flush()
    notices.tell_of_proposal(uow, row)
    return _with_entries(uow, row, forecast)


def _close(
    uow: UnitOfWork, principal: Principal, row: AdjustmentRow, state: str, reason: str | None = None
) -> None:
    row.state = state
    row.decided_by = principal.member_id
    row.decided_at = uow.clock.now()
    row.decision_reason = reason
    uow.session.flush()
