"""Applies the stream ``roster`` to the copy; an older version never wins."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import DeclarativeBase

from services.events.roster_copy.models import MemberCopy, OrganisationCopy
from shared.contracts import roster as contract
from shared.database import UnitOfWork
from shared.messaging.envelope import Envelope

_organisations = contract.OrganisationsChangedV1()
_members = contract.MembersChangedV1()


def copy_roster(uow: UnitOfWork, envelopes: Sequence[Envelope]) -> None:
    """Handler of stream ``roster``."""
    organisations: list[dict[str, Any]] = []
    members: list[dict[str, Any]] = []
    for envelope in envelopes:
        if envelope.type == contract.ORGANISATIONS_V1:
            organisations += _organisations.load(envelope.data)["organisations"]
        elif envelope.type == contract.MEMBERS_V1:
            members += _members.load(envelope.data)["members"]
    for member in members:
        # Roles are the gateway's business; here nobody asks for them.
        del member["roles"]
    _upsert(uow, OrganisationCopy, organisations)
    _upsert(uow, MemberCopy, members)


def _upsert(uow: UnitOfWork, model: type[DeclarativeBase], rows: list[dict[str, Any]]) -> None:
    newest: dict[Any, dict[str, Any]] = {}
    for row in rows:
        known = newest.get(row["id"])
        if known is None or row["version"] > known["version"]:
            newest[row["id"]] = row
    if not newest:
        return
    table = model.__table__
    statement = insert(model)
    changes = {
        column.key: statement.excluded[column.key] for column in table.columns if column.key != "id"
    }
    statement = statement.on_conflict_do_update(
        index_elements=["id"],
        set_=changes,
        where=table.c.version < statement.excluded.version,
    )
    uow.session.execute(statement, [newest[key] for key in sorted(newest)])
