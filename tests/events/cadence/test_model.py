"""Whatever happened, branch, unit and city say what the slow model says."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.events.cadence import above, service
from services.events.roster_copy.models import OrganisationCopy
from shared.auth import Grant, Principal
from shared.clock import SHANGHAI, FixedClock, local_day
from shared.contracts.roster import ORGANISATIONS_V1
from shared.database import Database
from shared.ids import new_id
from tests.events.cadence.conftest import GROUP, HERE, ROOT, THERE, UNIT, YOUTH
from tests.events.cadence.model import (
    Event,
    Person,
    Session,
    World,
    calendar_of,
    calendar_of_group,
)
from tests.events.city import City
from tests.events.past import Past

FAR, FAR_UNIT = "/city/u2/b3/", "/city/u2/"
SECOND = f"{HERE}g2/"
BRANCHES = (HERE, THERE, FAR)
PLACES = (*BRANCHES, GROUP, SECOND, YOUTH, UNIT, FAR_UNIT, ROOT)
KINDS = ("branch_meeting", "committee_meeting", "group_meeting", "lecture", "theme_day",
         "organisational_life", "youth_study")  # fmt: skip
# Around the turn of the year, where months, quarters and years end at once.
FIRST = datetime(2026, 9, 20, tzinfo=SHANGHAI)

# Half of all happens within hours of where a month ends and the next begins.
EDGES = [datetime(2026, month, 1, tzinfo=SHANGHAI) for month in (10, 11, 12)]
EDGES.append(datetime(2027, 1, 1, tzinfo=SHANGHAI))
moments = st.one_of(
    st.integers(0, 110 * 48).map(lambda n: FIRST + timedelta(minutes=30 * n)),
    st.builds(
        lambda edge, hours: edge + timedelta(hours=hours),
        st.sampled_from(EDGES),
        st.sampled_from((-12, -1, 0, 1, 12)),
    ),
)
people = st.lists(
    st.builds(
        Person,
        st.sampled_from(BRANCHES),
        st.sampled_from(("full", "full", "full", "retired", "left")),
    ),
    max_size=16,
)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    today = draw(st.dates(FIRST.date(), FIRST.date() + timedelta(days=140)))
    known = st.dates(FIRST.date() - timedelta(days=60), today)
    world = World(
        today,
        {place: draw(known) for place in (*BRANCHES, YOUTH)},
        {HERE: [GROUP, SECOND]},
        {YOUTH: draw(st.sampled_from(("青年理论学习小组", "篮球队")))},
        {ROOT: "committee", UNIT: "unit", FAR_UNIT: "unit"},
        draw(people),
    )
    for _ in range(draw(st.integers(0, 8))):
        present = st.sets(st.integers(0, max(0, len(world.people) - 1)), max_size=4)
        sessions = [
            Session(draw(moments), draw(present) if world.people else set())
            for _ in range(draw(st.integers(1, 2)))
        ]
        kinds = draw(st.sets(st.sampled_from(KINDS), min_size=1, max_size=2))
        state = draw(st.sampled_from(("closed", "closed", "published", "cancelled")))
        world.events.append(Event(draw(st.sampled_from(PLACES)), kinds, state, sessions))
    marks = st.tuples(
        st.sampled_from(BRANCHES), st.sampled_from(("R7", "R8")), st.sampled_from((2026, 2027))
    )
    world.marks = draw(st.sets(marks, max_size=3))
    return world


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(world=worlds())
def test_every_view_says_what_the_slow_model_says(
    database: Database, city: City, past: Past, clock: FixedClock, world: World
) -> None:
    enter(city, past, world)
    midday = datetime(world.today.year, world.today.month, world.today.day, 12, tzinfo=SHANGHAI)
    clock.advance((midday - clock.now()).total_seconds())
    assert local_day(clock.now()) == world.today
    for year in (2026, 2027):
        wanted = {branch: calendar_of(world, branch, year) for branch in BRANCHES}
        wanted[YOUTH] = calendar_of_group(world, YOUTH, year)
        for place, states in wanted.items():
            assert shown(database, place, year) == states, (place, year)
        for unit in (UNIT, FAR_UNIT):
            below = [states for place, states in wanted.items() if place.startswith(unit)]
            counts, overdue = counted(database, unit, year)
            assert counts == Counter((*cell, s) for each in below for cell, s in each.items())
            assert overdue == sorted(
                (place, *cell)
                for place, states in wanted.items() if place.startswith(unit)
                for cell, state in states.items() if state == "overdue"
            )  # fmt: skip


def enter(city: City, past: Past, world: World) -> None:
    city.organisations[SECOND] = UUID(int=2)
    group = city.organisation(GROUP) | {"id": str(UUID(int=2)), "code": "g2", "path": SECOND}
    city.tell(ORGANISATIONS_V1, {"organisations": [group]})
    for table in ("check_ins", "event_sessions", "events", "roster_members", "cadence_marks"):
        past.run(f"DELETE FROM {table}")
    for place, since in world.known_since.items():
        past.run(
            "UPDATE roster_organisations SET since = CAST(:day AS timestamp)"
            " AT TIME ZONE 'Asia/Shanghai' WHERE path = :path",
            day=since, path=place,
        )  # fmt: skip
    past.run(
        "UPDATE roster_organisations SET name = :name WHERE path = :path",
        name=world.crossing[YOUTH], path=YOUTH,
    )  # fmt: skip
    ids = [
        city.join(new_id().hex[-12:], person.branch, status=person.status)
        for person in world.people
    ]
    for event in world.events:
        spans = [(s.starts, s.starts + timedelta(hours=2)) for s in event.sessions]
        category, *tags = sorted(event.kinds)
        past.held_in(
            event.place, category, spans, [[ids[n] for n in s.present] for s in event.sessions],
            tags=tags, state=event.state,
        )  # fmt: skip
    for branch, rule, year in world.marks:
        past.run(
            "INSERT INTO cadence_marks VALUES (:organisation, :rule, :year, true, :by, now(), 1)",
            organisation=city.organisations[branch], rule=rule, year=year, by=UUID(int=0),
        )  # fmt: skip


def shown(database: Database, place: str, year: int) -> dict[tuple[str, str], str]:
    found = view(database, place, year)
    return {
        (rule["rule"].code, period["period"]): period["state"].value
        for rule in found["rules"] if rule["rule"].code not in ("R9", "R10")
        for period in rule["periods"]
    }  # fmt: skip


def counted(database: Database, unit: str, year: int) -> tuple[Any, Any]:
    found = view(database, unit, year)
    counts = Counter(
        {
            (rule["rule"].code, period["period"], state.value): number
            for rule in found["rules"] if rule["rule"].code not in ("R9", "R10")
            for period in rule["periods"]
            for state, number in period["counts"].items()
        }
    )  # fmt: skip
    with database.unit_of_work() as uow:
        paths = {row.id: row.path for row in uow.session.query(OrganisationCopy)}
        kept = above.count_unit(uow, unit, year)
    assert kept["overdue"] == len(found["overdue"])
    overdue = [(paths[i["organisation_id"]], i["rule"], i["period"]) for i in found["overdue"]]
    # Where there is no youth group a unit says nothing of youth groups.
    return +counts, sorted(each for each in overdue if each[1] not in ("R9", "R10"))


def view(database: Database, place: str, year: int) -> Any:
    somebody = Principal(new_id(), "x", ROOT, (Grant("city_admin", ROOT),))
    with database.unit_of_work() as uow:
        organisation = uow.session.query(OrganisationCopy).filter_by(path=place).one()
        return service.of_organisation(uow, somebody, organisation, year)
