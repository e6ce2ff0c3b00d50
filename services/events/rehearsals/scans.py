"""Scans of a rehearsal: under a key of their own, in a table of their own.

Nothing that reads check-ins, or tells of them, ever sees one.
"""

import hmac
from hashlib import sha256
from uuid import UUID

from sqlalchemy import text

from shared.database import UnitOfWork

_PUT = text("""
    INSERT INTO rehearsal_scans (session_id, member_id, scanned_at)
    VALUES (:session, :member, :now)
    ON CONFLICT (session_id, member_id) DO UPDATE SET scanned_at = excluded.scanned_at
""")
_COUNT = text("SELECT count(*) FROM rehearsal_scans WHERE session_id = :session")


def key_of(code_key: bytes) -> bytes:
    """Return the key of rehearsals' codes: no code under it is one that counts, nor the reverse."""
    return hmac.digest(code_key, b"rehearsal", sha256)


def record(uow: UnitOfWork, session_id: UUID, member_id: UUID) -> None:
    """Note that a member's scan arrived; the caller commits."""
    values = {"session": session_id, "member": member_id, "now": uow.clock.now()}
    uow.session.execute(_PUT, values)


def count(uow: UnitOfWork, session_id: UUID) -> int:
    """Return how many have scanned in a session's rehearsal."""
    return int(uow.session.scalar(_COUNT, {"session": session_id}) or 0)
