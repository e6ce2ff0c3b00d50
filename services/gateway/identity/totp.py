"""The second factor: time-based one-time passwords (RFC 6238, SHA-1, 6 digits, 30 s)."""

import binascii
import hmac
from datetime import datetime
from typing import Final
from uuid import UUID

import pyotp

from services.gateway.identity.fields import FieldKey

_PURPOSE: Final = "totp"
_ISSUER: Final = "党员积分"
_STEP_SECONDS: Final = 30
# One step either way: phones' clocks drift, and people type slowly.
_WINDOW: Final = (0, -1, 1)


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """Return the time step whose code this is, or None. A step is accepted once, by the caller."""
    current = int(now.timestamp()) // _STEP_SECONDS
    generator = pyotp.TOTP(secret)
    for offset in _WINDOW:
        step = current + offset
        if hmac.compare_digest(generator.generate_otp(step).encode(), code.encode()):
            return step
    return None


def is_secret(text: str) -> bool:
    """Tell whether this is base32 of at least 128 bits, what RFC 4226 asks of a shared secret."""
    try:
        return len(pyotp.TOTP(text).byte_secret()) >= 16  # noqa: PLR2004 - bytes
    except binascii.Error:
        return False


def new_secret() -> str:
    """Return a new secret: 160 bits in base32."""
    return pyotp.random_base32()


def address(secret: str, username: str) -> str:
    """Return the otpauth address that an authenticator reads from a picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=_ISSUER)


def seal(key: FieldKey, account_id: UUID, secret: str) -> bytes:
    """Return a secret that opens in its own account's row only."""
    return key.seal(_PURPOSE, account_id.bytes, secret.encode())


def unseal(key: FieldKey, account_id: UUID, sealed: bytes) -> str:
    """Return the secret.

    Raises:
        ValueError: it was not sealed for this account with this key.
    """
    return key.unseal(_PURPOSE, account_id.bytes, sealed).decode()
