"""Attendance, as it arrives from events, becomes facts."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from services.points.ledger.posting import post
from services.points.ledger.recorded import RecordedFact
from services.points.rules.timeline import TIMELINE
from services.points.scoring import Fact
from shared.contracts import attendance as contract
from shared.database import UnitOfWork
from shared.messaging.envelope import Envelope


class AttendancePosting:
    """Handler of stream ``attendance``: posts each batch under the rules in force."""

    def __call__(self, uow: UnitOfWork, envelopes: Sequence[Envelope]) -> None:
        """Post a batch; a message that breaks the contract raises and is set aside by itself."""
        recorded = [read(e.data) for e in envelopes if e.type == contract.RECORDED_V1]
        post(uow, recorded, TIMELINE.hold(uow))


def read(message: dict[str, Any]) -> RecordedFact:
    """Return the fact in one ``attendance.recorded.v1``.

    A check-in's id is its fact's id, so a phone can ask for the receipt of what it just sent.
    Reads by hand what the contract's schema would read for ten times the time; a test holds the
    two to the same answers.

    Raises:
        ValueError, TypeError, AttributeError: the message breaks the contract.
    """
    if message.keys() != _FIELDS:
        raise ValueError("fields are missing or unknown")
    for field, allowed in _ONE_OF:
        if message[field] not in allowed:
            raise ValueError(f"{field}: {message[field]!r}")
    minutes, revision = message["minutes"], message["revision"]
    if not (minutes is None or (type(minutes) is int and minutes >= 0)):
        raise ValueError(f"minutes: {minutes!r}")
    if type(revision) is not int or revision < 1:
        raise ValueError(f"revision: {revision!r}")
    if not all(isinstance(message[field], str) for field in _TEXTS):
        raise TypeError("a text is none")
    if not (message["reason"] is None or isinstance(message["reason"], str)):
        raise TypeError("the reason is no text")
    occurred_at = datetime.fromisoformat(message["occurred_at"])
    if occurred_at.tzinfo is None:
        raise ValueError("occurred_at has no offset")
    UUID(message["session_id"])
    fact = Fact(
        id=UUID(message["check_in_id"]),
        member_id=UUID(message["member_id"]),
        kind=message["category"],
        occurred_at=occurred_at.astimezone(UTC),
        tags=_texts(message["tags"]),
        role=message["role"],
        source="check_in",
        group=str(UUID(message["event_id"])),
        minutes=minutes,
        level=message["level"],
    )
    return RecordedFact(
        fact=fact,
        source_key=None,
        title=message["title"],
        state=message["state"],
        reason=message["reason"],
        revision=revision,
    )


_FIELDS: Final = contract.AttendanceRecordedV1().fields.keys()
_ONE_OF: Final = (
    ("role", frozenset(contract.ROLES)),
    ("state", frozenset(contract.STATES)),
    ("level", frozenset((*contract.LEVELS, None))),
)
_TEXTS: Final = ("category", "title", "check_in_id", "event_id", "session_id", "member_id")


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TypeError("tags are no list of texts")
    return tuple(value)
