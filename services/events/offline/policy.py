"""What may be taken along, and told later. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from services.events.catalogue.snapshot import SessionSnapshot
from services.events.check_ins import flags
from services.events.check_ins.refusals import Refusal
from services.events.codes.offline_lists import Licence
from services.events.offline.refusals import REFUSALS

_AHEAD: Final = timedelta(days=14)


def sessions_to_take(
    sessions: Sequence[SessionSnapshot], now: datetime
) -> list[SessionSnapshot] | Refusal:
    """Return the sessions whose list may be taken along now, or why there is none."""
    states = {session.state for session in sessions}
    if "cancelled" in states:
        return REFUSALS["event_cancelled"]
    if not states & {"published", "open"}:
        return REFUSALS["event_not_open"]
    near = [s for s in sessions if s.closes_at >= now and s.opens_at <= now + _AHEAD]
    return near or REFUSALS["nothing_to_take_along"]


def expiry(sessions: Sequence[SessionSnapshot]) -> datetime:
    """Return until when what is noted of these sessions may be told, in whole seconds."""
    last = max(session.closes_at for session in sessions) + flags.LATEST
    return last.replace(microsecond=0)


def check_licence(
    licence: Licence | None, staff: UUID, event_id: UUID, device: bytes | None, now: datetime
) -> Refusal | None:
    """Return why somebody may not tell what was noted on a list, or None.

    Nobody asks whether the person still runs the event: who noted it did.
    """
    if licence is None or licence.event_id != event_id:
        return REFUSALS["list_invalid"]
    if (licence.staff, licence.device) != (staff, device):
        return REFUSALS["list_not_yours"]
    if now > licence.expires_at:
        return REFUSALS["list_expired"]
    return None


def put_right(at: datetime, behind: timedelta, now: datetime) -> tuple[datetime, timedelta]:
    """Return when something happened by our clock, and how wrong the device's clock was.

    What claims to have happened later than it is told happened when it was told.
    """
    moment = at + behind
    return min(moment, now), max(behind, moment - now, key=abs) if moment > now else behind
