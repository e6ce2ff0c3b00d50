"""What upholding an appeal does to the ledger.

It needs no second person of its own: the member who appeals and who decides are two, and all it
can do is to the member's good. Points are taken by an adjustment, which two others stand behind.
"""

from uuid import UUID

from services.points.adjustments import effects, facts
from services.points.adjustments.facts import Entries
from services.points.adjustments.models import AdjustmentRow
from services.points.adjustments.policy import not_ruled
from services.points.appeals import policy
from services.points.appeals.models import AppealRow
from services.points.ledger.models import EntryRow, FactRow
from services.points.ledger.service import entries_where
from shared.database import UnitOfWork

CORRECTION = "correction"


def annul(uow: UnitOfWork, row: AppealRow, reason: str) -> Entries:
    """Undo the deduction that the appeal is about; return the entries that came of it.

    Raises:
        Unprocessable: `annul_not_possible`, of anything that added points or that nobody decided.
        Conflict: `already_undone`.
    """
    fact = uow.session.get(FactRow, (row.member_id, row.fact_id)) if row.fact_id else None
    if fact is None or fact.source != "manual" or _given(uow, fact) > 0:
        raise policy.nothing_to_annul()
    adjustment = uow.session.get(AdjustmentRow, fact.id)
    undoing = (
        effects.undo(uow, adjustment, reason, row.id, key_of(row.id))
        if adjustment
        else [facts.undone(uow, fact.member_id, fact.id, reason)]
    )
    return facts.post_and_tell(uow, undoing)


def correct(uow: UnitOfWork, row: AppealRow, points: int) -> Entries:
    """Add points, tenths, where the thing happened; return the entries that came of it.

    Raises:
        Unprocessable: `kind_not_ruled`.
    """
    about = row.entry_id or row.adjustment_id
    fact = facts.decided(
        row.id, row.member_id, CORRECTION, row.occurred_at, key_of(row.id),
        group=str(about or ""), quantity=points,
    )  # fmt: skip
    entries = facts.post_and_tell(uow, [fact])
    if not any(entry["fact_id"] == row.id for entry in entries):
        raise not_ruled(CORRECTION)
    return entries


def key_of(appeal_id: UUID) -> str:
    """Return the source key of what an upheld appeal posts."""
    return f"appeal:{appeal_id}"


def _given(uow: UnitOfWork, fact: FactRow) -> int:
    """Return what a fact gives as the ledger stands, reversed entries netted out."""
    about = (EntryRow.member_id == fact.member_id, EntryRow.fact_id == fact.id)
    return sum(entry["points"] for entry in entries_where(uow, *about))
