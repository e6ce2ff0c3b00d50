"""The refresh token: session, generation and a MAC over both.

The database keeps one row a session with the generation in force, and no token at all: stolen rows
open nothing without FIELD_KEY, and the key opens nothing without a session's random id. As the
token of a generation can be written again, a lost answer is repeated word for word.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final, NamedTuple
from uuid import UUID

from services.gateway.identity.fields import FieldKey

_PURPOSE: Final = "refresh-token"
_LENGTH: Final = 16 + 4 + 32


class RefreshToken(NamedTuple):
    session_id: UUID
    generation: int

    def write(self, key: FieldKey) -> str:
        """Return the token as text, 70 URL-safe characters."""
        body = self._body()
        return urlsafe_b64encode(body + key.index(_PURPOSE, body)).rstrip(b"=").decode()

    @classmethod
    def read(cls, text: str, key: FieldKey) -> "RefreshToken | None":
        """Return the token, or None when it was not written here."""
        try:
            raw = urlsafe_b64decode(text.encode("ascii") + b"==")
        except ValueError:
            return None
        body, mac = raw[:20], raw[20:]
        if len(raw) != _LENGTH or not hmac.compare_digest(mac, key.index(_PURPOSE, body)):
            return None
        return cls(UUID(bytes=body[:16]), int.from_bytes(body[16:]))

    def _body(self) -> bytes:
        return self.session_id.bytes + self.generation.to_bytes(4)
