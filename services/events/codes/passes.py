"""A member's pass: what staff scan, off a phone or a printed card.

It names the member and the pass's version, and proves both: the member's id (16 bytes), version
(3 bytes), a truncated HMAC-SHA256 over both (11 bytes), in base64url: 40 characters. It says
nothing of the member to whoever else reads it, and opens nothing by itself: staff see whom they
admit. Renewed, all earlier ones are void.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.events.codes.sealed import Seal

FIRST_VERSION: Final = 1
_MEMBER_BYTES: Final = 16
_VERSION_BYTES: Final = 3
_SEAL: Final = Seal(b"pass", _MEMBER_BYTES + _VERSION_BYTES, mac_bytes=11)
LENGTH: Final = _SEAL.length


@dataclass(frozen=True, slots=True)
class Pass:
    """What a pass says; whether it has been renewed since is for the database to tell."""

    member_id: UUID
    version: int


def issue(key: bytes, member_id: UUID, version: int) -> str:
    """Return a member's pass of a version."""
    return _SEAL.issue(key, member_id.bytes + version.to_bytes(_VERSION_BYTES))


def read(key: bytes, text: str) -> Pass | None:
    """Return what a pass says, or None if it was never ours."""
    body = _SEAL.read(key, text)
    if body is None:
        return None
    return Pass(
        member_id=UUID(bytes=body[:_MEMBER_BYTES]), version=int.from_bytes(body[_MEMBER_BYTES:])
    )
