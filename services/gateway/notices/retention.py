"""What the gateway keeps no longer than it is needed for."""

from datetime import timedelta
from typing import Final

from sqlalchemy import text

from shared.database import UnitOfWork

# What is older is history, and stands where it happened: in the ledger, at the event.
NOTICES_KEPT: Final = timedelta(days=180)

_BATCH: Final = 10_000
_FORGET = text("""
    DELETE FROM notices WHERE (member_id, key) IN (
        SELECT member_id, key FROM notices WHERE created_at < :before LIMIT :batch
    ) RETURNING 1
""")


def forget_old_notices(uow: UnitOfWork) -> bool:
    """Delete some notices past their time; tell whether there were any. The caller commits."""
    values = {"before": uow.clock.now() - NOTICES_KEPT, "batch": _BATCH}
    return bool(uow.session.execute(_FORGET, values).all())
