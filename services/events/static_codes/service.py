"""Switching a session's printed code on and off."""

from uuid import UUID

from services.events.catalogue import policy
from services.events.catalogue import service as catalogue
from services.events.catalogue.models import EventRow, SessionRow
from services.events.catalogue.sessions import session_unknown
from shared.auth import Principal
from shared.database import UnitOfWork
from shared.errors import NotFound
from shared.text import Text


def switch_on(
    uow: UnitOfWork, principal: Principal, event_id: UUID, session_id: UUID
) -> tuple[EventRow, SessionRow]:
    """Let a session be attended by a printed code; one that is on stays the same.

    Raises:
        NotFound: `event_unknown`, `session_unknown`.
        Forbidden: `not_your_event`.
        Conflict: `event_not_editable`.
    """
    event, session = _find(uow, principal, event_id, session_id, lock=True)
    policy.check_editable(event.state)
    if session.static_version is None:
        # The door remembers sessions by their version. It never falls, so that no code comes back.
        session.version += 1
        session.static_version = session.version
        uow.session.flush()
    return event, session


def switch_off(uow: UnitOfWork, principal: Principal, event_id: UUID, session_id: UUID) -> None:
    """Make what was printed worthless, at once and for good.

    Raises:
        NotFound: `event_unknown`, `session_unknown`.
        Forbidden: `not_your_event`.
    """
    _, session = _find(uow, principal, event_id, session_id, lock=True)
    if session.static_version is not None:
        session.version += 1
        session.static_version = None
        uow.session.flush()


def find(
    uow: UnitOfWork, principal: Principal, event_id: UUID, session_id: UUID
) -> tuple[EventRow, SessionRow]:
    """Return a session whose printed code is on, and its event.

    Raises:
        NotFound: `event_unknown`, `session_unknown`, `static_code_not_on`.
        Forbidden: `not_your_event`.
    """
    event, session = _find(uow, principal, event_id, session_id, lock=False)
    if session.static_version is None:
        raise NotFound(
            "static_code_not_on",
            Text(
                zh="本场次未启用打印签到码，请先启用。",
                en="No printed code is switched on for this session; switch it on first.",
            ),
        )
    return event, session


def _find(
    uow: UnitOfWork, principal: Principal, event_id: UUID, session_id: UUID, *, lock: bool
) -> tuple[EventRow, SessionRow]:
    event = catalogue.get_to_run(uow, principal, event_id, lock=lock)
    session = next((s for s in event.sessions if s.id == session_id), None)
    if session is None:
        raise session_unknown()
    return event, session
