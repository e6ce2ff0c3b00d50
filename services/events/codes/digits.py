"""Six digits for those who cannot scan: good for a minute, and one more.

They prove little by themselves (a guess hits one in half a million), so they are looked up only
among the sessions open to the member at this moment, and each member has few tries.
"""

import hmac
from datetime import datetime
from hashlib import sha256
from typing import Final

STEP_SECONDS: Final = 60
LENGTH: Final = 6
_GRACE_STEPS: Final = 1


def issue(key: bytes, short_id: int, now: datetime) -> str:
    """Return the session's digits of this moment."""
    return _digits(key, short_id, _step(now))


def matches(key: bytes, short_id: int, digits: str, now: datetime) -> bool:
    """Tell whether the digits are the session's, of this minute or the last."""
    return any(
        hmac.compare_digest(digits, _digits(key, short_id, _step(now) - back))
        for back in range(_GRACE_STEPS + 1)
    )


def _step(now: datetime) -> int:
    return int(now.timestamp()) // STEP_SECONDS


def _digits(key: bytes, short_id: int, step: int) -> str:
    message = b"digits" + short_id.to_bytes(8) + step.to_bytes(8)
    number = int.from_bytes(hmac.digest(key, message, sha256)[:8])
    return f"{number % 10**LENGTH:0{LENGTH}d}"
