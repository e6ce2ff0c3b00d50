"""Past points stay: with the branch, under the rules and by the answers of then."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from services.points.checker.check import check
from services.points.ledger.membership import MembershipPosting
from services.points.ledger.past import Past, Present
from services.points.scoring import Fact
from shared.clock import FixedClock
from shared.contracts.roster import MEMBERS_V1
from shared.database import Database
from shared.ids import new_id
from shared.messaging.envelope import Envelope
from shared.testing.plugin import TokenFor
from tests.points.city import BRANCH, CITY, UNIT, tell_of

Add = Callable[..., UUID]
Post = Callable[..., None]
ELSEWHERE = new_id()
LECTURE = {
    "name_zh": "听党课",
    "name_en": "Lecture attended",
    "category": "LIFE",
    "trigger": ["check_in"],
    "kinds": ["lecture"],
    "value": {"kind": "fixed", "points": 1},
    "caps": [{"per": "year", "points": 3}],
}


class Desk:
    """City administrators at their desks."""

    def __init__(self, client: FlaskClient, token_for: TokenFor) -> None:
        self._client, self._token_for = client, token_for
        self._people = (new_id(), new_id())

    def call(self, method: str, path: str, body: Any = None, who: int = 0) -> Any:
        role = ("city_admin", "/city/")
        token = self._token_for(self._people[who], "/city/u001/b0001/", [role])
        headers = {"Authorization": f"Bearer {token}"}
        if method == "PATCH":
            headers["If-Match"] = self._client.get(f"/api/v1{path}", headers=headers).headers[
                "ETag"
            ]
        answer = self._client.open(f"/api/v1{path}", method=method, json=body, headers=headers)
        assert answer.status_code < 300, answer.text
        return answer.json

    def points(self, member: UUID, query: str = "") -> float:
        return float(self.call("GET", f"/members/{member}/points{query}")["points"])


@pytest.fixture
def desk(city: Database, client: FlaskClient, token_for: TokenFor) -> Desk:
    return Desk(client, token_for)


def sound(database: Database) -> bool:
    with database.unit_of_work() as uow:
        return check(uow).violations == []


@pytest.mark.parametrize("status", ["retired", "mobile", "left"])
def test_who_is_scored_no_longer_keeps_what_was_earned(
    city: Database,
    desk: Desk,
    add_member: Add,
    attend: Any,
    post: Post,
    clock: FixedClock,
    status: str,
) -> None:
    member = add_member()
    post(attend(member, day="2025-05-01"), attend(member, day="2026-11-20"))
    desk.call("PATCH", f"/members/{member}", {"status": status})
    tell_of(city, member)
    clock.advance(3600)
    # One from before that comes late, and one from after.
    post(attend(member, "culture", day="2026-11-19"), attend(member, day="2026-11-23T09:30"))
    assert (desk.points(member), desk.points(member, "?year=2025")) == (3, 2)
    desk.call("PATCH", f"/members/{member}", {"status": "full"})
    tell_of(city, member)
    clock.advance(3600)
    post(attend(member, day="2026-11-23T10:30"))
    assert desk.points(member) == 5
    assert sound(city)


def test_what_nobody_scored_stays_so_when_the_member_is_scored_later(
    city: Database, desk: Desk, add_member: Add, attend: Any, post: Post, clock: FixedClock
) -> None:
    member = add_member(scored=False)
    post(attend(member, day="2026-11-20"))
    desk.call("PATCH", f"/members/{member}", {"scored": True})
    tell_of(city, member)
    clock.advance(60)
    post(attend(member, "culture", day="2026-11-23T09:00:30"))
    assert desk.points(member) == 1
    assert sound(city)


def test_a_branch_under_another_unit_keeps_the_rules_of_then(
    city: Database, desk: Desk, add_member: Add, attend: Any, post: Post, clock: FixedClock
) -> None:
    with city.unit_of_work() as uow:
        uow.session.execute(
            text(
                "INSERT INTO organisations (id, code, name, kind, parent_id, path)"
                " VALUES (:id, 'u002', '乙', 'unit', :city, '/city/u002/')"
            ),
            {"id": ELSEWHERE, "city": CITY},
        )
        uow.commit()
    member = add_member(BRANCH)
    draft = desk.call("POST", "/rule-sets", {"name": "单位", "organisation_id": str(UNIT)})["id"]
    desk.call("PUT", f"/rule-sets/{draft}/rules/L04", LECTURE)
    desk.call("POST", f"/rule-sets/{draft}/submit", {"effective_from": "2026-11-23"})
    desk.call("POST", f"/rule-sets/{draft}/approve", {}, who=1)
    clock.advance(3600)
    post(attend(member, day="2026-11-23T09:10"))
    desk.call("PATCH", f"/organisations/{BRANCH}", {"parent_id": str(ELSEWHERE)})
    clock.advance(3600)
    assert sound(city)
    # One from before that comes late, so that all is scored again, and one from after.
    post(attend(member, day="2026-11-23T09:05"), attend(member, day="2026-11-23T10:30"))
    assert entries(city, member) == {"09:05": 10, "09:10": 10, "10:30": 20}
    # And back: the third lies under the other unit, the fourth under the unit's own cap of three.
    desk.call("PATCH", f"/organisations/{BRANCH}", {"parent_id": str(UNIT)})
    clock.advance(3600)
    post(attend(member, day="2026-11-23T10:20"), attend(member, day="2026-11-23T11:30"))
    assert entries(city, member) == {
        "09:05": 10, "09:10": 10, "10:20": 20, "10:30": 20, "11:30": 0,
    }  # fmt: skip
    for moment, cap in (("09:10", 3), ("10:30", 8), ("11:30", 3)):
        query = {"as_of": f"2026-11-23T{moment}:00+08:00"}
        shown = desk.call("GET", f"/members/{member}/points?{urlencode(query)}")["rules"]
        assert [rule["cap"] for rule in shown if rule["code"] == "L04"] == [cap]
    assert sound(city)


def entries(database: Database, member: UUID) -> dict[str, int]:
    with database.unit_of_work() as uow:
        rows = uow.session.execute(
            text(
                "SELECT to_char(occurred_at AT TIME ZONE 'Asia/Shanghai', 'HH24:MI'), sum(points)"
                " FROM ledger_entries WHERE member_id = :member GROUP BY 1 ORDER BY 1"
            ),
            {"member": member},
        )
        return {moment: int(points) for moment, points in rows}


def test_the_checker_says_whose_answer_was_changed_behind_its_back(
    city: Database, desk: Desk, add_member: Add
) -> None:
    member = add_member()
    desk.call("PATCH", f"/members/{member}", {"scored": False})
    assert sound(city)
    with city.unit_of_work() as uow:
        uow.session.execute(text("UPDATE members SET scored = true"))
        found = check(uow).violations
    assert [v.rule for v in found] == ["who is scored is what last changed"]


def test_news_that_change_nothing_post_nothing(
    city: Database, add_member: Add, attend: Any, post: Post
) -> None:
    scored, unscored = add_member(), add_member(scored=False)
    post(attend(scored), attend(unscored))
    before = entries(city, scored), entries(city, unscored)
    news = {"members": [{"id": str(member)} for member in (scored, unscored)]}
    with city.unit_of_work() as uow:
        MembershipPosting()(uow, [Envelope(new_id(), MEMBERS_V1, "", city.clock.now(), news)])
        uow.commit()
    assert (entries(city, scored), entries(city, unscored)) == before == ({"09:00": 20}, {})


MEMBER = UUID(int=1)
START = datetime(2026, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 40).map(lambda n: START + timedelta(hours=n))
BRANCHES = st.sampled_from([UUID(int=11), UUID(int=12)])


@given(
    st.lists(st.tuples(MOMENTS, BRANCHES), max_size=5, unique_by=lambda row: row[0]),
    st.lists(MOMENTS, max_size=5, unique=True),
    st.lists(st.tuples(BRANCHES, MOMENTS, st.sampled_from(["u1", "u2"])), max_size=6),
    st.booleans(),
    MOMENTS,
)
@settings(max_examples=300, deadline=None)
def test_the_past_is_what_going_through_it_day_by_day_finds(
    memberships: list[tuple[datetime, UUID]],
    changes: list[datetime],
    moves: list[tuple[UUID, datetime, str]],
    scored: bool,
    moment: datetime,
) -> None:
    memberships.sort()
    moves = sorted(
        {(branch, until): (branch, until, unit) for branch, until, unit in moves}.values()
    )
    # The answer alternates, and ends with what counts now.
    answers = [
        (since, scored == (place % 2 == 0))
        for place, since in enumerate(sorted(changes, reverse=True))
    ][::-1]
    now = memberships[-1] if memberships else (None, UUID(int=11))
    places = [(b, until, u) for b, until, u in moves] + [(UUID(int=11), None, "u1")]
    past = Past(
        {MEMBER: Present(now[1], now[0], scored, bool(answers))},
        [(MEMBER, since, branch) for since, branch in memberships],
        [(MEMBER, since, answer) for since, answer in answers],
        sorted(places, key=lambda row: (row[0], row[1] is None, row[1] or START)),
    )
    branch, counts = (
        (memberships[0][1] if memberships else now[1]),
        scored ^ (len(answers) % 2 == 1),
    )
    for since, other in memberships:
        branch = other if since <= moment else branch
    for since, answer in answers:
        counts = answer if since <= moment else counts
    unit = "u1" if branch == UUID(int=11) else ""
    for where, until, lay in reversed(moves):
        unit = lay if where == branch and moment < until else unit
    fact = Fact(UUID(int=5), MEMBER, "lecture", moment)
    assert past.branch(MEMBER, moment) == branch
    assert past.scored(MEMBER, moment) == counts
    assert past.unit(MEMBER, moment) == unit
    assert [f.unit for f in past.counting([fact])] == [unit] * counts
