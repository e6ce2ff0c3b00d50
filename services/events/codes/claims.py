"""A claim: a fresh code, swapped at once for two minutes in which to sign in.

Whoever scans with a phone that is not signed in yet would lose the code while signing in. The
claim names the session, its expiry and a nonce; the check-in that uses it stores the nonce, so it
serves one member once.
"""

import binascii
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

LIFETIME_SECONDS: Final = 120
_SESSION_BYTES: Final = 5
_EXPIRY_BYTES: Final = 5
_NONCE_BYTES: Final = 16
_MAC_BYTES: Final = 16
_BODY: Final = _SESSION_BYTES + _EXPIRY_BYTES + _NONCE_BYTES
_LENGTH: Final = _BODY + _MAC_BYTES


@dataclass(frozen=True, slots=True)
class Claim:
    """What a claim turned out to be; `nonce` is what may be used once."""

    short_id: int
    nonce: UUID
    expired: bool


def issue(key: bytes, short_id: int, now: datetime) -> str:
    """Return a new claim on the session."""
    expiry = int(now.timestamp()) + LIFETIME_SECONDS
    body = (
        short_id.to_bytes(_SESSION_BYTES)
        + expiry.to_bytes(_EXPIRY_BYTES)
        + secrets.token_bytes(_NONCE_BYTES)
    )
    return urlsafe_b64encode(body + _mac(key, body)).decode()


def read(key: bytes, claim: str, now: datetime) -> Claim | None:
    """Return what a claim says, or None if it was never ours."""
    try:
        raw = urlsafe_b64decode(claim.encode("ascii"))
    except (ValueError, binascii.Error):
        return None
    if len(raw) != _LENGTH or urlsafe_b64encode(raw).decode() != claim:
        return None
    body = raw[:_BODY]
    if not hmac.compare_digest(raw[_BODY:], _mac(key, body)):
        return None
    expiry = int.from_bytes(body[_SESSION_BYTES : _SESSION_BYTES + _EXPIRY_BYTES])
    return Claim(
        short_id=int.from_bytes(body[:_SESSION_BYTES]),
        nonce=UUID(bytes=body[_SESSION_BYTES + _EXPIRY_BYTES :]),
        expired=now.timestamp() >= expiry,
    )


def _mac(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, b"claim" + body, sha256)[:_MAC_BYTES]
