"""Whatever people do about an event's seats, in whatever order: what the model says, exactly."""

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text

from services.events.catalogue import making
from services.events.catalogue import service as catalogue
from services.events.registrations import listing, service
from services.events.registrations.lapsing import pass_on
from services.events.registrations.settings import set_up
from shared.auth import Grant, Principal
from shared.clock import SHANGHAI, FixedClock
from shared.database import UnitOfWork
from shared.errors import Problem
from shared.testing.plugin import MakeDatabase
from tests.events.city import City
from tests.events.registrations.model import LIVE, Model

HERE = "/city/u1/b1/"
MEMBER = Grant("member", HERE)
START = datetime(2026, 11, 24, 14, tzinfo=SHANGHAI)
SETTINGS = {"opens_at": None, "closes_at": None, "cancel_until": None, "required": False}
WHO = st.integers(0, 5)


class Seats(RuleBasedStateMachine):
    """Six members of a branch, and the secretary who runs a talk tomorrow afternoon."""

    make_database: MakeDatabase

    def __init__(self) -> None:
        super().__init__()
        self.clock = FixedClock(datetime(2026, 11, 23, 9, tzinfo=SHANGHAI))
        self.database = self.make_database("events")
        self.database.clock = self.clock
        city = City(self.database, self.clock)
        self.people = [
            Principal(city.join(f"M{n}", HERE), "党员", HERE, (MEMBER,)) for n in range(6)
        ]
        grants = (MEMBER, Grant("branch_secretary", HERE))
        self.secretary = Principal(city.join("S", HERE), "书记", HERE, grants)
        with self.database.unit_of_work() as uow:
            event = making.create(
                uow,
                self.secretary,
                {
                    "title": "讲座", "category": "study_session", "audience": "organisation",
                    "tags": [], "level": None, "place": "",
                    "organisation_id": city.organisations[HERE], "starts_at": START,
                    "ends_at": START + timedelta(hours=2), "sessions": [],
                },
            )  # fmt: skip
            catalogue.move(uow, self.secretary, event.id, "published")
            uow.commit()
        self.event: UUID = event.id
        self.model = Model(START, self.clock.now())
        self.set_terms(1, 2)

    def act(self, does: Callable[[UnitOfWork], object], expect: Callable[[Model], object]) -> None:
        """Let somebody do something; what is refused changes nothing."""
        model = deepcopy(self.model)
        model.now = self.clock.now()
        expected, refusal = expect(model), None
        with self.database.unit_of_work() as uow:
            try:
                does(uow)
                uow.commit()
            except Problem as problem:
                refusal = problem.code
        assert refusal == expected
        if refusal is None:
            self.model = model

    @rule(who=WHO)
    def somebody_asks(self, who: int) -> None:
        person = self.people[who]
        self.act(lambda uow: service.register(uow, person, self.event), lambda m: m.ask(who))

    @rule(who=WHO)
    def somebody_gives_up(self, who: int) -> None:
        person = self.people[who]
        self.act(lambda uow: service.give_up(uow, person, self.event), lambda m: m.end(who))

    @rule(who=WHO)
    def somebody_accepts(self, who: int) -> None:
        person = self.people[who]
        self.act(lambda uow: service.accept(uow, person, self.event), lambda m: m.accept(who))

    @rule(who=WHO)
    def the_secretary_enters_somebody(self, who: int) -> None:
        member = self.people[who].member_id
        self.act(
            lambda uow: service.enter(uow, self.secretary, self.event, member, "电话"),
            lambda m: m.ask(who, by_organiser=True),
        )

    @rule(who=WHO)
    def the_secretary_removes_somebody(self, who: int) -> None:
        member = self.people[who].member_id
        self.act(
            lambda uow: service.remove(uow, self.secretary, self.event, member, "出差"),
            lambda m: m.end(who, by_organiser=True),
        )

    @rule(capacity=st.sampled_from([None, 1, 1, 2, 3]), reply_hours=st.sampled_from([None, 2, 30]))
    def set_terms(self, capacity: int | None, reply_hours: int | None) -> None:
        def does(uow: UnitOfWork) -> None:
            event = catalogue.get_to_run(uow, self.secretary, self.event, lock=True)
            set_up(uow, event, SETTINGS | {"capacity": capacity, "reply_hours": reply_hours})

        self.act(does, lambda m: m.set_up(capacity, reply_hours))

    @rule(hours=st.integers(0, 2))
    def time_goes_by(self, hours: int) -> None:
        self.clock.advance(hours * 3600)

    @precondition(lambda self: self.clock.now() < START and len(self.model.entries) > 6)
    @rule()
    def it_starts(self) -> None:
        self.clock.advance((START - self.clock.now()).total_seconds())

    @rule()
    def the_worker_passes_on_what_lapsed(self) -> None:
        self.act(pass_on, lambda m: m.worker())

    @invariant()
    def seats_and_list_are_what_the_model_says(self) -> None:
        known = {person.member_id: n for n, person in enumerate(self.people)}
        with self.database.unit_of_work() as uow:
            rows = uow.session.execute(
                text("SELECT member_id, state, reply_by FROM registrations ORDER BY asked_at, id")
            ).all()
            listed = listing.of_event(
                uow, self.secretary, self.event, {"state": None, "q": None, "limit": 50}, None
            )
        stored = [
            (known[row.member_id], row.state, row.reply_by if row.state == "offered" else None)
            for row in rows
        ]
        model = [
            (e.who, e.state, e.reply_by if e.state == "offered" else None)
            for e in self.model.entries
        ]
        assert stored == model
        standing = [who for who, state, _ in model if state in LIVE]
        assert [known[item["member_id"]] for item in listed] == standing
        waiting = [item["place"] for item in listed if item["state"] == "waiting"]
        assert waiting == list(range(1, len(waiting) + 1))

    def teardown(self) -> None:
        self.database.close()


@pytest.mark.timeout(900)  # to find the shortest history that fails takes its time
def test_any_history_of_seats_is_what_a_simple_list_says(make_database: MakeDatabase) -> None:
    class SeatsHere(Seats):
        pass

    SeatsHere.make_database = staticmethod(make_database)
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        SeatsHere,
        settings=settings(
            max_examples=10,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
