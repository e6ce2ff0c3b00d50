"""The licence to note people's names without network, and to tell of it later.

It comes with the list that a member of staff takes along, and names that list, the person, the
event and the device, and until when what was noted may be told: also after the event was closed, or
the duty has ended. Nothing of it is stored: the MAC proves it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from struct import Struct
from typing import Final
from uuid import UUID

from services.events.codes.sealed import Seal

# List, staff, event, device, expiry in seconds since 1970.
_BODY: Final = Struct(">16s16s16s8sI")
_SEAL: Final = Seal(b"offline-list", _BODY.size, mac_bytes=18)
LENGTH: Final = _SEAL.length


@dataclass(frozen=True, slots=True)
class Licence:
    """Who may tell, of which event, from which device, until when (whole seconds)."""

    list_id: UUID
    staff: UUID
    event_id: UUID
    device: bytes
    expires_at: datetime


def issue(key: bytes, licence: Licence) -> str:
    """Return the token that proves a licence."""
    body = _BODY.pack(
        licence.list_id.bytes,
        licence.staff.bytes,
        licence.event_id.bytes,
        licence.device,
        int(licence.expires_at.timestamp()),
    )
    return _SEAL.issue(key, body)


def read(key: bytes, token: str) -> Licence | None:
    """Return what a token licenses, or None if it was never ours."""
    body = _SEAL.read(key, token)
    if body is None:
        return None
    list_id, staff, event_id, device, expiry = _BODY.unpack(body)
    return Licence(
        UUID(bytes=list_id),
        UUID(bytes=staff),
        UUID(bytes=event_id),
        device,
        datetime.fromtimestamp(expiry, UTC),
    )
