"""A member's own check-ins."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, select, tuple_

from services.events.catalogue.models import EventRow
from services.events.check_ins.models import CheckInRow
from shared.database import UnitOfWork

_SHOWN: Final[tuple[Any, ...]] = (
    CheckInRow.id,
    CheckInRow.event_id,
    CheckInRow.session_id,
    EventRow.title.label("event_title"),
    CheckInRow.member_id,
    CheckInRow.role,
    CheckInRow.method,
    CheckInRow.state,
    CheckInRow.checked_in_at,
    CheckInRow.checked_out_at,
    CheckInRow.auto_checked_out,
    CheckInRow.minutes,
)


def own(
    uow: UnitOfWork, member_id: UUID, limit: int, after: tuple[datetime, UUID] | None
) -> Sequence[Row[Any]]:
    """Return check-ins with their event's title, the latest first; one more than `limit`."""
    query = (
        select(*_SHOWN)
        .join(EventRow, EventRow.id == CheckInRow.event_id)
        .where(CheckInRow.member_id == member_id)
        .order_by(CheckInRow.checked_in_at.desc(), CheckInRow.id.desc())
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(tuple_(CheckInRow.checked_in_at, CheckInRow.id) < tuple_(*after))
    return uow.session.execute(query).all()
