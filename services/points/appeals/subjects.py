"""What an appeal is about, whether it comes in time, and who had a hand in it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import text

from services.points.adjustments import policy as adjustments
from services.points.adjustments.models import AdjustmentRow
from services.points.appeals import policy
from services.points.appeals.models import AppealRow
from services.points.ledger.models import EntryRow
from shared.clock import local_day
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
# Who has had to do with what a member got nothing for, by its kind and day, and when it was
# refused: in a claim, in a finding against one, or as having come too late for its month.
_HANDLED: Final = text("""
    WITH claimed AS (
        SELECT id, CASE state WHEN 'rejected' THEN closed_at END AS refused_at FROM claims
        WHERE member_id = :member AND kind = :kind AND day = :day
    )
    SELECT s.done_by, c.refused_at FROM claimed c
    JOIN claim_steps s ON s.member_id = :member AND s.claim_id = c.id AND s.done_by IS NOT NULL
    UNION SELECT unnest(ARRAY[a.proposed_by, a.decided_by]), NULL FROM claimed c
    JOIN adjustments a ON a.claim_id = c.id AND a.state = 'approved'
    UNION SELECT decided_by, decided_at FROM held_facts
    WHERE member_id = :member AND decision = 'refused' AND recorded #>> '{fact,kind}' = :kind
        AND (CAST(recorded #>> '{fact,occurred_at}' AS timestamptz)
            AT TIME ZONE 'Asia/Shanghai')::date = :day
""")
_UNDER_REVIEW: Final = text("""
    SELECT EXISTS (
        SELECT FROM claims WHERE member_id = :member AND kind = :kind AND day = :day
            AND closed_at IS NULL AND coalesce(due_on >= :today, true)
    )
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
    policy.check_in_time(adjustments.appeal_until(entry.posted_at), uow.clock.now())
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
    policy.check_in_time(adjustments.appeal_until(row.decided_at), uow.clock.now())
    fact_id = row.reverses or row.id
    return Subject(
        occurred_at=row.occurred_at,
        fact_id=fact_id,
        adjustment_id=row.id,
        involved=_involved(uow, member_id, fact_id),
    )


def of_missing(uow: UnitOfWork, member_id: UUID, fact_kind: str, day: date) -> Subject:
    """Return something that was never posted, or that was claimed and rejected.

    Its time counts from the day, or from the refusal where that ends later.

    Raises:
        Unprocessable: `day_in_future`.
        Conflict: `appeal_too_late`; `claim_under_review`, which would be given twice.
    """
    now = uow.clock.now()
    occurred_at = adjustments.moment_of(day, now)
    handled = _handled(uow, member_id, fact_kind, day)
    until = [adjustments.appeal_until(refused_at) for _, refused_at in handled if refused_at]
    policy.check_in_time(max([day + timedelta(days=policy.MISSING_DAYS), *until]), now)
    claimed = {"member": member_id, "kind": fact_kind, "day": day, "today": local_day(now)}
    if uow.session.scalar(_UNDER_REVIEW, claimed):
        raise policy.claim_under_review()
    involved = frozenset(who for who, _ in handled)
    return Subject(occurred_at=occurred_at, fact_kind=fact_kind, day=day, involved=involved)


def involved_in(uow: UnitOfWork, row: AppealRow) -> frozenset[UUID]:
    """Return all who by now had a hand in what an appeal is about."""
    if row.fact_id is not None:
        return _involved(uow, row.member_id, row.fact_id)
    return frozenset(who for who, _ in _handled(uow, row.member_id, row.fact_kind, row.day))


def _handled(
    uow: UnitOfWork, member_id: UUID, kind: str | None, day: date | None
) -> list[tuple[UUID, datetime | None]]:
    rows = uow.session.execute(_HANDLED, {"member": member_id, "kind": kind, "day": day})
    return [(who, refused_at) for who, refused_at in rows]


def _involved(uow: UnitOfWork, member_id: UUID, fact_id: UUID) -> frozenset[UUID]:
    return frozenset(uow.session.scalars(_INVOLVED, {"member": member_id, "fact": fact_id}))
