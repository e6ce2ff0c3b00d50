"""The facts that decisions stand behind: new ones, and the undoing of known ones."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from services.points.adjustments import policy
from services.points.ledger.decided import post_decided
from services.points.ledger.models import EntryRow, FactRow
from services.points.ledger.recorded import RecordedFact
from services.points.ledger.service import entries_where
from services.points.rules.timeline import TIMELINE
from services.points.scoring import Fact
from services.points.scoring.vocabulary import FACT_KINDS
from shared.clock import local_day
from shared.database import UnitOfWork

Entries = list[dict[str, Any]]

# An upsert that changes nothing: it locks the year, and makes it where it is the first of it.
_HOLD_YEAR = text("""
    INSERT INTO member_years (member_id, year) VALUES (:member, :year)
    ON CONFLICT (member_id, year) DO UPDATE SET year = excluded.year
""")


def decided(
    fact_id: UUID,
    member_id: UUID,
    kind: str,
    occurred_at: datetime,
    source_key: str,
    **more: Any,
) -> RecordedFact:
    """Return a fact that people have decided on; `more` are further attributes of `Fact`."""
    fact = Fact(fact_id, member_id, kind, occurred_at, role="self", source="manual", **more)
    return RecordedFact(fact, source_key, FACT_KINDS[kind].zh)


def undone(uow: UnitOfWork, member_id: UUID, fact_id: UUID, reason: str) -> RecordedFact:
    """Return a known fact as annulled; it is locked, so that of two who undo it one is refused.

    Raises:
        Conflict: `already_undone`.
    """
    row = uow.session.get(
        FactRow, (member_id, fact_id), with_for_update=True, populate_existing=True
    )
    if row is None or row.state == "annulled":
        raise policy.already_undone()
    fact = Fact(
        id=row.id,
        member_id=row.member_id,
        kind=row.kind,
        occurred_at=row.occurred_at,
        tags=tuple(row.tags),
        role=row.role,
        source=row.source,
        group=row.activity,
        minutes=row.minutes,
        level=row.level,
        quantity=row.quantity,
    )
    return RecordedFact(fact, row.source_key, row.title, "annulled", reason, row.revision + 1)


def post_and_tell(uow: UnitOfWork, recorded: Sequence[RecordedFact]) -> Entries:
    """Post facts of one member; return every entry that came of it, those of other facts too."""
    member_id = recorded[0].fact.member_id
    moments = [item.fact.occurred_at for item in recorded]
    return tell(uow, member_id, moments, lambda: post_decided(uow, recorded))


def tell(
    uow: UnitOfWork, member_id: UUID, moments: Iterable[datetime], change: Callable[[], object]
) -> Entries:
    """Make a change to a member's years that some moments lie in; return the entries it posts.

    The years are held from before the ledger is first looked at, so that nobody else's entries
    are taken for these. Rules are held before years, as in every posting.
    """
    TIMELINE.hold(uow)
    years = sorted({local_day(moment).year for moment in moments})
    for year in years:
        uow.session.execute(_HOLD_YEAR, {"member": member_id, "year": year})
    here = (EntryRow.member_id == member_id, EntryRow.year.in_(years))
    known = uow.session.scalars(select(EntryRow.id).where(*here)).all()
    change()
    return entries_where(uow, *here, EntryRow.id.not_in(known))
