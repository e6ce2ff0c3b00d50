"""Months of branches whose statements are closed: what lies in them needs a decision."""

from uuid import UUID

from sqlalchemy import text

from shared.database import UnitOfWork

_IS_CLOSED = text("""
    SELECT EXISTS (
        SELECT FROM closed_months WHERE organisation_id = :organisation AND month = :month
    )
""")
_CLOSE = text("""
    INSERT INTO closed_months (organisation_id, month, closed_at)
    VALUES (:organisation, :month, :now)
""")


def is_closed(uow: UnitOfWork, organisation_id: UUID, month: str) -> bool:
    """Tell whether a branch's month, e.g. ``2026-11``, is closed."""
    values = {"organisation": organisation_id, "month": month}
    return bool(uow.session.scalar(_IS_CLOSED, values))


def close(uow: UnitOfWork, organisation_id: UUID, month: str) -> None:
    """Close a branch's month, in the transaction that freezes its statement.

    The caller has waited for postings under way (`await_postings`).
    """
    values = {"organisation": organisation_id, "month": month, "now": uow.clock.now()}
    uow.session.execute(_CLOSE, values)
