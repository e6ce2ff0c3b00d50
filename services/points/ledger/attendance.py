"""Attendance, as it arrives from events, becomes facts."""

from collections.abc import Sequence
from typing import Any

from services.points.ledger.posting import RecordedFact, post
from services.points.rules.timeline import TimelineCache
from services.points.scoring import Fact
from shared.contracts.attendance import RECORDED_V1, AttendanceRecordedV1
from shared.database import UnitOfWork
from shared.messaging.envelope import Envelope

_schema = AttendanceRecordedV1(many=True)


class AttendancePosting:
    """Handler of stream ``attendance``: posts each batch under the rules in force."""

    def __init__(self) -> None:
        self._timelines = TimelineCache()

    def __call__(self, uow: UnitOfWork, envelopes: Sequence[Envelope]) -> None:
        """Post a batch; a message that breaks the contract raises and is set aside by itself."""
        messages = [envelope.data for envelope in envelopes if envelope.type == RECORDED_V1]
        recorded = [to_fact(message) for message in _schema.load(messages)]
        post(uow, recorded, self._timelines.get(uow))


def to_fact(message: dict[str, Any]) -> RecordedFact:
    """Return the fact in one loaded ``attendance.recorded.v1``.

    A check-in's id is its fact's id, so a phone can ask for the receipt of what it just sent.
    """
    fact = Fact(
        id=message["check_in_id"],
        member_id=message["member_id"],
        kind=message["category"],
        occurred_at=message["occurred_at"],
        tags=tuple(message["tags"]),
        role=message["role"],
        source="check_in",
        group=str(message["event_id"]),
        minutes=message["minutes"],
        level=message["level"],
    )
    return RecordedFact(
        fact=fact,
        source_key=f"check_in:{fact.id}",
        title=message["title"],
        state=message["state"],
        reason=message["reason"],
        revision=message["revision"],
    )
