"""Whoever never checked out of a timed session is taken to have left when it ended.

Nothing of that is stored as if it had happened: it is worked out from the marks there are, and
flagged, and gives way to whatever turns up later. A pass that was cut off is made again.
"""

from datetime import timedelta
from typing import Final

from sqlalchemy import text

from services.events.catalogue.categories import CATEGORIES
from services.events.check_ins.record import hold_session, work_out
from shared.database import UnitOfWork

# Longer than any worker is away, so that the look back does not grow with the years.
_LOOKED_BACK: Final = timedelta(days=31)
_AT_ONCE: Final = 500

# Of an extended session, those who were taken to have left at its former end.
_STILL_IN: Final = text("""
    SELECT c.session_id, c.member_id
    FROM event_sessions s
    JOIN events e ON e.id = s.event_id
    JOIN check_ins c ON c.session_id = s.id
    WHERE s.ends_at >= :since AND s.ends_at < :now AND s.closes_at < :now
      AND (e.category = ANY(:timed) OR e.tags && CAST(:timed AS text[]))
      AND c.state <> 'annulled' AND c.method <> 'import'
      AND (c.checked_out_at IS NULL OR (c.auto_checked_out AND c.checked_out_at < s.ends_at))
    ORDER BY c.session_id
    LIMIT :limit
""")


def check_out_those_left(uow: UnitOfWork) -> bool:
    """Check those out of one session who are still in though it is over; tell if there were any."""
    now = uow.clock.now()
    timed = [category.code for category in CATEGORIES.values() if category.timed]
    rows = uow.session.execute(
        _STILL_IN, {"since": now - _LOOKED_BACK, "now": now, "timed": timed, "limit": _AT_ONCE}
    ).all()
    if not rows:
        return False
    session_id = rows[0].session_id
    session = hold_session(uow, session_id)
    work_out(uow, session, [row.member_id for row in rows if row.session_id == session_id])
    return True
