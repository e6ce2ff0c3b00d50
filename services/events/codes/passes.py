"""A member's pass, which staff scan: the member and the pass's version, and a proof of both."""

import binascii
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from uuid import UUID

_MEMBER_BYTES: Final = 16
_VERSION_BYTES: Final = 3
_MAC_BYTES: Final = 11
_LENGTH: Final = _MEMBER_BYTES + _VERSION_BYTES + _MAC_BYTES


@dataclass(frozen=True, slots=True)
class Pass:
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
    if len(raw) != _LENGTH or urlsafe_b64encode(raw).decode() != text:
        return None
    body = raw[:-_MAC_BYTES]
    if not hmac.compare_digest(raw[-_MAC_BYTES:], _mac(key, body)):
        return None
    return Pass(UUID(bytes=body[:_MEMBER_BYTES]), int.from_bytes(body[_MEMBER_BYTES:]))


def _mac(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, b"pass" + body, sha256)[:_MAC_BYTES]
