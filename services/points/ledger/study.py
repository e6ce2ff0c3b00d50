"""Tells the events service of study that happened outside its events, for the study hours."""

from collections.abc import Iterable
from typing import Final

from services.points.ledger.recorded import RecordedFact
from shared.contracts import study as contract
from shared.database import UnitOfWork

_DAY_MINUTES: Final = 24 * 60


def tell_study(uow: UnitOfWork, recorded: Iterable[RecordedFact]) -> None:
    """Publish the courses and the make-up study among facts that are new or changed."""
    for item in recorded:
        fact = item.fact
        if fact.kind not in contract.KINDS:
            continue
        course, minutes = fact.kind == contract.COURSE, fact.minutes or 0
        message = {
            "fact_id": str(fact.id),
            "member_id": str(fact.member_id),
            "kind": fact.kind,
            "title": item.title,
            "occurred_at": fact.occurred_at.isoformat(),
            "days": (minutes // _DAY_MINUTES or None) if course else None,
            "missed": None if course else fact.level,
            "state": item.state,
            "reason": item.reason,
            "revision": item.revision,
        }
        uow.publish(contract.STREAM, contract.RECORDED_V1, str(fact.member_id), message)
