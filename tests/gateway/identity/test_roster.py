from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from shared.clock import FixedClock
from shared.contracts.roster import MEMBERS_V1, ORGANISATIONS_V1, OrganisationsChangedV1
from shared.database import Database
from shared.ids import new_id
from shared.messaging.envelope import Envelope
from tests.gateway.conftest import People

MEMBER = UUID(int=7)


def message(version: int, clock: FixedClock) -> Envelope:
    row: dict[str, Any] = {
        "id": str(MEMBER), "member_no": "M1", "name": f"第{version}版",
        "organisation_id": str(UUID(int=1)), "path": f"/city/b{version}/", "group_path": None,
        "cross_paths": [], "status": "full", "scored": True, "roles": [], "version": version,
    }  # fmt: skip
    return Envelope(new_id(), MEMBERS_V1, str(MEMBER), clock.now(), {"members": [row]})


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=5), min_size=1, max_size=4))
def test_the_newest_version_stays_whatever_the_order(
    database: Database, people: People, clock: FixedClock, batches: list[list[int]]
) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("DELETE FROM members"))
    for batch in batches:
        people.deliver(*(message(version, clock) for version in batch))
    newest = max(version for batch in batches for version in batch)
    with database.engine.connect() as connection:
        row = connection.execute(text("SELECT name, path, version FROM members")).one()
    assert row == (f"第{newest}版", f"/city/b{newest}/", newest)


def test_organisations_are_kept_and_other_messages_passed_over(
    database: Database, people: People, clock: FixedClock
) -> None:
    row = {"id": str(UUID(int=1)), "code": "b0001", "name": "第一支部", "kind": "branch",
           "parent_id": None, "path": "/city/u001/b0001/", "version": 1}  # fmt: skip
    assert OrganisationsChangedV1().validate({"organisations": [row]}) == {}
    people.deliver(
        Envelope(new_id(), "roster.something_new.v1", "x", clock.now(), {"y": 1}),
        Envelope(new_id(), ORGANISATIONS_V1, "x", clock.now(), {"organisations": [row]}),
    )
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT name FROM organisations")).all() == [("第一支部",)]
