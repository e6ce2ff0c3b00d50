"""Answers already given, kept beside the change they answered for, in its own transaction."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from shared.database import UnitOfWork
from shared.messaging.tables import idempotency_keys as keys


@dataclass(frozen=True)
class Slot:
    """One person's key, and the hash of the request it came with."""

    owner: UUID
    key: str
    request_hash: bytes


@dataclass(frozen=True)
class Stored:
    """The answer of the first time."""

    status: int
    headers: dict[str, str]
    body: bytes


class OtherRequest:
    """The key was used for a different request."""


def claim(uow: UnitOfWork, slot: Slot) -> Stored | OtherRequest | None:
    """Take the key for this request; return None, or what stands there from an earlier one.

    Two requests at once: the second waits here until the first has committed or failed.
    """
    taken = uow.session.execute(
        insert(keys)
        .values(owner=slot.owner, key=slot.key, request_hash=slot.request_hash)
        .on_conflict_do_nothing()
        .returning(keys.c.key)
    ).first()
    if taken is not None:
        return None
    row = uow.session.execute(
        select(keys).where(keys.c.owner == slot.owner, keys.c.key == slot.key)
    ).one()
    if row.request_hash != slot.request_hash:
        return OtherRequest()
    return Stored(row.status, row.headers, row.body)


def remember(uow: UnitOfWork, slot: Slot, answer: Stored) -> None:
    """Store the answer; it stays only if the transaction commits."""
    uow.session.execute(
        update(keys)
        .where(keys.c.owner == slot.owner, keys.c.key == slot.key)
        .values(status=answer.status, headers=answer.headers, body=answer.body)
    )
