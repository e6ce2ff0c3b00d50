"""A ticket to watch one event's figures: browsers open such a stream without any header of ours.

It shows figures and no names, so whoever holds it may watch until it expires.
"""

import binascii
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from hashlib import sha256
from struct import Struct
from typing import Final
from uuid import UUID

# A day's event, with its preparation.
LIFETIME: Final = timedelta(hours=14)
# Event, expiry in seconds since 1970.
_BODY: Final = Struct(">16sI")
_MAC_BYTES: Final = 16


def issue(key: bytes, event_id: UUID, now: datetime) -> str:
    """Return a new ticket to an event."""
    body = _BODY.pack(event_id.bytes, int((now + LIFETIME).timestamp()))
    return urlsafe_b64encode(body + _mac(key, body)).decode()


def read(key: bytes, ticket: str, now: datetime) -> UUID | None:
    """Return the event a ticket is for, or None if it was never ours or has expired."""
    try:
        raw = urlsafe_b64decode(ticket.encode("ascii"))
    except (ValueError, binascii.Error):
        return None
    if len(raw) != _BODY.size + _MAC_BYTES or urlsafe_b64encode(raw).decode() != ticket:
        return None
    body = raw[:-_MAC_BYTES]
    event_id, expiry = _BODY.unpack(body)
    if not hmac.compare_digest(raw[-_MAC_BYTES:], _mac(key, body)) or now.timestamp() >= expiry:
        return None
    return UUID(bytes=event_id)


def _mac(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, b"live" + body, sha256)[:_MAC_BYTES]
