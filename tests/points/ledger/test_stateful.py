"""Whatever happens, in whatever order it arrives: the ledger is what scoring from scratch gives.

A machine of hypothesis lives through months: people attend, stay longer, are annulled, are given
commendations and deductions, cease to be scored; news come late, twice, crosswise; rules change.
After each step the independent model is asked what every entry should be.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import text

from services.points.ledger import posting
from services.points.ledger.attendance import AttendancePosting, read
from services.points.ledger.recorded import RecordedFact
from services.points.roster import history
from services.points.rules import approval
from services.points.rules import service as rules
from services.points.rules.timeline import TimelineCache
from services.points.scoring import Fact
from shared.auth import Grant, Principal
from shared.clock import SHANGHAI, FixedClock, local_day
from shared.ids import new_id
from shared.testing.plugin import MakeDatabase
from tests.points.city import BRANCH, OTHER, change_member, deliver, found, join, tell_of, unsound
from tests.points.scoring.model import predict

Message = dict[str, Any]

_MEMBERS: Final = 3
_LONG_AGO: Final = timedelta(days=3650)
# Where a month, a quarter or a year turns, to the last microsecond before.
_EDGES: Final = [
    datetime.fromisoformat(day).replace(tzinfo=SHANGHAI) - before
    for day in ("2026-01-01", "2026-04-01", "2026-07-01", "2026-11-01")
    for before in (timedelta(microseconds=1), timedelta(0))
]
_CATEGORIES: Final = st.sampled_from(
    ["lecture", "theme_day", "branch_meeting", "study_session", "volunteering", "culture"]
)
_GRANTED: Final = st.sampled_from(
    [
        ("import", "commendation", "branch"),
        ("import", "commendation", "city"),
        ("import", "prize", "province"),
        ("manual", "unexcused_absence", None),
        ("manual", "false_claim", None),
    ]
)
_CHANGED_RULES: Final = st.sampled_from(["L01", "L04", "L05", "V01", "C01", "H01", "D01"])


class Life(RuleBasedStateMachine):
    """Some members' months. `waiting` has been told and not arrived; `arrived` is what has."""

    make_database: MakeDatabase
    attend: Callable[..., Message]

    def __init__(self) -> None:
        super().__init__()
        # Of its own, so that what hypothesis finds it finds again.
        self.city = self.make_database("points")
        self.clock = FixedClock(datetime(2026, 11, 23, 9, tzinfo=SHANGHAI))
        self.city.clock = self.clock
        found(self.city)
        self.handler = AttendancePosting()
        self.members = [join(self.city) for _ in range(_MEMBERS)]
        # Of each member since when which answer held to "is this member scored?".
        self.scored = {member: [(_EDGES[0] - _LONG_AGO, True)] for member in self.members}
        self.waiting: list[Message] = []
        self.arrived: list[Message] = []
        self.newest: dict[str, Message] = {}
        self.told: dict[str, Message] = {}
        self.granted: list[Fact] = []
        self.entries: dict[UUID, tuple[Any, ...]] = {}

    def moment(self, data: st.DataObject) -> datetime:
        """Choose when something happened: lately, long ago, or where a period turns."""
        ago = st.integers(1, 400 * 86_400).map(lambda s: self.clock.now() - timedelta(seconds=s))
        lately = st.integers(1, 90_000).map(lambda s: self.clock.now() - timedelta(seconds=s))
        chosen: datetime = data.draw(st.one_of(lately, ago, st.sampled_from(_EDGES)))
        return chosen

    @rule(data=st.data(), who=st.integers(0, _MEMBERS - 1), category=_CATEGORIES)
    def somebody_attends(self, data: st.DataObject, who: int, category: str) -> None:
        tags = data.draw(st.lists(_CATEGORIES, max_size=2))
        role = data.draw(st.sampled_from(["participant", "participant", "lecturer", "helper"]))
        moment = self.moment(data).isoformat()
        message = self.attend(self.members[who], category, occurred_at=moment, tags=tags, role=role)
        self._tell(message)

    @rule(data=st.data())
    def a_check_in_changes(self, data: st.DataObject) -> None:
        if not self.told:
            return
        last = self.told[data.draw(st.sampled_from(sorted(self.told)))]
        annulled = {"state": "annulled", "reason": "误签"}
        change = data.draw(st.sampled_from([{"minutes": 65}, {"minutes": 240}, annulled]))
        self._tell(last | change | {"revision": last["revision"] + 1})

    def _tell(self, message: Message) -> None:
        self.told[message["check_in_id"]] = message
        self.waiting.append(message)

    @rule(data=st.data())
    def news_arrive(self, data: st.DataObject) -> None:
        """Some of what was told, and perhaps of what had arrived before, in any order."""
        news = data.draw(st.permutations(self.waiting))
        batch = news[: data.draw(st.integers(0, len(news)))]
        self.waiting = [message for message in self.waiting if message not in batch]
        if self.arrived:
            batch += data.draw(st.lists(st.sampled_from(self.arrived), max_size=2))
        deliver(self.city, self.handler, *batch)
        self.arrived += batch
        for message in batch:
            known = self.newest.get(message["check_in_id"])
            if known is None or known["revision"] < message["revision"]:
                self.newest[message["check_in_id"]] = message

    @rule(data=st.data(), who=st.integers(0, _MEMBERS - 1), what=_GRANTED)
    def somebody_is_granted_something(
        self, data: st.DataObject, who: int, what: tuple[str, str, str | None]
    ) -> None:
        source, kind, level = what
        fact = Fact(
            id=new_id(), member_id=self.members[who], kind=kind, occurred_at=self.moment(data),
            tags=(), role="self", source=source, group="", minutes=None, level=level,
        )  # fmt: skip
        with self.city.unit_of_work() as uow:
            recorded = RecordedFact(fact, f"test:{fact.id}", "记录")
            posting.post(uow, [recorded], TimelineCache().hold(uow))
            uow.commit()
        self.granted.append(fact)

    @rule(who=st.integers(0, _MEMBERS - 1), branch=st.sampled_from([BRANCH, OTHER]))
    def a_membership_changes(self, who: int, branch: UUID) -> None:
        member = self.members[who]
        last, scored = self.scored[member][-1]
        change_member(self.city, member, scored=not scored, branch=branch)
        # Two changes at one moment: the second counts a tick later.
        since = max(self.clock.now(), last + history.TICK)
        self.scored[member].append((since, not scored))
        tell_of(self.city, member)
        self.clock.advance(120)

    def counts(self, fact: Fact) -> bool:
        """Tell whether the member was scored when something happened."""
        answers = [s for since, s in self.scored[fact.member_id] if since <= fact.occurred_at]
        return answers[-1]

    @rule(
        code=_CHANGED_RULES,
        factor=st.integers(0, 3),
        room=st.integers(10, 80),
        in_days=st.integers(0, 2),
    )
    def rules_change(self, code: str, factor: int, room: int, in_days: int) -> None:
        """A new set, in force now or soon: the value multiplied, the year's limit another."""
        self.clock.advance(3 * 86_400)
        author, second = (
            Principal(new_id(), "管理员", "/city/", (Grant("city_admin", "/city/"),))
            for _ in range(2)
        )
        with self.city.unit_of_work() as uow:
            row = rules.draft(uow, author, name="新规则", based_on=None, organisation_id=None)
            body = dict(next(r.body for r in row.rule_rows if r.code == code))
            value = dict(body["value"])
            if value["kind"] == "fixed":
                value["points"] = (-10 if code == "D01" else 10) * factor
            body |= {"value": value, "caps": [{"per": "year", "points": room}]}
            rules.put_rule(uow, author, row.id, code, body)
            day = local_day(uow.clock.now()) + timedelta(days=in_days)
            approval.submit(uow, author, row.id, day, None)
            uow.commit()
        with self.city.unit_of_work() as uow:
            approval.approve(uow, second, row.id)
            uow.commit()
        self.clock.advance(2)

    @invariant()
    def standing_entries_are_what_the_model_predicts(self) -> None:
        facts = [read(m).fact for m in self.newest.values() if m["state"] == "present"]
        facts += self.granted
        with self.city.unit_of_work() as uow:
            rule_sets = TimelineCache().get(uow).rule_sets
            rows = uow.session.execute(
                text("SELECT * FROM ledger_entries WHERE member_id = ANY(:members)"),
                {"members": self.members},
            ).all()
        standing: dict[tuple[UUID, str], int] = {}
        for row in rows:
            place = (row.fact_id, row.rule_code)
            standing[place] = standing.get(place, 0) + row.points
        expected = {
            (fact_id, code): points
            for member in self.members
            for year in (2025, 2026, 2027)
            for fact_id, code, _set, _worth, points in predict(
                [
                    f
                    for f in facts
                    if (f.member_id, local_day(f.occurred_at).year) == (member, year)
                    and self.counts(f)
                ],
                rule_sets,
            )
        }
        assert {p: n for p, n in standing.items() if n} == {p: n for p, n in expected.items() if n}
        # Nothing that was once written changes or goes.
        seen = {row.id: tuple(row) for row in rows}
        assert self.entries.items() <= seen.items()
        self.entries = seen

    def teardown(self) -> None:
        with self.city.unit_of_work() as uow:
            assert unsound(uow) == []
        self.city.close()


@pytest.mark.timeout(900)  # to find the shortest history that fails takes its time
def test_any_history_in_any_order_is_what_scoring_from_scratch_gives(
    make_database: MakeDatabase, attend: Callable[..., Message]
) -> None:
    class LifeHere(Life):
        pass

    LifeHere.make_database, LifeHere.attend = staticmethod(make_database), staticmethod(attend)
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        LifeHere,
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
