"""Telling members of decisions."""

from collections.abc import Iterable
from types import MappingProxyType
from typing import Final
from uuid import UUID

from shared.database import UnitOfWork
from shared.notices import Notice, tell
from shared.text import Text

# What a kind of notice begins with → what WeChat's message calls it.
_TITLES: Final = MappingProxyType(
    {
        "adjustment": "积分调整",
        "appeal": "积分申诉",
        "claim": "积分申报",
        "held_fact": "积分补记",
        "objection": "公示异议",
        "statement": "积分公示",
    }
)


def notify(
    uow: UnitOfWork, members: Iterable[UUID], kind: str, subject_id: UUID, sentence: Text
) -> None:
    """Tell members something about a subject, in the caller's transaction.

    The same kind about the same subject is told to a member once, however often it is asked for:
    put what may happen again into `kind`, e.g. ``claim.returned.2``.
    """
    subject_type = kind.partition(".")[0]
    notice = Notice(
        kind=kind,
        subject_type=subject_type,
        subject_id=subject_id,
        key=f"{kind}:{subject_id}",
        text=sentence,
        template="decision",
        data={
            "title": _TITLES[subject_type],
            "time": uow.clock.now().isoformat(),
            "note": sentence.zh,
        },
    )
    tell(uow, members, notice)
