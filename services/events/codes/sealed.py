"""What all codes are made of: a body, and a truncated HMAC that proves it, in base64url.

Each text has one spelling only: base64 has spare bits at the end of some lengths, and a code that
could be written in two ways would be two codes to whoever compares them.
"""

import binascii
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class Seal:
    """One kind of code.

    Attributes:
        purpose: keeps one kind from being taken for another under the same key.
        body_bytes, mac_bytes: of which a code consists.
    """

    purpose: bytes
    body_bytes: int
    mac_bytes: int

    @property
    def length(self) -> int:
        """The characters of a code, where its bytes come in threes."""
        return (self.body_bytes + self.mac_bytes) * 4 // 3

    def issue(self, key: bytes, body: bytes) -> str:
        return urlsafe_b64encode(body + self._mac(key, body)).decode()

    def read(self, key: bytes, text: str) -> bytes | None:
        """Return a code's body, or None if it was never ours."""
        raw = decode(text, self.body_bytes + self.mac_bytes)
        if raw is None:
            return None
        body, mac = raw[: self.body_bytes], raw[self.body_bytes :]
        return body if hmac.compare_digest(mac, self._mac(key, body)) else None

    def _mac(self, key: bytes, body: bytes) -> bytes:
        return hmac.digest(key, self.purpose + body, sha256)[: self.mac_bytes]


def decode(text: str, length: int) -> bytes | None:
    """Return the bytes a text stands for, or None if they are not so many or not spelt so."""
    try:
        raw = urlsafe_b64decode(text.encode("ascii"))
    except (ValueError, binascii.Error):
        return None
    return raw if len(raw) == length and urlsafe_b64encode(raw).decode() == text else None
