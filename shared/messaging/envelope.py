"""A message as it travels: who it is, what it is, what it is about."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

# The one field of a stream entry.
FIELD = b"m"


def stream_key(stream: str) -> str:
    """Return the Redis key of a stream."""
    return f"stream:{stream}"


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message of a versioned contract.

    `id` is the sender's outbox row, so the same message sent twice is known by it.
    """

    id: UUID
    type: str
    key: str
    created_at: datetime
    data: dict[str, Any]

    def encode(self) -> bytes:
        return orjson.dumps(
            {
                "id": self.id,
                "type": self.type,
                "key": self.key,
                "created_at": self.created_at,
                "data": self.data,
            }
        )


def decode(message: bytes) -> Envelope:
    """Read a message off the wire.

    Raises:
        ValueError, KeyError, TypeError: it is no message of ours.
    """
    fields = orjson.loads(message)
    return Envelope(
        # A number for an id would be an AttributeError of UUID's.
        id=UUID(str(fields["id"])),
        type=fields["type"],
        key=fields["key"],
        created_at=datetime.fromisoformat(fields["created_at"]),
        data=fields["data"],
    )
