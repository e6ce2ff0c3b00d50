"""The printed code of an unattended place: it never ages, so it is good for little.

It names a session and the version under which it was switched on, and proves both: ``short_id``
(5 bytes), version (4 bytes), a truncated HMAC-SHA256 over both (12 bytes), in base64url: 28
characters, by which it is told from a rotating code. What it is good for is for `check_ins.policy`
to say; switched off or on again, all paper printed before is worth nothing.
"""

from dataclasses import dataclass
from typing import Final

from services.events.codes.sealed import Seal

_SESSION_BYTES: Final = 5
_VERSION_BYTES: Final = 4
_SEAL: Final = Seal(b"static", _SESSION_BYTES + _VERSION_BYTES, mac_bytes=12)
LENGTH: Final = _SEAL.length


@dataclass(frozen=True, slots=True)
class StaticCode:
    """What a printed code says; whether it is still switched on is for its session to tell."""

    short_id: int
    version: int


def issue(key: bytes, short_id: int, version: int) -> str:
    """Return the code that is good while the session's printed code has this version."""
    return _SEAL.issue(key, short_id.to_bytes(_SESSION_BYTES) + version.to_bytes(_VERSION_BYTES))


def read(key: bytes, code: str) -> StaticCode | None:
    """Return what a code says, or None if it was never ours."""
    body = _SEAL.read(key, code)
    if body is None:
        return None
    return StaticCode(
        short_id=int.from_bytes(body[:_SESSION_BYTES]),
        version=int.from_bytes(body[_SESSION_BYTES:]),
    )
