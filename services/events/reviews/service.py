"""The review list, headcounts, and positions that are looked at and forgotten."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from services.events.catalogue import service as catalogue
from services.events.catalogue.models import EventRow
from services.events.check_ins import corrections, flags
from services.events.check_ins.corrections import Checked
from services.events.check_ins.refusals import Refusal
from services.events.codes.rotating import STEP_SECONDS
from services.events.reviews import statements
from services.events.reviews.models import HeadcountRow
from services.events.reviews.refusals import REFUSALS
from shared.auth import Principal
from shared.database import UnitOfWork
from shared.errors import NotFound
from shared.ids import new_id
from shared.text import Text

_POSITION_MINUTES: Final = timedelta(minutes=10)
DEVICES_KEPT: Final = timedelta(days=30)
_BATCH: Final = 5000

After = tuple[datetime, UUID] | None


def reviews(
    uow: UnitOfWork, principal: Principal, event_id: UUID, query: Mapping[str, Any], after: After
) -> list[dict[str, Any]]:
    """Return the check-ins to look at, in order of arrival, each with the codes of its reasons.

    One more than `query["limit"]`, for the next page's sake.
    """
    catalogue.get_to_run(uow, principal, event_id)
    rows = uow.session.execute(
        text(statements.REVIEWS),
        {
            "event_id": event_id,
            "session_id": query["session_id"],
            "step": STEP_SECONDS,
            "burst": flags.BURST,
            "device_members": flags.DEVICE_MEMBERS,
            "passed_on": flags.PASSED_ON,
            "passed_on_share": flags.PASSED_ON_SHARE,
            "passed_on_least": flags.PASSED_ON_LEAST,
            **_page(query, after),
        },
    )
    return [dict(row) for row in rows.mappings()]


def count_heads(
    uow: UnitOfWork, principal: Principal, event_id: UUID, data: Mapping[str, Any]
) -> HeadcountRow:
    """Keep how many people somebody counted in a session just now.

    Raises:
        NotFound: `session_unknown`.
    """
    event = catalogue.get_to_run(uow, principal, event_id)
    if data["session_id"] not in {session.id for session in event.sessions}:
        raise NotFound(
            "session_unknown",
            Text(
                zh="没有这个场次，请刷新后重选。", en="The event has no such session; choose again."
            ),
        )
    row = HeadcountRow(
        id=new_id(),
        event_id=event_id,
        session_id=data["session_id"],
        counted=data["count"],
        note=data["note"],
        counted_by=principal.member_id,
        counted_at=uow.clock.now(),
    )
    uow.session.add(row)
    uow.session.flush()
    return row


def headcounts(
    uow: UnitOfWork, principal: Principal, event_id: UUID, query: Mapping[str, Any], after: After
) -> list[dict[str, Any]]:
    """Return what was counted, oldest first, against the scans as they were at that moment."""
    catalogue.get_to_run(uow, principal, event_id)
    rows = uow.session.execute(
        text(statements.HEADCOUNTS), {"event_id": event_id, **_page(query, after)}
    )
    return [dict(row) for row in rows.mappings()]


def take_position(
    uow: UnitOfWork, principal: Principal, check_in_id: UUID, position: Mapping[str, float]
) -> Checked | Refusal:
    """Keep whether the phone was inside the event's place, and nothing else of where it was.

    The first word counts: whoever was outside does not become inside by sending again.
    """
    checked = corrections.hold(uow, principal, check_in_id)
    row = checked.check_in
    if row.member_id != principal.member_id:
        return REFUSALS["check_in_unknown"]
    geofence = uow.session.get_one(EventRow, row.event_id).geofence
    if geofence is None:
        return REFUSALS["position_not_asked"]
    if uow.clock.now() - (row.received_at or row.checked_in_at) > _POSITION_MINUTES:
        return REFUSALS["position_too_late"]
    if row.inside is None:
        row.inside = geofence.holds(**position)
        uow.session.flush()
    return checked


def forget_devices(uow: UnitOfWork, before: datetime) -> int:
    """Forget from which device some check-ins of before a moment came; return how many."""
    forgotten = uow.session.execute(
        text(statements.FORGET_DEVICES), {"before": before, "batch": _BATCH}
    )
    return forgotten.rowcount  # type: ignore[attr-defined,no-any-return] # of an UPDATE


def _page(query: Mapping[str, Any], after: After) -> dict[str, Any]:
    at, identity = after or (None, None)
    return {"after_at": at, "after_id": identity, "limit": query["limit"] + 1}
