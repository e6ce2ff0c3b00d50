"""What the gateway keeps of accounts no longer than it is needed for."""

from datetime import timedelta
from typing import Final

from sqlalchemy import text

from shared.audit.retention import AUDIT_KEPT, forget_acts
from shared.database import UnitOfWork

# Clients repeat within hours; after that a key only tells who did what when, as the log does.
_KEYS_KEPT: Final = timedelta(days=7)
# A refresh token of a session that is over is told so for a while, and then is simply unknown.
_SESSIONS_KEPT: Final = timedelta(days=30)
_CODES_KEPT: Final = timedelta(days=30)

_FORGET_KEYS: Final = text("DELETE FROM idempotency_keys WHERE created_at < :before")
_FORGET_SESSIONS: Final = text("DELETE FROM sign_ins WHERE expires_at < :before")
_FORGET_INVITATIONS: Final = text("DELETE FROM invitations WHERE expires_at < :before")
_FORGET_ENROLMENTS: Final = text("DELETE FROM enrolment_codes WHERE expires_at < :before")
_FORGET_PENDING: Final = text("DELETE FROM pending_factors WHERE expires_at < :before")


def keep_no_longer(uow: UnitOfWork) -> bool:
    """Give up what is past its time; the caller commits. Return false: all is done."""
    now = uow.clock.now()
    forget_acts(uow, now - AUDIT_KEPT)
    for statement, kept in (
        (_FORGET_KEYS, _KEYS_KEPT),
        (_FORGET_SESSIONS, _SESSIONS_KEPT),
        (_FORGET_INVITATIONS, _CODES_KEPT),
        (_FORGET_ENROLMENTS, _CODES_KEPT),
        (_FORGET_PENDING, timedelta()),
    ):
        uow.session.execute(statement, {"before": now - kept})
    return False
