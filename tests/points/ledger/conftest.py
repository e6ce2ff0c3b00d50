"""Messages of attendance, posted as the consumer would."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from services.points.ledger.attendance import AttendancePosting
from shared.clock import SHANGHAI, FixedClock
from shared.contracts.attendance import RECORDED_V1, AttendanceRecordedV1
from shared.database import Database
from shared.ids import new_id
from shared.messaging.envelope import Envelope

Attend = Callable[..., dict[str, Any]]


@pytest.fixture
def attend() -> Attend:
    """Make the message of one attendance."""

    def make(member: UUID, category: str = "lecture", day: str = "2026-11-20", **more: Any) -> Any:
        moment = datetime.fromisoformat(day).replace(tzinfo=SHANGHAI)
        if moment.hour == 0:
            moment = moment.replace(hour=9)
        message = {
            "check_in_id": str(new_id()),
            "event_id": str(new_id()),
            "session_id": str(new_id()),
            "member_id": str(member),
            "category": category,
            "tags": [],
            "role": "participant",
            "title": "党课",
            "occurred_at": moment.isoformat(),
            "minutes": None,
            "level": None,
            "state": "present",
            "reason": None,
            "revision": 1,
        } | more
        assert AttendanceRecordedV1().validate(message) == {}
        return message

    return make


@pytest.fixture
def post(city: Database, clock: FixedClock) -> Callable[..., None]:
    """Post messages in one batch, as the consumer would."""
    handler = AttendancePosting()

    def send(*messages: dict[str, Any]) -> None:
        envelopes = [Envelope(new_id(), RECORDED_V1, "", clock.now(), m) for m in messages]
        with city.unit_of_work() as uow:
            handler(uow, envelopes)
            uow.commit()

    return send
