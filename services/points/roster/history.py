"""Where a member belonged and whether scored, from when to when."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select

from services.points.roster.models import Membership, ScoringChange
from shared.database import UnitOfWork

# Two changes never share an instant, whatever the clock says.
TICK: Final = timedelta(microseconds=1)


def close(uow: UnitOfWork, member_id: UUID) -> None:
    """End the present membership, if there is one."""
    present = uow.session.scalar(
        select(Membership).where(Membership.member_id == member_id, Membership.until.is_(None))
    )
    if present is not None:
        present.until = max(uow.clock.now(), present.since + TICK)
        uow.session.flush()


def begin(
    uow: UnitOfWork,
    member_id: UUID,
    organisation_id: UUID,
    *,
    reason: str = "",
    recorded_by: UUID | None = None,
) -> Membership:
    """Begin a membership after the last one has ended."""
    last = uow.session.scalar(
        select(Membership.until)
        .where(Membership.member_id == member_id)
        .order_by(Membership.since.desc())
        .limit(1)
    )
    now = uow.clock.now()
    begun = Membership(
        member_id=member_id,
        organisation_id=organisation_id,
        since=now if last is None else max(now, last),
        until=None,
        reason=reason,
        recorded_by=recorded_by,
    )
    uow.session.add(begun)
    uow.session.flush()
    return begun


def scoring_change(uow: UnitOfWork, member_id: UUID, *, scored: bool) -> None:
    """Note that from now on a member is scored, or is not; what has been earned stays."""
    last = uow.session.scalar(
        select(func.max(ScoringChange.since)).where(ScoringChange.member_id == member_id)
    )
    now = uow.clock.now()
    since = now if last is None else max(now, last + TICK)
    uow.session.add(ScoringChange(member_id=member_id, since=since, scored=scored))


def of(uow: UnitOfWork, member_id: UUID) -> list[Membership]:
    """Return a member's memberships, newest first."""
    query = select(Membership).where(Membership.member_id == member_id)
    return list(uow.session.scalars(query.order_by(Membership.since.desc())))
