"""Who has a seat: the one place that gives and frees them, exact whatever comes at once.

Everybody who gives or frees a seat holds the event's row of settings meanwhile. Whoever asks joins
the end of the list; one statement then counts who has a seat and gives those that are free to the
first on the list. So the order is that of asking, and nobody passes anybody. The database refuses
a seat too many besides (`seats_are_not_oversold`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, text

from services.events.registrations import news, policy
from services.events.registrations.models import RegistrationRow
from services.events.registrations.policy import Terms
from services.events.registrations.refusals import REFUSALS
from shared.database import UnitOfWork

LOCK: Final = "SELECT FROM registration_settings WHERE event_id = :event FOR NO KEY UPDATE"
# After the lock, in a statement of its own: it then sees what others did while this one waited.
_READ = text("""
    WITH lapsed AS (
        UPDATE registrations SET state = 'lapsed', ended_at = :now
        WHERE event_id = :event AND state = 'offered' AND reply_by <= :now
        RETURNING id
    )
    SELECT ARRAY(SELECT id FROM lapsed) AS lapsed,
        e.state, e.starts_at, s.capacity, s.opens_at, s.closes_at, s.cancel_until, s.reply_hours
    FROM registration_settings s JOIN events e ON e.id = s.event_id WHERE s.event_id = :event
""")
# Whoever asks just now is there to take the seat; whoever waited may have to be asked.
_GIVE = text("""
    WITH free AS (
        SELECT CASE WHEN capacity IS NOT NULL THEN greatest(0, capacity - (
            SELECT count(*) FROM registrations
            WHERE event_id = :event AND state IN ('offered', 'registered')
        )) END AS seats
        FROM registration_settings WHERE event_id = :event
    ), next AS (
        SELECT id FROM registrations
        WHERE event_id = :event AND state = 'waiting' AND (:moves OR id = :asking)
        ORDER BY asked_at, id LIMIT (SELECT seats FROM free)
    )
    UPDATE registrations r SET
        state = CASE WHEN seated THEN 'registered' ELSE 'offered' END,
        reply_by = CASE WHEN NOT seated THEN CAST(:reply_by AS timestamptz) END
    FROM (
        SELECT id, CAST(:reply_by AS timestamptz) IS NULL OR id IS NOT DISTINCT FROM :asking AS seated
        FROM next
    ) AS given
    WHERE r.event_id = :event AND r.id = given.id
    RETURNING r.id
""")


@dataclass(frozen=True, slots=True)
class Held:
    """An event's seats, held by this transaction until it ends; `now` is the moment of holding."""

    event_id: UUID
    terms: Terms
    now: datetime


def hold(uow: UnitOfWork, event_id: UUID) -> Held:
    """Hold an event's seats; offers whose time is over have lapsed then, which is told.

    Whoever holds them gives them (`give`) before the transaction commits: the worker looks for
    offers that are overdue, and of those that have lapsed nobody would pass the seats on.

    Raises:
        Problem: `registration_not_asked`.
    """
    uow.session.execute(text(LOCK), {"event": event_id})
    now = uow.clock.now()
    row = uow.session.execute(_READ, {"event": event_id, "now": now}).one_or_none()
    if row is None:
        raise REFUSALS["registration_not_asked"].to_problem()
    lapsed, *terms = row
    for registration in _rows(uow, event_id, lapsed):
        news.tell_lapsed(uow, registration)
    return Held(event_id, Terms(*terms), now)


def give(uow: UnitOfWork, held: Held, asking: UUID | None = None) -> None:
    """Give the seats that are free to those who are next, and tell them.

    `asking` is the registration of whoever stands before us: seated at once or left on the list.
    """
    uow.session.flush()
    given = uow.session.scalars(
        _GIVE,
        {
            "event": held.event_id,
            "asking": asking,
            "moves": policy.list_moves(held.terms, held.now),
            "reply_by": policy.reply_by(held.terms, held.now),
        },
    )
    for registration in _rows(uow, held.event_id, [each for each in given if each != asking]):
        news.tell_given(uow, registration)


def _rows(uow: UnitOfWork, event_id: UUID, ids: Sequence[UUID]) -> Sequence[RegistrationRow]:
    if not ids:
        return ()
    query = select(RegistrationRow).where(
        RegistrationRow.event_id == event_id, RegistrationRow.id.in_(ids)
    )
    return uow.session.scalars(query.execution_options(populate_existing=True)).all()
