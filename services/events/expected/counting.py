"""Expected, present, excused, absent (应到, 实到, 请假, 缺席): the figures, and the list."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Subquery, and_, case, exists, func, select, tuple_

from services.events.catalogue.models import EventRow
from services.events.check_ins.models import CheckInRow
from services.events.expected import sources
from services.events.expected.models import LeaveRow
from services.events.roster_copy.models import MemberCopy
from shared.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class Counts:
    """Figures of one event.

    Attributes:
        expected: None where nobody in particular is; else present + excused + absent.
        others: who came without being expected.
    """

    basis: str | None
    frozen_at: datetime | None
    expected: int | None
    present: int
    excused: int
    absent: int
    others: int


def count(uow: UnitOfWork, event: EventRow) -> Counts:
    """Count an event's expected members by what became of them."""
    basis = sources.basis_of(uow, event)
    ids = sources.expected(event, basis)
    came = came_to(uow, event.id)
    if ids is None:
        return Counts(None, event.list_frozen_at, None, 0, 0, 0, others=came)
    standing = _standing(event.id, ids.subquery())
    rows = uow.session.execute(
        select(standing.c.state, func.count()).group_by(standing.c.state)
    ).all()
    counted = {state: int(number) for state, number in rows}
    present, excused, absent = (counted.get(s, 0) for s in ("present", "excused", "absent"))
    return Counts(
        basis,
        event.list_frozen_at,
        present + excused + absent,
        present,
        excused,
        absent,
        others=came - present,
    )


def how_many(uow: UnitOfWork, event: EventRow) -> int | None:
    """Return how many are expected, None where nobody in particular is."""
    ids = sources.expected(event, sources.basis_of(uow, event))
    if ids is None:
        return None
    return uow.session.scalar(select(func.count()).select_from(ids.subquery()))


def is_expected(uow: UnitOfWork, event: EventRow, member_id: UUID) -> bool:
    """Tell whether somebody is expected."""
    ids = sources.expected(event, sources.basis_of(uow, event))
    if ids is None:
        return False
    listed = ids.subquery()
    (column,) = listed.c
    return bool(uow.session.scalar(select(exists().where(column == member_id))))


def listing(
    uow: UnitOfWork,
    event: EventRow,
    state: str | None,
    limit: int,
    after: tuple[str, UUID] | None,
) -> list[dict[str, Any]]:
    """Return those expected by member number, one more than `limit`; only those of a state if given."""
    ids = sources.expected(event, sources.basis_of(uow, event))
    if ids is None:
        return []
    standing = _standing(event.id, ids.subquery())
    number = func.coalesce(MemberCopy.member_no, "").label("number")
    query = (
        select(
            standing.c.member_id,
            standing.c.state,
            number,
            MemberCopy.name,
            LeaveRow.state.label("leave_state"),
            LeaveRow.reason.label("leave_reason"),
        )
        .outerjoin(MemberCopy, MemberCopy.id == standing.c.member_id)
        .outerjoin(
            LeaveRow,
            and_(LeaveRow.event_id == event.id, LeaveRow.member_id == standing.c.member_id),
        )
        .order_by(number, standing.c.member_id)
        .limit(limit + 1)
    )
    if state is not None:
        query = query.where(standing.c.state == state)
    if after is not None:
        query = query.where(tuple_(number, standing.c.member_id) > tuple_(*after))
    return [dict(row) for row in uow.session.execute(query).mappings()]


def _standing(event_id: UUID, ids: Subquery) -> Subquery:
    """Return as SQL each of some members and what became of them: whoever came was not away."""
    (member,) = ids.c
    came: ColumnElement[bool] = exists().where(
        CheckInRow.event_id == event_id,
        CheckInRow.member_id == member,
        CheckInRow.state == "present",
    )
    away: ColumnElement[bool] = exists().where(
        LeaveRow.event_id == event_id, LeaveRow.member_id == member, LeaveRow.state == "approved"
    )
    state = case((came, "present"), (away, "excused"), else_="absent")
    return select(member.label("member_id"), state.label("state")).subquery()


def came_to(uow: UnitOfWork, event_id: UUID) -> int:
    """Return how many are or were there, expected or not."""
    return (
        uow.session.scalar(
            select(func.count(CheckInRow.member_id.distinct())).where(
                CheckInRow.event_id == event_id, CheckInRow.state == "present"
            )
        )
        or 0
    )
