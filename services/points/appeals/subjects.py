"""What an appeal is about, whether it comes in time, and who had a hand in it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text

from services.points.adjustments import policy as adjustments
from services.points.adjustments.models import AdjustmentRow
from services.points.appeals import policy
from services.points.ledger.models import EntryRow
from shared.database import UnitOfWork

# Who had a hand in a fact. What an adjustment, an appeal or a claim posts has its id; a finding of
# a false claim has one in the claim's fact as well.
_INVOLVED: Final = text("""
    SELECT unnest(ARRAY[proposed_by, decided_by]) FROM adjustments
    WHERE member_id = :member AND :fact IN (id, reverses, claim_id) AND state = 'approved'
    UNION SELECT actor FROM appeal_steps
    WHERE appeal_id = :fact AND action IN ('upheld', 'dismissed')
    UNION SELECT done_by FROM claim_steps
    WHERE member_id = :member AND claim_id = :fact AND done_by IS NOT NULL
    UNION SELECT decided_by FROM held_facts
    WHERE member_id = :member AND fact_id = :fact AND decided_by IS NOT NULL
    UNION SELECT i.created_by FROM import_facts f JOIN imports i ON i.id = f.import_id
    WHERE f.member_id = :member AND f.fact_id = :fact
""")


@dataclass(frozen=True, slots=True)
class Subject:
    """What is appealed against.

    Attributes:
        occurred_at: when it happened, which is where a correction is posted.
        adjustment_id: also of an entry that an adjustment gave.
        involved: all who had a hand in it.
    """

    occurred_at: datetime
    fact_id: UUID | None = None
    entry_id: UUID | None = None
    adjustment_id: UUID | None = None
    fact_kind: str | None = None
    day: date | None = None
    involved: frozenset[UUID] = frozenset()


def of_entry(uow: UnitOfWork, member_id: UUID, entry_id: UUID) -> Subject:
    """Return an own entry.

    Raises:
        NotFound: `entry_unknown`.
        Conflict: `appeal_too_late`.
    """
    entry = uow.session.get(EntryRow, (member_id, entry_id))
    if entry is None:
        raise policy.entry_unknown()
    policy.check_in_time(entry.posted_at, adjustments.APPEAL_DAYS, uow.clock.now())
    adjustment = uow.session.get(AdjustmentRow, entry.fact_id)
    return Subject(
        occurred_at=entry.occurred_at,
        fact_id=entry.fact_id,
        entry_id=entry_id,
        adjustment_id=adjustment.id if adjustment else None,
        involved=_involved(uow, member_id, entry.fact_id),
    )


def of_adjustment(uow: UnitOfWork, member_id: UUID, adjustment_id: UUID) -> Subject:
    """Return an approved adjustment of the own points, or the approved reversal of one.

    Raises:
        NotFound: `adjustment_unknown`.
        Conflict: `adjustment_not_approved`, `appeal_too_late`.
    """
    row = uow.session.get(AdjustmentRow, adjustment_id)
    if row is None or row.member_id != member_id:
        raise adjustments.unknown()
    if row.state != "approved" or row.decided_at is None:
        raise policy.adjustment_not_decided()
    policy.check_in_time(row.decided_at, adjustments.APPEAL_DAYS, uow.clock.now())
    fact_id = row.reverses or row.id
    return Subject(
        occurred_at=row.occurred_at,
        fact_id=fact_id,
        adjustment_id=row.id,
        involved=_involved(uow, member_id, fact_id),
    )


def of_missing(uow: UnitOfWork, fact_kind: str, day: date) -> Subject:
    """Return something that was never posted.

    Raises:
        Unprocessable: `day_in_future`.
        Conflict: `appeal_too_late`.
    """
    now = uow.clock.now()
    occurred_at = adjustments.moment_of(day, now)
    policy.check_in_time(day, policy.MISSING_DAYS, now)
    return Subject(occurred_at=occurred_at, fact_kind=fact_kind, day=day)


def _involved(uow: UnitOfWork, member_id: UUID, fact_id: UUID) -> frozenset[UUID]:
    return frozenset(uow.session.scalars(_INVOLVED, {"member": member_id, "fact": fact_id}))
