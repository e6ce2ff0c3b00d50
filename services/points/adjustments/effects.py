"""What an adjustment does to the ledger: posted on approval, rehearsed as its forecast."""

from typing import Any

from sqlalchemy import text

from services.points.adjustments import claims, facts, policy
from services.points.adjustments.models import AdjustmentRow
from services.points.ledger.posting import RecordedFact
from services.points.scoring.vocabulary import FACT_KINDS
from shared.database import UnitOfWork
from shared.errors import Problem

Entries = list[dict[str, Any]]

_SCORED = text("SELECT scored FROM members WHERE id = :member")


def carry_out(uow: UnitOfWork, row: AdjustmentRow) -> Entries:
    """Post what the adjustment does; return every entry that came of it.

    Raises:
        Conflict: `already_undone`, where what it reverses no longer counts.
        Unprocessable: `kind_not_ruled`, `member_not_scored`, `claim_without_points`.
    """
    if row.reverses is not None:
        undoing = undo(uow, uow.session.get_one(AdjustmentRow, row.reverses), row.reason)
        return facts.post_and_tell(uow, undoing)
    if row.kind not in FACT_KINDS:
        raise policy.not_ruled(row.kind)
    fact = facts.decided(
        row.id, row.member_id, row.kind, row.occurred_at, f"adjustment:{row.id}",
        group=str(row.corrects or ""), level=row.level, quantity=row.points,
    )  # fmt: skip
    recorded = [fact]
    if row.claim_id is not None:
        recorded.append(claims.taken_back(uow, row.member_id, row.claim_id, row.reason))
    entries = facts.post_and_tell(uow, recorded)
    if not any(entry["fact_id"] == row.id for entry in entries):
        scored = uow.session.scalar(_SCORED, {"member": row.member_id})
        raise policy.not_ruled(row.kind) if scored else policy.not_scored()
    return entries


def undo(uow: UnitOfWork, row: AdjustmentRow, reason: str) -> list[RecordedFact]:
    """Return the facts that take an approved adjustment back, the claim's points with it.

    Raises:
        Conflict: `already_undone`.
    """
    undoing = [facts.undone(uow, row.member_id, row.id, reason)]
    if row.claim_id is not None:
        undoing += claims.given_back(uow, row.member_id, row.claim_id, reason)
    return undoing


def rehearse(uow: UnitOfWork, row: AdjustmentRow) -> Entries:
    """Return the entries that an approval at this moment would post, and leave no trace.

    Raises:
        Problem: as `carry_out`.
    """
    with uow.rehearsal():
        return carry_out(uow, row)


def forecast(uow: UnitOfWork, row: AdjustmentRow) -> Entries | None:
    """Return what an approval would post; None if it is refused now."""
    try:
        return rehearse(uow, row)
    except Problem:
        return None


def worth_of(row: AdjustmentRow, entries: Entries) -> int:
    """Return what the adjustment itself adds before any limit, from its rehearsal."""
    about = row.reverses or row.id
    return sum(entry["worth"] for entry in entries if entry["fact_id"] == about)
