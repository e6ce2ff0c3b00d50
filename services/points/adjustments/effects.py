"""What an adjustment does to the ledger: posted on approval, rehearsed as its forecast."""

from uuid import UUID

from services.points.adjustments import claims, facts, policy
from services.points.adjustments.facts import Entries
from services.points.adjustments.models import AdjustmentRow
from services.points.ledger.decided import post_decided
from services.points.ledger.past import was_scored
from services.points.ledger.recorded import RecordedFact
from services.points.scoring.vocabulary import FACT_KINDS
from shared.database import UnitOfWork
from shared.errors import Problem


def carry_out(uow: UnitOfWork, row: AdjustmentRow) -> Entries:
    """Post what the adjustment does; return every entry that came of it.

    Raises:
        Conflict: `already_undone`, where what it reverses no longer counts.
        Unprocessable: `kind_not_ruled`, `member_not_scored`, `claim_without_points`.
    """
    if row.reverses is not None:
        original = uow.session.get_one(AdjustmentRow, row.reverses)
        return facts.post_and_tell(uow, undo(uow, original, row.reason, row.id, _key(row)))
    if row.kind not in FACT_KINDS:
        raise policy.not_ruled(row.kind)
    entries = _record(uow, row)
    if not any(entry["fact_id"] == row.id for entry in entries):
        scored = was_scored(uow, row.member_id, row.occurred_at)
        raise policy.not_ruled(row.kind) if scored else policy.not_scored()
    return entries


def _record(uow: UnitOfWork, row: AdjustmentRow) -> Entries:
    fact = facts.decided(
        row.id, row.member_id, row.kind, row.occurred_at, _key(row),
        group=str(row.corrects or ""), level=row.level, quantity=row.points,
    )  # fmt: skip
    if row.claim_id is None:
        return facts.post_and_tell(uow, [fact])
    claim_id = row.claim_id
    claim = claims.fact_of(uow, row.member_id, claim_id)

    def both() -> None:
        claims.take_back(uow, claim_id, row.reason)
        post_decided(uow, [fact])

    return facts.tell(uow, row.member_id, (row.occurred_at, claim.occurred_at), both)


def _key(row: AdjustmentRow) -> str:
    return f"adjustment:{row.id}"


def undo(
    uow: UnitOfWork, row: AdjustmentRow, reason: str, decision_id: UUID, source_key: str
) -> list[RecordedFact]:
    """Return the facts that take an approved adjustment back, on the strength of a decision.

    A claim that it had found false is made good, by a correction with the decision's id.

    Raises:
        Conflict: `already_undone`.
    """
    undoing = [facts.undone(uow, row.member_id, row.id, reason)]
    if row.claim_id is not None:
        undoing += claims.made_good(uow, row.member_id, row.claim_id, decision_id, source_key)
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
