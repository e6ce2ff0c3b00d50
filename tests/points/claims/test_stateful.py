"""Whatever people do to claims, in whatever order: only what is allowed happens, and the ledger
holds a fact for each claim that stands approved, and for no other."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import text

from services.points.checker.check import check
from services.points.claims import review, service
from shared.auth import Grant, Principal
from shared.clock import SHANGHAI, FixedClock, local_day
from shared.database import UnitOfWork
from shared.errors import Problem
from shared.ids import new_id
from shared.testing.plugin import MakeDatabase
from tests.points.city import BRANCH, found, join

_BRANCH, _GROUP = "/city/u001/b0001/", "/city/u001/b0001/g1/"
# Written down once more, apart from the policy: what may follow what, and through whom.
_ALLOWED: Final = {
    ("first_review", "branch_review", "leader"),
    ("first_review", "returned", "leader"),
    ("first_review", "approved", "secretary"),  # only when overdue
    ("first_review", "returned", "secretary"),
    ("first_review", "rejected", "secretary"),
    ("branch_review", "approved", "secretary"),
    ("branch_review", "returned", "secretary"),
    ("branch_review", "rejected", "secretary"),
    ("returned", "first_review", "member"),
    ("returned", "branch_review", "member"),
    ("first_review", "withdrawn", "member"),
    ("branch_review", "withdrawn", "member"),
    ("returned", "withdrawn", "member"),
    ("approved", "annulled", "nobody"),
}
_DECISIONS: Final = st.sampled_from(["forward", "return", "approve", "reject"])
_KINDS: Final = st.sampled_from(["community_service", "invited_lecture", "suggestion_adopted"])


class Office(RuleBasedStateMachine):
    """A group of two and its secretary, who claims as well; some weeks of their lives."""

    make_database: MakeDatabase

    def __init__(self) -> None:
        super().__init__()
        self.database = self.make_database("points")
        self.clock = FixedClock(datetime(2026, 11, 23, 9, tzinfo=SHANGHAI))
        self.database.clock = self.clock
        found(self.database)
        self.people = {name: join(self.database) for name in ("member", "leader", "secretary")}
        grants = {
            "leader": Grant("group_leader", _GROUP),
            "secretary": Grant("branch_secretary", _BRANCH),
        }
        self.principals = {
            name: Principal(
                person,
                name,
                _BRANCH,
                (Grant("member", _BRANCH), *(g for n, g in grants.items() if n == name)),
            )
            for name, person in self.people.items()
        }
        group = new_id()
        with self.database.unit_of_work() as uow:
            for statement in (
                (
                    "INSERT INTO organisations (id, code, name, kind, parent_id, path)"
                    f" VALUES (:group, 'g1', '一组', 'group', :branch, '{_GROUP}')"
                ),
                "UPDATE members SET group_id = :group WHERE id IN (:member, :leader)",
                (
                    "INSERT INTO role_assignments (id, member_id, role, organisation_id)"
                    " VALUES (gen_random_uuid(), :leader, 'group_leader', :group)"
                ),
            ):
                values = {"group": group, "branch": BRANCH, **self.people}
                uow.session.execute(text(statement), values)
            uow.commit()
        self.states: dict[UUID, str] = {}
        # As they were before the decision that is being looked at.
        self.due: dict[UUID, date] = {}
        self.history: list[tuple[Any, ...]] = []

    def act(self, who: str, does: Callable[[UnitOfWork], object]) -> None:
        """Let somebody do something; a refusal must change nothing, a success what is allowed."""
        with self.database.unit_of_work() as uow:
            try:
                does(uow)
            except Problem:
                return
            uow.commit()
        for claim, (state, due_on, claimant) in self.stored().items():
            before = self.states.get(claim)
            if before is None:
                assert state in ("first_review", "branch_review")
                assert (state == "branch_review") == (claimant != self.people["member"])
            elif before != state:
                role = "member" if self.people.get(who) == claimant else who
                assert (before, state, role) in _ALLOWED
                if before == "first_review" and role == "secretary":
                    assert self.due[claim] < local_day(self.clock.now())
            assert (due_on is None) == (state not in ("first_review", "branch_review"))
            self.states[claim] = state

    def stored(self) -> dict[UUID, tuple[str, date | None, UUID]]:
        with self.database.unit_of_work() as uow:
            rows = uow.session.execute(text("SELECT id, state, due_on, member_id FROM claims"))
            return {row.id: (row.state, row.due_on, row.member_id) for row in rows}

    def choose(self, data: st.DataObject) -> UUID:
        return data.draw(st.sampled_from(sorted(self.states))) if self.states else new_id()

    @rule(
        who=st.sampled_from(["member", "leader", "secretary"]), kind=_KINDS, ago=st.integers(-1, 70)
    )
    def somebody_claims(self, who: str, kind: str, ago: int) -> None:
        content = {
            "kind": kind,
            "day": local_day(self.clock.now()) - timedelta(days=ago),
            "title": "事项",
            "description": "",
            "level": None,
            "attachment_id": None,
        }
        self.act(who, lambda uow: service.create(uow, self.principals[who], content, None))

    @rule(
        data=st.data(), who=st.sampled_from(["member", "leader", "secretary"]), decision=_DECISIONS,
        reason=st.sampled_from(["理由", "理由", "理由", ""]), many=st.booleans(),
    )  # fmt: skip
    def somebody_decides(
        self, data: st.DataObject, who: str, decision: str, reason: str, many: bool
    ) -> None:
        ids = [self.choose(data) for _ in range(2 if many else 1)]
        self.due = {claim: due for claim, (_, due, _) in self.stored().items() if due}
        principal = self.principals[who]
        self.act(who, lambda uow: review.decide(uow, principal, ids, decision, reason))

    @rule(
        data=st.data(),
        who=st.sampled_from(["member", "leader", "secretary"]),
        withdraw=st.booleans(),
    )
    def somebody_takes_up_an_own_claim(self, data: st.DataObject, who: str, withdraw: bool) -> None:
        claim, does = self.choose(data), service.withdraw if withdraw else service.resubmit
        self.act(who, lambda uow: does(uow, self.principals[who], claim))

    @rule(data=st.data(), title=st.sampled_from(["事项", "另一事项"]))
    def somebody_changes_an_own_claim(self, data: st.DataObject, title: str) -> None:
        principal, claim = self.principals["member"], self.choose(data)
        self.act(
            "member",
            lambda uow: service.change(uow, service.own(uow, principal, claim), {"title": title}),
        )

    @rule(data=st.data())
    def a_claim_is_annulled(self, data: st.DataObject) -> None:
        claim = self.choose(data)
        self.act("nobody", lambda uow: service.annul(uow, claim, "申报不实"))

    @rule(days=st.integers(0, 5))
    def time_goes_by(self, days: int) -> None:
        self.clock.advance(days * 86_400 + 60)

    @invariant()
    def what_is_approved_is_a_fact_and_nothing_else_is(self) -> None:
        with self.database.unit_of_work() as uow:
            present = uow.session.scalars(text("SELECT id FROM facts WHERE state = 'present'"))
            assert set(present) == {c for c, s in self.states.items() if s == "approved"}
            steps = uow.session.execute(
                text("SELECT member_id, claim_id, number, step FROM claim_steps ORDER BY done_at")
            ).all()
            assert {c: s for c, (s, _, _) in self.stored().items()} == self.states
            proof = check(uow)
        assert proof.broken == 0, proof.violations
        # The history only grows.
        known = {tuple(row) for row in steps}
        assert set(self.history) <= known
        self.history = list(known)

    def teardown(self) -> None:
        self.database.close()


@pytest.mark.timeout(900)  # to find the shortest history that fails takes its time
def test_any_history_of_claims_stays_within_what_is_allowed(make_database: MakeDatabase) -> None:
    class OfficeHere(Office):
        pass

    OfficeHere.make_database = staticmethod(make_database)
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        OfficeHere,
        settings=settings(
            max_examples=20,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
