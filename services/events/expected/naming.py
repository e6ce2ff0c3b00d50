"""Saying by name who is expected, where no rule can: those asked to report, advisors."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert

from services.events.catalogue import policy
from services.events.catalogue import service as catalogue
from services.events.catalogue.models import EventRow
from services.events.expected.models import ExpectedListRow, ExpectedMemberRow
from services.events.roster_copy.finding import find
from shared.auth import Principal
from shared.database import UnitOfWork


def version_of(uow: UnitOfWork, event_id: UUID) -> int:
    """Return the version of an event's list; 0 where nobody ever named one."""
    row = uow.session.get(ExpectedListRow, event_id)
    return row.version if row else 0


def name(
    uow: UnitOfWork, principal: Principal, event: EventRow, named: Sequence[dict[str, Any]]
) -> None:
    """Name all who are expected at a locked event; strangers among them become guests thereby.

    Raises:
        Conflict: `event_not_editable`.
        Unprocessable: `member_unknown`.
    """
    members = find(uow, named)
    _replace(uow, event, named=True)
    uow.session.execute(
        insert(ExpectedMemberRow), [{"event_id": event.id, "member_id": m} for m in members]
    )
    catalogue.let_in(uow, event, members, principal)


def unname(uow: UnitOfWork, event: EventRow) -> None:
    """Go back to whom the event's category, or its registration, says to expect.

    Raises:
        Conflict: `event_not_editable`.
    """
    _replace(uow, event, named=False)


def _replace(uow: UnitOfWork, event: EventRow, *, named: bool) -> None:
    policy.check_editable(event.state)
    row = uow.session.get(ExpectedListRow, event.id)
    if row is None:
        row = ExpectedListRow(event_id=event.id, version=0)
        uow.session.add(row)
    row.named = named
    row.version += 1
    # An event that is over has its list frozen as it now is.
    event.list_frozen_at = None
    uow.session.flush()
    uow.session.execute(delete(ExpectedMemberRow).where(ExpectedMemberRow.event_id == event.id))
