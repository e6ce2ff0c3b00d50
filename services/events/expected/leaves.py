"""Leave (请假): asked for by the member with a reason and decided on, or entered by whoever runs it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from services.events.catalogue import service as catalogue
from services.events.expected import counting, news, policy
from services.events.expected.models import LeaveRow
from services.events.expected.refusals import REFUSALS
from services.events.refusal import stop_at
from services.events.roster_copy.models import MemberCopy
from shared.auth import Principal
from shared.database import UnitOfWork


def ask(
    uow: UnitOfWork, principal: Principal, event_id: UUID, reason: str
) -> tuple[LeaveRow, bool]:
    """Ask for leave; return it and whether it is new: what stands already stays as it is.

    Raises:
        NotFound: see `catalogue.get`.
        Problem: see `policy.may_ask`; `leave_declined`.
    """
    event = catalogue.get(uow, principal, event_id)
    member, now = principal.member_id, uow.clock.now()
    expected = counting.is_expected(uow, event, member)
    stop_at(policy.may_ask(event.state, event.ends_at, now, expected=expected))
    wanted = {"state": "asked", "reason": reason, "asked_by": member, "asked_at": now}
    row = _put(uow, event_id, member, "asked", wanted)
    if row is not None:
        news.tell_asked(uow, event, row)
        return row, True
    standing = _standing(uow, event_id, member)
    stop_at(REFUSALS["leave_declined"] if standing.state == "declined" else None)
    return standing, False


def enter(
    uow: UnitOfWork, principal: Principal, event_id: UUID, member_id: UUID, reason: str
) -> tuple[LeaveRow, bool]:
    """Give somebody leave without being asked in writing, by whoever runs the event.

    Raises:
        NotFound, Forbidden: see `catalogue.get_to_run`.
        Problem: see `policy.may_enter`.
    """
    event = catalogue.get_to_run(uow, principal, event_id)
    expected = counting.is_expected(uow, event, member_id)
    stop_at(policy.may_enter(event.state, expected=expected))
    by, now = principal.member_id, uow.clock.now()
    wanted = {
        "state": "approved", "reason": reason, "asked_by": by, "asked_at": now,
        "decided_by": by, "decided_at": now,
    }  # fmt: skip
    row = _put(uow, event_id, member_id, "entered", wanted)
    if row is None:
        return _standing(uow, event_id, member_id), False
    news.tell_decided(uow, event, row)
    return row, True


def decide(
    uow: UnitOfWork,
    principal: Principal,
    event_id: UUID,
    member_id: UUID,
    decision: dict[str, Any],
) -> LeaveRow:
    """Approve or decline what was asked for; also after the event, if nobody got round to it.

    Raises:
        NotFound, Forbidden: see `catalogue.get_to_run`.
        Problem: `event_cancelled`, `leave_unknown`, `leave_decided`.
    """
    event = catalogue.get_to_run(uow, principal, event_id)
    stop_at(REFUSALS["event_cancelled"] if event.state == "cancelled" else None)
    state = "approved" if decision["approve"] else "declined"
    wanted = {
        "state": state, "decision_reason": decision["reason"],
        "decided_by": principal.member_id, "decided_at": uow.clock.now(),
    }  # fmt: skip
    row = _move(uow, event_id, member_id, "decided", wanted)
    news.tell_decided(uow, event, row)
    return row


def withdraw(uow: UnitOfWork, principal: Principal, event_id: UUID) -> LeaveRow:
    """Take the own leave back: the member comes after all.

    Raises:
        NotFound: see `catalogue.get`.
        Problem: `event_cancelled`, `event_not_open`, `leave_too_late`, `leave_unknown`,
            `leave_decided`.
    """
    event = catalogue.get(uow, principal, event_id)
    stop_at(policy.may_ask(event.state, event.ends_at, uow.clock.now(), expected=True))
    return _move(uow, event_id, principal.member_id, "withdrawn", {"state": "withdrawn"})


def own(uow: UnitOfWork, principal: Principal, event_id: UUID) -> LeaveRow | None:
    """Return the own leave from an event, or None where one never asked.

    Raises:
        NotFound: see `catalogue.get`.
    """
    catalogue.get(uow, principal, event_id)
    return uow.session.get(LeaveRow, (event_id, principal.member_id))


def _standing(uow: UnitOfWork, event_id: UUID, member_id: UUID) -> LeaveRow:
    row = uow.session.get(LeaveRow, (event_id, member_id), populate_existing=True)
    if row is None:
        raise REFUSALS["leave_unknown"].to_problem()
    return row


def listing(
    uow: UnitOfWork,
    principal: Principal,
    event_id: UUID,
    filters: dict[str, Any],
    after: tuple[datetime, UUID] | None,
) -> list[dict[str, Any]]:
    """Return the leaves from an event the asker runs, in order of asking; one more than the limit."""
    catalogue.get_to_run(uow, principal, event_id)
    query = (
        select(*LeaveRow.__table__.columns, MemberCopy.name, MemberCopy.member_no)
        .outerjoin(MemberCopy, MemberCopy.id == LeaveRow.member_id)
        .where(LeaveRow.event_id == event_id)
        .order_by(LeaveRow.asked_at, LeaveRow.member_id)
        .limit(filters["limit"] + 1)
    )
    if filters["state"] is not None:
        query = query.where(LeaveRow.state == filters["state"])
    if after is not None:
        query = query.where(tuple_(LeaveRow.asked_at, LeaveRow.member_id) > tuple_(*after))
    return [dict(row) for row in uow.session.execute(query).mappings()]


def _put(
    uow: UnitOfWork, event_id: UUID, member_id: UUID, step: str, wanted: dict[str, Any]
) -> LeaveRow | None:
    """Write a leave unless one stands that the step does not lead away from."""
    undecided = {"decided_by": None, "decided_at": None, "decision_reason": None}
    return uow.session.scalar(
        insert(LeaveRow)
        .values(event_id=event_id, member_id=member_id, **wanted)
        .on_conflict_do_update(
            index_elements=[LeaveRow.event_id, LeaveRow.member_id],
            set_=undecided | wanted,
            where=LeaveRow.state.in_(policy.BEFORE[step]),
        )
        .returning(LeaveRow),
        execution_options={"populate_existing": True},
    )


def _move(
    uow: UnitOfWork, event_id: UUID, member_id: UUID, step: str, wanted: dict[str, Any]
) -> LeaveRow:
    row: LeaveRow | None = uow.session.scalar(
        update(LeaveRow)
        .where(
            LeaveRow.event_id == event_id,
            LeaveRow.member_id == member_id,
            LeaveRow.state.in_(policy.BEFORE[step]),
        )
        .values(**wanted)
        .returning(LeaveRow),
        execution_options={"synchronize_session": False, "populate_existing": True},
    )
    if row is None:
        _standing(uow, event_id, member_id)
        raise REFUSALS["leave_decided"].to_problem()
    return row
