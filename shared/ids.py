"""Identifiers: UUIDv7, so that keys made later sort later and indexes stay dense."""

from uuid import UUID

from uuid_utils import uuid7


def new_id() -> UUID:
    """Return a new UUIDv7 as the standard library's UUID."""
    return UUID(int=uuid7().int)
