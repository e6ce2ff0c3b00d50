"""What members were told, as it stands in the outbox."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.contracts.notices import REQUESTED_V1
from shared.contracts.validation import SCHEMAS
from shared.database import Database

Json = dict[str, Any]


def told(database: Database, member: UUID) -> list[Json]:
    """Return what a member was told, oldest first; every message as the contract says, none twice."""
    with database.unit_of_work() as uow:
        query = text("SELECT data FROM outbox WHERE type = :type ORDER BY id")
        every = list(uow.session.scalars(query, {"type": REQUESTED_V1}))
    for message in every:
        assert SCHEMAS[REQUESTED_V1].validate(message) == {}
    found = [message for message in every if str(member) in message["member_ids"]]
    keys = [message["key"] for message in found]
    assert len(keys) == len(set(keys)), keys
    return found


def kinds(database: Database, member: UUID) -> list[str]:
    return [message["kind"] for message in told(database, member)]
