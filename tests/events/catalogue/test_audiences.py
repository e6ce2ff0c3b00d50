"""Whom an event is meant for: one rule, told by a function, by SQL, at the door, and over HTTP."""

from random import Random
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from services.events.catalogue.access import may_attend
from services.events.catalogue.models import (
    AudienceRow,
    EventRow,
    GuestRow,
    RoleRow,
    SessionRow,
)
from services.events.catalogue.schemas import ROLES_TO_ASK
from services.events.catalogue.snapshot import read_snapshots
from services.events.catalogue.visibility import is_meant, meant_for
from shared.auth import Grant, Principal
from shared.clock import FixedClock
from shared.contracts.roster import ORGANISATIONS_V1
from shared.database import Database, UnitOfWork
from shared.ids import new_id
from tests.events.catalogue.people import People, refused
from tests.events.city import TREE, City

HERE, THERE = "/city/u1/b1/", "/city/u1/b2/"
PATHS = sorted(TREE)
SOMEBODY = [UUID(int=n) for n in range(1, 5)]
PARTS = ("lecturer", "helper", "organiser")


def scatter(uow: UnitOfWork, city: City, clock: FixedClock) -> None:
    """Put events of every mixture of audience, roles, guests and parts there."""
    chance, now = Random(4), clock.now()
    for _ in range(80):
        own, *others = chance.sample(PATHS, 3)
        event = EventRow(
            id=new_id(), title="活动", category="culture", tags=[], place="", state="published",
            organisation_id=city.organisations[own], organisation_path=own,
            audience=chance.choice(["organisation", "organisation", "everyone"]),
            required_roles=chance.sample(ROLES_TO_ASK, chance.choice([0, 0, 1, 2])),
            starts_at=now, ends_at=now.replace(hour=20), created_by=new_id(), created_at=now,
            published_at=now,
        )  # fmt: skip
        event.sessions = [
            SessionRow(
                id=new_id(), starts_at=now, ends_at=event.ends_at, opens_at=now,
                closes_at=event.ends_at,
            )
        ]  # fmt: skip
        event.also_for = [
            AudienceRow(organisation_id=city.organisations[path], path=path)
            for path in chance.sample(others, chance.choice([0, 0, 1, 2]))
        ]
        event.roles = [
            RoleRow(member_id=who, role=chance.choice(PARTS))
            for who in chance.sample(SOMEBODY, chance.choice([0, 0, 0, 1]))
        ]
        uow.session.add(event)
        uow.session.flush()
        uow.session.add_all(
            GuestRow(event_id=event.id, member_id=who, invited_by=new_id(), invited_at=now)
            for who in chance.sample(SOMEBODY, chance.choice([0, 0, 0, 1]))
        )
    uow.commit()


@st.composite
def principals(draw: st.DrawFn) -> Principal:
    branch = draw(st.sampled_from([HERE, THERE, "/city/u2/b3/"]))
    groups = draw(st.lists(st.sampled_from(["/city/u1/b1/g1/", "/city/u1/youth/"]), max_size=2))
    roles = st.tuples(st.sampled_from(ROLES_TO_ASK), st.sampled_from(PATHS))
    held = draw(st.lists(roles, max_size=2))
    grants = [Grant("member", path) for path in (branch, *groups)]
    grants += [Grant(role, path) for role, path in held]
    return Principal(draw(st.sampled_from(SOMEBODY)), "党员", branch, tuple(grants))


def test_the_function_the_sql_and_the_door_agree_on_whom_an_event_is_for(
    database: Database, city: City, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        scatter(uow, city, clock)
        events = list(uow.session.scalars(select(EventRow)))
        sessions = {session.event_id: session for session in read_snapshots(uow)}
        seen: set[tuple[UUID, bool]] = set()

        @given(who=principals())
        @settings(
            max_examples=60,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def agree(who: Principal) -> None:
            by_sql = set(uow.session.scalars(select(EventRow.id).where(meant_for(who))))
            for event in events:
                told = is_meant(uow, who, event)
                session = sessions[event.id]
                at_the_door = who.member_id in session.roles or may_attend(who, session.audience)
                assert told == (event.id in by_sql) == at_the_door, (who, event.id)
                seen.add((event.id, told))

        agree()
    # Hardly any event is for all of them, or for none.
    assert len(seen) > 1.5 * len(events)


def test_an_event_for_a_further_organisation_is_seen_by_its_members(
    people: People, city: City
) -> None:
    unit = people.person(("unit_admin", "/city/u1/"))
    also = [str(city.organisations[path]) for path in (THERE, "/city/u1/youth/")]
    event = people.published(unit, HERE, also_for=also)
    assert sorted(a["name"] for a in event["also_for"]) == ["组织b2", "组织youth"]
    youth = people.person(("member", "/city/u1/youth/"), path="/city/u2/b3/")
    for person in (people.person(), people.person(path=THERE), youth):
        assert person.sees() == ["党课"]
        assert person.get(f"/events/{event['id']}").status_code == 200
    stranger = people.person(path="/city/u2/b3/")
    assert stranger.sees() == []
    refused(stranger.get(f"/events/{event['id']}"), 404, "event_unknown")
    narrowed = unit.patch(event["id"], {"also_for": also[:1]}, version=2)
    assert [a["organisation_id"] for a in narrowed.json["also_for"]] == also[:1]
    assert youth.sees() == []


def test_nobody_addresses_organisations_out_of_reach(people: People, city: City) -> None:
    secretary, unit = people.secretary(), people.person(("unit_admin", "/city/u1/"))
    group, sibling, foreign = (
        str(city.organisations[p]) for p in ("/city/u1/b1/g1/", THERE, "/city/u2/b3/")
    )
    assert people.made(secretary, also_for=[group])["also_for"]
    body = people.event(also_for=[sibling])
    refused(secretary.post("/events", body), 403, "out_of_reach")
    # Whoever may address everyone may address anyone.
    event = people.made(unit, also_for=[foreign])
    # What somebody else widened stays wide when the rest is edited.
    kept = secretary.patch(event["id"], {"also_for": [foreign, group]})
    assert len(kept.json["also_for"]) == 2
    refused(secretary.patch(event["id"], {"also_for": [sibling]}, 2), 403, "out_of_reach")
    refused(unit.patch(event["id"], {"also_for": [str(new_id())]}, 2), 422, "organisation_unknown")


@pytest.mark.parametrize(
    "bad", [{"also_for": ["x"]}, {"required_roles": ["king"]}, {"required_roles": ["member"]}]
)
def test_a_strange_audience_is_refused(people: People, bad: dict[str, object]) -> None:
    refused(people.secretary().post("/events", people.event(**bad)), 422, "fields_invalid")


def test_an_event_for_those_who_hold_a_role(people: People) -> None:
    unit = people.person(("unit_admin", "/city/u1/"))
    event = people.published(unit, "/city/u1/", required_roles=["branch_secretary"])
    assert event["required_roles"] == ["branch_secretary"]
    assert people.secretary().sees() == ["党课"]
    assert people.person().sees() == []
    assert people.secretary("/city/u2/b3/").sees() == []
    widened = unit.patch(event["id"], {"required_roles": []}, version=2)
    assert widened.json["required_roles"] == []
    assert people.person().sees() == ["党课"]


def test_further_audiences_follow_their_organisation_through_the_tree(
    people: People, city: City, database: Database
) -> None:
    unit = people.person(("unit_admin", "/city/u1/"))
    people.published(unit, HERE, also_for=[str(city.organisations[THERE])])
    with database.unit_of_work() as uow:
        before = read_snapshots(uow)[0]
    moved = city.organisation(THERE) | {"path": "/city/u2/b2/", "version": 2}
    city.tell(ORGANISATIONS_V1, {"organisations": [moved]})
    with database.unit_of_work() as uow:
        after = read_snapshots(uow)[0]
    assert after.audience.paths == (HERE, "/city/u2/b2/")
    assert after.version == before.version + 1
    assert people.person(path="/city/u2/b2/").sees() == ["党课"]
    assert people.person(path=THERE).sees() == []
