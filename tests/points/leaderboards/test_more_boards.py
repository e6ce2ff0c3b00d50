"""Boards of groups and categories, of periods that are settled, and of units beside each other."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis
from sqlalchemy import text

from services.points.leaderboards import snapshots, sql
from services.points.leaderboards.periods import SETTLING, settled, span_of
from shared.clock import SHANGHAI, FixedClock, local_day, periods_of
from shared.database import Database
from shared.ids import new_id
from shared.testing.plugin import TokenFor
from tests.points.city import BRANCH, CITY, OTHER, UNIT, change_member

Add = Callable[..., UUID]
Post = Callable[..., None]
Read = Callable[..., Any]
OCTOBER = "2026-10"


@pytest.fixture
def read(client: FlaskClient, token_for: TokenFor) -> Read:
    def ask(member: UUID, path: str = "/leaderboards", branch: str = "b0001", **query: Any) -> Any:
        token = token_for(member, f"/city/u001/{branch}/" if branch else "/city/")
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
        return client.get(f"/api/v1{path}", headers=headers, query_string=query)

    return ask


def make_groups(city: Database, youth: list[UUID], own: list[UUID]) -> tuple[UUID, UUID]:
    """Make a study group and a branch's group of some members; return their ids."""
    groups = (
        (new_id(), "cross_cutting", UNIT, "/city/u001/"),
        (new_id(), "group", BRANCH, "/city/u001/b0001/"),
    )
    with city.unit_of_work() as uow:
        for identity, kind, parent, path in groups:
            code = identity.hex
            uow.session.execute(
                text("INSERT INTO organisations VALUES (:id, :code, :code, :kind, :parent, :path)"),
                {
                    "id": identity, "code": code, "kind": kind, "parent": parent,
                    "path": f"{path}{code}/",
                },
            )  # fmt: skip
        uow.session.execute(
            text("INSERT INTO group_members SELECT :group, unnest(CAST(:members AS uuid[]))"),
            {"group": groups[0][0], "members": youth},
        )
        uow.session.execute(
            text("UPDATE members SET group_id = :group WHERE id = ANY(:members)"),
            {"group": groups[1][0], "members": own},
        )
        uow.commit()
    return groups[0][0], groups[1][0]


@given(st.dates(min_value=date(2001, 1, 1), max_value=date(2099, 12, 31)))
@settings(max_examples=200)
def test_each_day_lies_in_the_spans_of_its_periods_and_in_no_other(day: date) -> None:
    moment = datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI)
    for period in periods_of(day):
        begins, ends = span_of(period)
        assert begins <= moment < ends
        assert period in periods_of(local_day(begins))
        assert period in periods_of(local_day(ends - timedelta(seconds=1)))
        assert period not in periods_of(local_day(ends))


def test_a_period_is_settled_some_weeks_after_its_end() -> None:
    end = span_of(OCTOBER).ends
    assert OCTOBER not in settled(end + SETTLING - timedelta(seconds=1))
    assert OCTOBER in settled(end + SETTLING)
    assert settled(datetime(2027, 2, 1, tzinfo=UTC))[-2:] == ["2026-Q4", "2026"]


@given(points=st.lists(st.integers(0, 5), min_size=1, max_size=12), data=st.data())
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_frozen_board_reads_as_the_live_one_did(
    city: Database, add_member: Add, points: list[int], data: st.DataObject
) -> None:
    members = [add_member(BRANCH if n % 2 else OTHER) for n in range(len(points))]
    youth, own = make_groups(city, members[:5], members[1::2])
    count, reach = data.draw(st.integers(0, 6)), data.draw(st.integers(0, 3))
    with city.unit_of_work() as uow:
        for table in ("closed_board_places", "closed_boards", "closed_units", "period_points"):
            uow.session.execute(text(f"DELETE FROM {table}"))
        for member, amount in zip(members, points, strict=True):
            uow.session.execute(
                text("INSERT INTO period_points VALUES (:m, :p, :points, 1)"),
                {"m": member, "p": OCTOBER, "points": amount},
            )
        live = {
            (place, member): sql.read(
                uow, sql.Where(place, kind, path), OCTOBER, member, count=count, reach=reach
            )
            for place, kind, path in (
                (CITY, "committee", "/city/"),
                (UNIT, "unit", "/city/u001/"),
                (BRANCH, "branch", "/city/u001/b0001/"),
                (youth, "cross_cutting", ""),
                (own, "group", ""),
            )
            for member in members
        }
        frozen = snapshots.freeze(uow)
        assert frozen == ([OCTOBER] if any(points) else [])
        assert snapshots.freeze(uow) == []
        for (place, member), board in live.items():
            seen = snapshots.read(uow, place, OCTOBER, member, count=count, reach=reach)
            assert seen == (board if board.size else None)


def test_a_settled_board_stays_as_it_ended_whoever_moves_later(
    city: Database, add_member: Add, attend: Any, post: Post, read: Read
) -> None:
    first, second = add_member(name="赵一"), add_member(OTHER, name="钱二")
    post(
        attend(first, day="2026-10-08"), attend(first, "theme_day", day="2026-10-09"),
        attend(second, day="2026-10-08"),
    )  # fmt: skip
    live = read(first, organisation_id=UNIT, period=OCTOBER).json
    assert live["source"] == "sql"
    with city.unit_of_work() as uow:
        snapshots.freeze(uow)
        uow.commit()
    change_member(city, first, scored=False)
    post(attend(second, "branch_meeting", day="2026-10-20"))
    after = read(first, organisation_id=UNIT, period=OCTOBER).json
    assert after | {"source": "sql"} == live
    assert after["source"] == "snapshot"
    assert [place["member"]["name"] for place in after["items"]] == ["赵一", "钱二"]


def test_a_groups_board_ranks_those_in_it(
    city: Database, add_member: Add, attend: Any, post: Post, read: Read
) -> None:
    one, two, outside = add_member(name="孙三"), add_member(OTHER, name="李四"), add_member()
    youth, own = make_groups(city, [one, two], [one])
    post(*(attend(member) for member in (one, two, two, outside)))
    for identity, names in ((youth, ["李四", "孙三"]), (own, ["孙三"])):
        board = read(one, organisation_id=identity, period="2026-11")
        assert board.status_code == 200, board.text
        assert [place["member"]["name"] for place in board.json["items"]] == names
    closed = read(outside, organisation_id=youth, period="2026-11")
    assert (closed.status_code, closed.json["code"]) == (403, "out_of_reach")


def test_a_category_has_a_board_below_the_city(
    city: Database, add_member: Add, attend: Any, post: Post, read: Read
) -> None:
    reader, goer = add_member(name="周五"), add_member(name="吴六")
    post(
        attend(reader, "study_session"), attend(goer, "lecture"), attend(goer, "study_session"),
        attend(reader, "study_session", day="2026-11-19"),
    )  # fmt: skip
    board = read(reader, organisation_id=BRANCH, period="2026-11", category="STUDY").json
    assert [(p["member"]["name"], p["points"]) for p in board["items"]] == [
        ("周五", 2),
        ("吴六", 1),
    ]
    assert (board["category"], board["own"]["rank"], board["own"]["ahead_of"]) == ("STUDY", 1, 50)
    last_month = read(reader, organisation_id=UNIT, period=OCTOBER, category="STUDY").json
    assert (last_month["size"], last_month["items"]) == (0, [])
    wide = read(reader, organisation_id=CITY, period="2026", category="STUDY")
    assert (wide.status_code, wide.json["code"]) == (422, "category_board_too_wide")
    assert read(reader, organisation_id=BRANCH, period="2026", category="MOOD").status_code == 422


@pytest.fixture
def units(city: Database, add_member: Add, attend: Any, post: Post, redis_client: Redis) -> UUID:
    """u001: three members, 4 points and one who did nothing; u002: one member, 1 point."""
    other, branch = new_id(), new_id()
    with city.unit_of_work() as uow:
        for identity, code, kind, parent, path in (
            (other, "u002", "unit", CITY, "/city/u002/"),
            (branch, "b0003", "branch", other, "/city/u002/b0003/"),
        ):
            uow.session.execute(
                text("INSERT INTO organisations VALUES (:id, :code, :code, :kind, :parent, :path)"),
                {"id": identity, "code": code, "kind": kind, "parent": parent, "path": path},
            )
        uow.commit()
    members = [add_member(), add_member(OTHER), add_member(OTHER)]
    add_member(scored=False)
    post(
        attend(members[0]), attend(members[1]), attend(add_member(branch), "theme_day")
    )  # fmt: skip
    return members[0]


def test_units_stand_by_points_a_head_and_by_participation(units: UUID, read: Read) -> None:
    by_head = read(units, "/unit-leaderboards", period="2026-11").json
    assert [(u["rank"], u["members"], u["per_head"]) for u in by_head["items"]] == [
        (1, 3, 1.33),
        (2, 1, 1),
    ]
    assert by_head["own"]["participation"] == 66.7
    by_share = read(units, "/unit-leaderboards", period="2026-11", by="participation").json
    assert [(u["name"], u["participation"]) for u in by_share["items"]] == [
        ("u002", 100),
        ("机关党委", 66.7),
    ]
    from_above = read(units, "/unit-leaderboards", branch="", period="2026-11").json
    assert (from_above["band"], from_above["size"], from_above["own"]) == (0, 2, None)
    large = read(units, "/unit-leaderboards", period="2026-11", band=4).json
    assert (large["items"], large["own"], large["size"]) == ([], None, 0)
    assert [band["from"] for band in large["bands"]] == [0, 50, 200, 500, 1000]


def test_a_settled_periods_figures_of_units_stay_as_they_were(
    city: Database, clock: FixedClock, units: UUID, read: Read, redis_client: Redis
) -> None:
    live = read(units, "/unit-leaderboards", period="2026-11").json
    clock.advance(SETTLING.total_seconds() + 30 * 86_400)
    with city.unit_of_work() as uow:
        assert "2026-11" in snapshots.freeze(uow)
        uow.commit()
    change_member(city, units, scored=False)
    # What was computed is kept for a minute.
    redis_client.flushall()
    assert read(units, "/unit-leaderboards", period="2026-11").json == live
    running = read(units, "/unit-leaderboards", period="2026").json
    assert [unit["members"] for unit in running["items"]] == [1, 2]


def test_whoever_shares_a_place_is_ahead_of_those_with_fewer_alone(
    city: Database, add_member: Add, attend: Any, post: Post, read: Read
) -> None:
    members = [add_member() for _ in range(4)]
    post(*(attend(member) for member in members), attend(members[0], "theme_day"))
    ahead = [
        read(member, organisation_id=BRANCH, period="2026-11").json["own"]["ahead_of"]
        for member in members
    ]
    assert ahead == [75, 0, 0, 0]


@pytest.mark.parametrize(
    ("policy", "shown", "own"), [("off", 0, False), ("own_position", 0, True), ("full", 2, True)]
)
def test_the_citys_policy_decides_what_is_shown_of_units(
    city: Database, units: UUID, read: Read, policy: str, shown: int, own: bool
) -> None:
    with city.unit_of_work() as uow:
        uow.session.execute(
            text(
                "INSERT INTO board_policies (organisation_id, policy, changed_by, changed_at)"
                " VALUES (:city, :policy, :city, now())"
            ),
            {"city": CITY, "policy": policy},
        )
        uow.commit()
    board = read(units, "/unit-leaderboards", period="2026-11").json
    assert (len(board["items"]), board["own"] is not None) == (shown, own)


def test_the_settling_time_lies_behind_the_public_notice(clock: FixedClock) -> None:
    assert timedelta(days=14) <= SETTLING <= timedelta(days=31)
