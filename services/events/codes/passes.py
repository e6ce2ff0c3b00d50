"""A member's pass: what staff scan, off a phone or a printed card.

It names the member and the pass's version, and proves both: the member's id (16 bytes), version
(3 bytes), a truncated HMAC-SHA256 over both (11 bytes), in base64url: 40 characters. It says
nothing of the member to whoever else reads it, and opens nothing by itself: staff see whom they
admit. Renewed, all earlier ones are void.
"""

import binascii
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from uuid import UUID

LENGTH: Final = 40
FIRST_VERSION: Final = 1
_MEMBER_BYTES: Final = 16
_VERSION_BYTES: Final = 3
_BODY: Final = _MEMBER_BYTES + _VERSION_BYTES
_MAC_BYTES: Final = 11


@dataclass(frozen=True, slots=True)
class Pass:
    """What a pass says; whether it has been renewed since is for the database to tell."""

    member_id: UUID
    version: int


def issue(key: bytes, member_id: UUID, version: int) -> str:
    """Return a member's pass of a version."""
    body = member_id.bytes + version.to_bytes(_VERSION_BYTES)
    return urlsafe_b64encode(body + _mac(key, body)).decode()


def read(key: bytes, text: str) -> Pass | None:
    """Return what a pass says, or None if it was never ours."""
    try:
        raw = urlsafe_b64decode(text.encode("ascii"))
    except (ValueError, binascii.Error):
        return None
    if len(raw) != _BODY + _MAC_BYTES or urlsafe_b64encode(raw).decode() != text:
        return None
    body = raw[:_BODY]
    if not hmac.compare_digest(raw[_BODY:], _mac(key, body)):
        return None
    return Pass(
        member_id=UUID(bytes=body[:_MEMBER_BYTES]), version=int.from_bytes(body[_MEMBER_BYTES:])
    )


def _mac(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, b"pass" + body, sha256)[:_MAC_BYTES]
