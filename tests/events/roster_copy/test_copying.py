"""The copy of the roster ends the same whatever the order and number of messages."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis
from sqlalchemy import text

from services.events.roster_copy.copying import copy_roster
from services.events.roster_copy.models import DutyCopy, MemberCopy, OrganisationCopy
from shared.clock import FixedClock
from shared.contracts.roster import MEMBERS_V1, ORGANISATIONS_V1, STREAM
from shared.database import Database
from shared.ids import new_id
from shared.messaging.consumer import Consumer
from shared.messaging.envelope import FIELD, Envelope, stream_key
from tests.events.city import TREE, City

HERE, THERE = "/city/u1/b1/", "/city/u1/b2/"


def members(database: Database) -> dict[str, dict[str, Any]]:
    """Return what the copy says of each member, by number."""
    columns = [c.key for c in MemberCopy.__table__.columns]
    with database.unit_of_work() as uow:
        rows = uow.session.query(MemberCopy).all()
    return {row.member_no: {name: getattr(row, name) for name in columns} for row in rows}


def test_organisations_arrive_as_they_are(city: City, database: Database) -> None:
    with database.unit_of_work() as uow:
        rows = {row.path: row for row in uow.session.query(OrganisationCopy)}
    assert rows.keys() == TREE.keys()
    group = rows["/city/u1/b1/g1/"]
    assert (group.code, group.kind, group.parent_id) == ("g1", "group", rows[HERE].id)
    assert rows["/city/"].parent_id is None


def test_members_arrive_as_they_are(city: City, database: Database) -> None:
    told = city.member(
        "P1", HERE, group_path="/city/u1/b1/g1/", cross_paths=["/city/u1/youth/"], scored=False,
        status="retired", roles=[{"role": "branch_secretary", "path": HERE}],
    )  # fmt: skip
    city.tell(MEMBERS_V1, {"members": [told]})
    del told["roles"]
    found = members(database)["P1"]
    # The desk's own; see tests/events/desk.
    del found["initials"]
    assert (
        found | {"id": str(found["id"]), "organisation_id": str(found["organisation_id"])} == told
    )


def test_a_transfer_arrives(city: City, database: Database) -> None:
    member = city.member("P1", HERE)
    city.tell(MEMBERS_V1, {"members": [member]})
    city.tell(MEMBERS_V1, {"members": [member | {"path": THERE, "version": 2}]})
    assert members(database)["P1"]["path"] == THERE


def test_an_organisation_that_moved_or_was_renamed_arrives(city: City, database: Database) -> None:
    changed = city.organisation(HERE) | {"path": "/city/u2/b1/", "name": "改名", "version": 2}
    city.tell(ORGANISATIONS_V1, {"organisations": [changed]})
    city.tell(ORGANISATIONS_V1, {"organisations": [city.organisation(HERE)]})
    with database.unit_of_work() as uow:
        row = uow.session.get_one(OrganisationCopy, changed["id"])
    assert (row.path, row.name, row.version) == ("/city/u2/b1/", "改名", 2)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_order_repetition_and_batching_end_the_same(
    city: City, database: Database, data: st.DataObject
) -> None:
    number = str(new_id())
    base = city.member(number, HERE)
    versions = [base | {"version": v, "name": f"名字{v}"} for v in range(1, 6)]
    told = data.draw(st.lists(st.sampled_from(versions), min_size=1, max_size=12))
    cut = data.draw(st.integers(0, len(told)))
    for batch in (told[:cut], told[cut:]):
        if batch:
            city.tell(MEMBERS_V1, *({"members": [entry]} for entry in batch))
    newest = max(told, key=lambda entry: entry["version"])
    found = members(database)[number]
    assert (found["name"], found["version"]) == (newest["name"], newest["version"])


def duties(database: Database) -> dict[tuple[str, str], Any]:
    """Return since when each office is held, by role and path."""
    with database.unit_of_work() as uow:
        return {(row.role, row.path): row.since for row in uow.session.query(DutyCopy)}


def office(role: str = "branch_secretary", path: str = HERE) -> dict[str, str]:
    return {"role": role, "path": path}


def test_an_office_is_kept_with_the_moment_it_was_first_told_of(
    city: City, database: Database, clock: FixedClock
) -> None:
    member, begun = city.member("P1", HERE, roles=[office()]), clock.now()
    city.tell(MEMBERS_V1, {"members": [member]})
    clock.advance(86_400)
    both = [office(), office("committee_member")]
    city.tell(MEMBERS_V1, {"members": [member | {"roles": both, "version": 2}]})
    assert duties(database) == {
        ("branch_secretary", HERE): begun,
        ("committee_member", HERE): clock.now(),
    }
    clock.advance(86_400)
    city.tell(MEMBERS_V1, {"members": [member | {"roles": both[1:], "version": 3}]})
    assert duties(database).keys() == {("committee_member", HERE)}


def test_an_office_given_again_begins_anew(
    city: City, database: Database, clock: FixedClock
) -> None:
    member = city.member("P1", HERE, roles=[office()])
    for version, roles in enumerate(([office()], [], [office()]), start=1):
        city.tell(MEMBERS_V1, {"members": [member | {"roles": roles, "version": version}]})
        clock.advance(60)
    assert duties(database)["branch_secretary", HERE] == clock.now() - timedelta(seconds=60)


def test_an_office_moves_with_its_organisation(
    city: City, database: Database, clock: FixedClock
) -> None:
    member, begun = city.member("P1", HERE, roles=[office()]), clock.now()
    city.tell(MEMBERS_V1, {"members": [member]})
    clock.advance(86_400)
    moved = member | {"path": "/city/u2/b1/", "roles": [office(path="/city/u2/b1/")]}
    city.tell(MEMBERS_V1, {"members": [moved | {"version": 2}]})
    assert duties(database) == {("branch_secretary", "/city/u2/b1/"): begun}


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_offices_end_as_the_newest_version_says(
    city: City, database: Database, data: st.DataObject
) -> None:
    base = city.member(str(new_id()), HERE)
    held = st.lists(st.sampled_from([HERE, THERE, "/city/u1/"]), unique=True)
    versions = [
        base | {"version": n, "roles": [office(path=path) for path in data.draw(held)]}
        for n in range(1, 5)
    ]
    told = data.draw(st.lists(st.sampled_from(versions), min_size=1, max_size=8))
    cut = data.draw(st.integers(0, len(told)))
    for batch in (told[:cut], told[cut:]):
        if batch:
            city.tell(MEMBERS_V1, *({"members": [entry]} for entry in batch))
    newest = max(told, key=lambda entry: entry["version"])
    with database.unit_of_work() as uow:
        rows = uow.session.query(DutyCopy).filter_by(member_id=base["id"])
        assert {row.path for row in rows} == {duty["path"] for duty in newest["roles"]}


def without(field: str) -> Any:
    return lambda entry: {name: value for name, value in entry.items() if name != field}


@pytest.mark.parametrize(
    "broken",
    [
        without("version"),
        lambda entry: entry | {"status": "suspended"},
        lambda entry: entry | {"openid": "x"},
        lambda entry: entry | {"cross_paths": None},
    ],
)
def test_a_message_that_breaks_the_contract_changes_nothing(
    city: City, database: Database, broken: Any
) -> None:
    message = {"members": [city.member("P1", HERE), broken(city.member("P2", HERE))]}
    with pytest.raises(ValueError, match=MEMBERS_V1):
        city.tell(MEMBERS_V1, message)
    assert members(database) == {}


def test_the_stream_is_read_to_the_end_past_a_bad_message(
    city: City, database: Database, redis_client: Redis
) -> None:
    for entry in (city.member("P1", HERE), {"bad": True}, city.member("P2", HERE)):
        envelope = Envelope(
            new_id(), MEMBERS_V1, "members", database.clock.now(), {"members": [entry]}
        )
        redis_client.xadd(stream_key(STREAM), {FIELD: envelope.encode()})
    Consumer(database, redis_client, STREAM, "events", copy_roster).consume_once()
    assert members(database).keys() == {"P1", "P2"}
    with database.unit_of_work() as uow:
        assert uow.session.scalars(text("SELECT consumer FROM dead_letters")).all() == [
            "events:roster"
        ]
