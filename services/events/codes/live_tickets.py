"""A ticket to watch one event's figures: browsers open such a stream without any header of ours.

It shows figures and no names, so whoever holds it may watch until it expires.
"""

from datetime import datetime, timedelta
from struct import Struct
from typing import Final
from uuid import UUID

from services.events.codes.sealed import Seal

# A day's event, with its preparation.
LIFETIME: Final = timedelta(hours=14)
# Event, expiry in seconds since 1970.
_BODY: Final = Struct(">16sI")
_SEAL: Final = Seal(b"live", _BODY.size, mac_bytes=16)


def issue(key: bytes, event_id: UUID, now: datetime) -> str:
    """Return a new ticket to an event."""
    body = _BODY.pack(event_id.bytes, int((now + LIFETIME).timestamp()))
    return _SEAL.issue(key, body)


def read(key: bytes, ticket: str, now: datetime) -> UUID | None:
    """Return the event a ticket is for, or None if it was never ours or has expired."""
    body = _SEAL.read(key, ticket)
    if body is None:
        return None
    event_id, expiry = _BODY.unpack(body)
    return UUID(bytes=event_id) if now.timestamp() < expiry else None
