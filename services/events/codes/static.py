"""The printed code of an unattended place: it never ages, so it is good for little.

It names a session and the version under which it was switched on, and proves both: ``short_id``
(5 bytes), version (4 bytes), a truncated HMAC-SHA256 over both (12 bytes), in base64url: 28
characters, by which it is told from a rotating code. What it is good for is for `check_ins.policy`
to say; switched off or on again, all paper printed before is worth nothing.
"""

import binascii
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

LENGTH: Final = 28
_SESSION_BYTES: Final = 5
_VERSION_BYTES: Final = 4
_BODY: Final = _SESSION_BYTES + _VERSION_BYTES
_MAC_BYTES: Final = 12


@dataclass(frozen=True, slots=True)
class StaticCode:
    """What a printed code says; whether it is still switched on is for its session to tell."""

    short_id: int
    version: int


def issue(key: bytes, short_id: int, version: int) -> str:
    """Return the code that is good while the session's printed code has this version."""
    body = short_id.to_bytes(_SESSION_BYTES) + version.to_bytes(_VERSION_BYTES)
    return urlsafe_b64encode(body + _mac(key, body)).decode()


def read(key: bytes, code: str) -> StaticCode | None:
    """Return what a code says, or None if it was never ours."""
    try:
        raw = urlsafe_b64decode(code.encode("ascii"))
    except (ValueError, binascii.Error):
        return None
    if len(raw) != _BODY + _MAC_BYTES or urlsafe_b64encode(raw).decode() != code:
        return None
    body = raw[:_BODY]
    if not hmac.compare_digest(raw[_BODY:], _mac(key, body)):
        return None
    return StaticCode(
        short_id=int.from_bytes(body[:_SESSION_BYTES]),
        version=int.from_bytes(body[_SESSION_BYTES:]),
    )


def _mac(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, b"static" + body, sha256)[:_MAC_BYTES]
