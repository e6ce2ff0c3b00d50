"""The rotating code on the hall's screen.

A code names a session and a ten-second step, and proves both: ``short_id`` (5 bytes), the low
bits of the step (2 bytes), and a truncated HMAC-SHA256 over the session and the *whole* step
(8 bytes), in base64url: 20 characters, so it fits a mini-program scene of 32. It is good during
its step and the one after, by the server's clock alone; a photograph of it is old within twenty
seconds. Guessing one is a chance of 2⁻⁶⁴ a try.
"""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from services.events.codes.sealed import decode

STEP_SECONDS: Final = 10
_GRACE_STEPS: Final = 1
_SESSION_BYTES: Final = 5
_STEP_BYTES: Final = 2
_MAC_BYTES: Final = 8
_LENGTH: Final = _SESSION_BYTES + _STEP_BYTES + _MAC_BYTES
_STEP_MODULUS: Final = 1 << (8 * _STEP_BYTES)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a code turned out to be; `expired` codes were genuine once.

    Attributes:
        short_id: of the session whose screen showed it.
        shown_at: the moment from which the screen showed it.
        age: whole seconds since then.
    """

    short_id: int
    shown_at: datetime
    age: int
    expired: bool


def issue(key: bytes, short_id: int, now: datetime) -> str:
    """Return the session's code of this moment."""
    step = _step(now)
    head = short_id.to_bytes(_SESSION_BYTES) + (step % _STEP_MODULUS).to_bytes(_STEP_BYTES)
    return urlsafe_b64encode(head + _mac(key, short_id, step)).decode()


def expires_in(now: datetime) -> float:
    """Return the seconds until the screen shows the next code."""
    return STEP_SECONDS - now.timestamp() % STEP_SECONDS


def read(key: bytes, code: str, now: datetime) -> Reading | None:
    """Return what a code says, or None if it was never ours.

    A genuine code is told from a forged one for about a week after its step, so that whoever
    sends an old picture is told that it is old.
    """
    raw = decode(code, _LENGTH)
    if raw is None:
        return None
    short_id = int.from_bytes(raw[:_SESSION_BYTES])
    low = int.from_bytes(raw[_SESSION_BYTES : _SESSION_BYTES + _STEP_BYTES])
    current = _step(now)
    # The newest step not after the present one that ends in these bits.
    step = current - (current - low) % _STEP_MODULUS
    if not hmac.compare_digest(raw[-_MAC_BYTES:], _mac(key, short_id, step)):
        return None
    shown = step * STEP_SECONDS
    return Reading(
        short_id,
        shown_at=datetime.fromtimestamp(shown, UTC),
        age=int(now.timestamp()) - shown,
        expired=current - step > _GRACE_STEPS,
    )


def _step(now: datetime) -> int:
    return int(now.timestamp()) // STEP_SECONDS


def _mac(key: bytes, short_id: int, step: int) -> bytes:
    message = b"code" + short_id.to_bytes(_SESSION_BYTES) + step.to_bytes(8)
    return hmac.digest(key, message, sha256)[:_MAC_BYTES]
