"""What is kept no longer than it is needed for."""

from datetime import timedelta
from typing import Final

from sqlalchemy import text

from shared.audit.retention import AUDIT_KEPT, forget_acts
from shared.database import UnitOfWork

# Clients repeat within hours; after that a key only tells who did what when, as the log does.
_KEYS_KEPT: Final = timedelta(days=7)

_FORGET_KEYS: Final = text("DELETE FROM idempotency_keys WHERE created_at < :before")


def keep_no_longer(uow: UnitOfWork) -> bool:
    """Give up what is past its time; the caller commits. Return false: all is done."""
    now = uow.clock.now()
    forget_acts(uow, now - AUDIT_KEPT)
    uow.session.execute(_FORGET_KEYS, {"before": now - _KEYS_KEPT})
    return False
