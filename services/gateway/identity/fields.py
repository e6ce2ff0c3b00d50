"""Secrets at rest: sealed when they must be read again, an index when they need only be found.

Everything but openids hangs on one setting, FIELD_KEY; each purpose gets a key of its own, so that a
value sealed for one purpose opens for no other.
"""

import hmac
import secrets
from functools import lru_cache
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE: Final = 12
_SHORTEST_KEY: Final = 32


class FieldKey:
    """Derives a 256-bit key a purpose from a setting of at least 32 random characters."""

    def __init__(self, master: bytes) -> None:
        if len(master) < _SHORTEST_KEY:
            message = f"A key that seals needs at least {_SHORTEST_KEY} random characters."
            raise ValueError(message)
        self._master = master
        self._derived = lru_cache(maxsize=32)(self._derive)

    def seal(self, purpose: str, bound_to: bytes, plain: bytes) -> bytes:
        """Encrypt; `bound_to` names the row, so that a sealed value moved to another one fails."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + AESGCM(self._derived(purpose)).encrypt(nonce, plain, bound_to)

    def unseal(self, purpose: str, bound_to: bytes, sealed: bytes) -> bytes:
        """Decrypt.

        Raises:
            ValueError: changed, cut, of another row or purpose, or sealed under another FIELD_KEY.
        """
        try:
            return AESGCM(self._derived(purpose)).decrypt(
                sealed[:_NONCE], sealed[_NONCE:], bound_to
            )
        except (InvalidTag, ValueError) as error:
            message = f"This {purpose} was not sealed here."
            raise ValueError(message) from error

    def index(self, purpose: str, value: bytes) -> bytes:
        """Return 32 bytes that are the same for the same value and tell nothing about it."""
        return hmac.digest(self._derived(purpose), value, sha256)

    def _derive(self, purpose: str) -> bytes:
        return HKDF(SHA256(), length=32, salt=None, info=purpose.encode()).derive(self._master)
