"""A claim: a fresh code, swapped at once for two minutes in which to sign in.

Whoever scans with a phone that is not signed in yet would lose the code while signing in. The
claim names the session, its expiry and a nonce; the check-in that uses it stores the nonce, so it
serves one member once.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.events.codes.sealed import Seal

LIFETIME_SECONDS: Final = 120
_SESSION_BYTES: Final = 5
_EXPIRY_BYTES: Final = 5
_NONCE_BYTES: Final = 16
_SEAL: Final = Seal(b"claim", _SESSION_BYTES + _EXPIRY_BYTES + _NONCE_BYTES, mac_bytes=16)


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
    return _SEAL.issue(key, body)


def read(key: bytes, claim: str, now: datetime) -> Claim | None:
    """Return what a claim says, or None if it was never ours."""
    body = _SEAL.read(key, claim)
    if body is None:
        return None
    expiry = int.from_bytes(body[_SESSION_BYTES : _SESSION_BYTES + _EXPIRY_BYTES])
    return Claim(
        short_id=int.from_bytes(body[:_SESSION_BYTES]),
        nonce=UUID(bytes=body[_SESSION_BYTES + _EXPIRY_BYTES :]),
        expired=now.timestamp() >= expiry,
    )
