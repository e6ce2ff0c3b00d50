"""What points tells of study ends the same whatever the order and number of messages."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from services.events.study_hours.recorded import record_study
from shared.contracts.study import RECORDED_V1
from shared.database import Database
from shared.ids import new_id
from shared.messaging.envelope import Envelope


def message(fact: UUID, member: UUID, revision: int, **changes: Any) -> dict[str, Any]:
    return {
        "fact_id": str(fact),
        "member_id": str(member),
        "kind": "training_course",
        "title": f"第{revision}稿",
        "occurred_at": "2026-06-05T12:00:00+08:00",
        "days": revision,
        "missed": None,
        "state": "present",
        "reason": None,
        "revision": revision,
    } | changes


def record(database: Database, *messages: dict[str, Any], kind: str = RECORDED_V1) -> None:
    envelopes = [Envelope(new_id(), kind, "k", database.clock.now(), data) for data in messages]
    with database.unit_of_work() as uow:
        record_study(uow, envelopes)
        uow.commit()


def known(database: Database, fact: UUID) -> Any:
    with database.unit_of_work() as uow:
        query = text(
            "SELECT title, day::text, days, state, revision FROM study_facts WHERE id = :id"
        )
        return uow.session.execute(query, {"id": fact}).one_or_none()


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_the_highest_revision_stays(database: Database, data: st.DataObject) -> None:
    fact, member = new_id(), new_id()
    states = [
        message(fact, member, n, state="annulled" if n % 2 == 0 else "present") for n in range(1, 5)
    ]
    told = data.draw(st.lists(st.sampled_from(states), min_size=1, max_size=10))
    cut = data.draw(st.integers(0, len(told)))
    for batch in (told[:cut], told[cut:]):
        record(database, *batch)
    newest = max(told, key=lambda each: each["revision"])
    revision = newest["revision"]
    assert known(database, fact) == (
        f"第{revision}稿", "2026-06-05", revision, newest["state"], revision,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("moment", "day"),
    [("2026-12-31T16:00:00Z", "2027-01-01"), ("2026-12-31T15:59:59Z", "2026-12-31")],
)
def test_its_day_is_that_of_shanghai(database: Database, moment: str, day: str) -> None:
    fact = new_id()
    record(database, message(fact, new_id(), 1, occurred_at=moment))
    assert known(database, fact)[1] == day


def test_other_kinds_of_message_are_not_for_it(database: Database) -> None:
    fact = new_id()
    record(database, message(fact, new_id(), 1), kind="study.other.v1")
    assert known(database, fact) is None
