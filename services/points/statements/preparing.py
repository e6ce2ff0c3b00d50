"""Prepares last month's drafts as soon as the month is over; nothing else happens by itself."""

from sqlalchemy import text

from services.points.statements.policy import month_before, month_of
from shared.clock import local_day
from shared.database import UnitOfWork

_PREPARE = text("""
    INSERT INTO statements (id, organisation_id, month, state, prepared_at)
    SELECT uuidv7(), o.id, :month, 'draft', :now FROM organisations o
    WHERE o.kind = 'branch' AND o.id IN (
        SELECT organisation_id FROM ledger_entries
        WHERE year = :year AND occurred_at >= :start AND occurred_at < :end
    )
    ON CONFLICT (organisation_id, month) DO NOTHING
    RETURNING id
""")


def prepare_last_month(uow: UnitOfWork) -> int:
    """Begin the statements of all branches with entries last month; return how many are new.

    A task of the worker, done again and again: points of a branch may come late.
    """
    now = uow.clock.now()
    month = month_of(month_before(local_day(now)))
    values = {"month": month.name, "year": month.year, "start": month.start, "end": month.end}
    return len(uow.session.execute(_PREPARE, {**values, "now": now}).all())
