"""Telling members something: in their inbox, and by WeChat where they allowed it.

The gateway owns the inbox. Whoever has something to tell publishes it with the change it is about,
in one transaction.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from shared.contracts.notices import BATCH, REQUESTED_V1, STREAM
from shared.database import UnitOfWork
from shared.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is told.

    Attributes:
        kind: what happened, e.g. ``claim.approved``; members may switch some kinds off.
        subject_type, subject_id: what it is about. Of several that wait to be sent about one
            thing only the newest is.
        key: a notice of the same key is told to a member once, however often it is asked for.
        template, data: what WeChat's message is and shows (`shared.contracts.notices`).
        urgent: may disturb at night.
        expires_at: when it is no use any more to send it.
    """

    kind: str
    subject_type: str
    subject_id: UUID
    key: str
    text: Text
    template: str | None = None
    data: Mapping[str, str] = field(default_factory=dict)
    urgent: bool = False
    expires_at: datetime | None = None


def tell(uow: UnitOfWork, members: Iterable[UUID], notice: Notice) -> None:
    """Tell members something, in the caller's transaction; nobody is told it twice."""
    told = sorted(set(members))
    for first in range(0, len(told), BATCH):
        uow.publish(
            STREAM,
            REQUESTED_V1,
            key=str(notice.subject_id),
            data={
                "key": notice.key,
                "member_ids": [str(member) for member in told[first : first + BATCH]],
                "kind": notice.kind,
                "subject_type": notice.subject_type,
                "subject_id": str(notice.subject_id),
                "zh": notice.text.zh,
                "en": notice.text.en,
                "urgent": notice.urgent,
                "expires_at": notice.expires_at.isoformat() if notice.expires_at else None,
                "template": notice.template,
                "data": dict(notice.data),
            },
        )
