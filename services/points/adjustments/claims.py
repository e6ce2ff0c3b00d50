"""What a finding of a false claim does to the claim's points: the one place that knows of claims."""

from uuid import UUID

from sqlalchemy import select

from services.points.adjustments import policy
from services.points.adjustments.facts import locked, revised
from services.points.ledger.models import FactRow
from services.points.ledger.posting import RecordedFact
from shared.database import UnitOfWork


def taken_back(uow: UnitOfWork, member_id: UUID, claim_id: UUID, reason: str) -> RecordedFact:
    """Return the claim's fact as annulled.

    Raises:
        Unprocessable: `claim_without_points`.
    """
    row = _fact_of(uow, member_id, claim_id)
    if row is None or row.state == "annulled":
        raise policy.claim_without_points(claim_id)
    return revised(row, "annulled", reason)


def given_back(uow: UnitOfWork, member_id: UUID, claim_id: UUID, reason: str) -> list[RecordedFact]:
    """Return the claim's fact as it was before; nothing if it counts already."""
    row = _fact_of(uow, member_id, claim_id)
    if row is None or row.state == "present":
        return []
    return [revised(row, "present", reason)]


def _fact_of(uow: UnitOfWork, member_id: UUID, claim_id: UUID) -> FactRow | None:
    fact_id = uow.session.scalar(
        select(FactRow.id).where(
            FactRow.member_id == member_id, FactRow.source_key == f"claim:{claim_id}"
        )
    )
    return locked(uow, member_id, fact_id) if fact_id else None
