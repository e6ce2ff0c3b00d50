from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from services.events.study_hours.recorded import record_study
from shared.clock import FixedClock
from shared.contracts.study import RECORDED_V1
from shared.database import Database
from shared.ids import new_id
from shared.messaging.envelope import Envelope
from shared.testing.plugin import TokenFor
from tests.events.catalogue.people import People
from tests.events.city import City
from tests.events.past import Past, local

Tell = Callable[..., dict[str, Any]]


@pytest.fixture
def city(database: Database, clock: FixedClock) -> City:
    return City(database, clock)


@pytest.fixture
def past(database: Database, city: City) -> Past:
    return Past(database, city)


@pytest.fixture
def people(client: FlaskClient, token_for: TokenFor, city: City) -> People:
    return People(client, token_for, city)


@pytest.fixture
def tell(database: Database) -> Tell:
    """Let points tell of study, as the consumer would take it; return the message's data."""

    def run(
        member: UUID, kind: str = "training_course", day: str = "2026-06-05", **more: Any
    ) -> Any:
        data = {
            "fact_id": str(new_id()),
            "member_id": str(member),
            "kind": kind,
            "title": "春季班" if kind == "training_course" else "补学",
            "occurred_at": local(f"{day} 12:00").isoformat(),
            "days": None,
            "missed": None,
            "state": "present",
            "reason": None,
            "revision": 1,
        } | more
        with database.unit_of_work() as uow:
            record_study(uow, [Envelope(new_id(), RECORDED_V1, "k", database.clock.now(), data)])
            uow.commit()
        return data

    return run
