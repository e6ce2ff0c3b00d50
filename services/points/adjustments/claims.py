"""What a finding of a false claim does to the claim: the one place that knows of claims."""

from uuid import UUID

from sqlalchemy import select, text

from services.points.adjustments import policy
from services.points.adjustments.facts import decided
from services.points.claims import service
from services.points.ledger.models import FactRow
from services.points.ledger.recorded import RecordedFact
from shared.database import UnitOfWork

# What the claim gave when it was taken back: of each rule, the entry that was reversed last.
_TAKEN = text("""
    SELECT coalesce(-sum(points), 0)::integer FROM (
        SELECT DISTINCT ON (rule_code) points FROM ledger_entries
        WHERE member_id = :member AND fact_id = :fact AND reverses IS NOT NULL
        ORDER BY rule_code, id DESC
    ) AS last
""")


def fact_of(uow: UnitOfWork, member_id: UUID, claim_id: UUID) -> FactRow:
    """Return the fact that an approved claim of the member is.

    Raises:
        Unprocessable: `claim_without_points`.
    """
    row = _find(uow, member_id, claim_id)
    if row is None or row.state == "annulled":
        raise policy.claim_without_points(claim_id)
    return row


def take_back(uow: UnitOfWork, claim_id: UUID, reason: str) -> None:
    """Annul the claim: what it gave is reversed."""
    service.annul(uow, claim_id, reason)


def made_good(
    uow: UnitOfWork, member_id: UUID, claim_id: UUID, fact_id: UUID, source_key: str
) -> list[RecordedFact]:
    """Return a correction that adds what the claim gave: the finding against it was wrong.

    The claim stays as it is, annulled; the correction names it.
    """
    claim = _find(uow, member_id, claim_id)
    if claim is None:
        return []
    taken = uow.session.scalar(_TAKEN, {"member": member_id, "fact": claim.id})
    if not taken:
        return []
    group = str(claim_id)
    return [
        decided(
            fact_id, member_id, "correction", claim.occurred_at, source_key,
            group=group, quantity=taken,
        )
    ]  # fmt: skip


def _find(uow: UnitOfWork, member_id: UUID, claim_id: UUID) -> FactRow | None:
    return uow.session.scalar(
        select(FactRow)
        .where(FactRow.member_id == member_id, FactRow.source_key == f"claim:{claim_id}")
        .execution_options(populate_existing=True)
    )
