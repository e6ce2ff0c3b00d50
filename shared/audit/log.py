"""Writing the audit log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import orjson
from sqlalchemy import text

from shared.database import UnitOfWork
from shared.ids import new_id

_WRITE = text("""
    INSERT INTO audit_log (
        id, at, actor_id, reach, action, permission, subject_ids, organisation_id, filters,
        request_id, status
    ) VALUES (
        :id, :at, :actor_id, :reach, :action, :permission, CAST(:subject_ids AS uuid[]),
        :organisation_id, CAST(:filters AS jsonb), :request_id, :status
    )
""")


@dataclass(frozen=True, slots=True)
class Act:
    """Something somebody did, saw, or was refused.

    Attributes:
        reach: the roles by which the permission was held, each with its path.
        action: method and rule, e.g. ``POST /claims/<claim_id>/review``.
        subject_ids: what it was about.
        filters: what a list was narrowed to; no free text, which may be a name.
        status: of the answer, HTTP's.
    """

    actor_id: UUID
    reach: Sequence[str]
    action: str
    permission: str
    subject_ids: Sequence[UUID]
    organisation_id: UUID | None
    filters: Mapping[str, str]
    request_id: str
    status: int


def write(uow: UnitOfWork, act: Act) -> None:
    """Add an act to the log, in the caller's transaction."""
    uow.session.execute(
        _WRITE,
        {
            "id": new_id(),
            "at": uow.clock.now(),
            "actor_id": act.actor_id,
            "reach": list(act.reach),
            "action": act.action,
            "permission": act.permission,
            "subject_ids": list(act.subject_ids),
            "organisation_id": act.organisation_id,
            "filters": orjson.dumps(act.filters).decode(),
            "request_id": act.request_id,
            "status": act.status,
        },
    )
