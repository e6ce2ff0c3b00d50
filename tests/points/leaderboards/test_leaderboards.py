"""Boards say what the ledger says: from Redis, without it, and after it lost everything."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis
from sqlalchemy import text

from services.points.leaderboards import sql
from services.points.leaderboards.boards import Boards, Score, Standing
from services.points.leaderboards.projector import Projector
from shared.clock import FixedClock
from shared.contracts import points as contract
from shared.contracts import roster
from shared.database import Database
from shared.ids import new_id
from shared.messaging.envelope import Envelope
from shared.names import masked
from shared.testing.plugin import TokenFor
from tests.points.city import BRANCH, CITY, OTHER, UNIT

Add = Callable[..., UUID]
PERIOD = "2026"
WHOLE = sql.Where(CITY, "committee", "/city/")


def set_points(database: Database, member: UUID, points: int, version: int) -> None:
    with database.unit_of_work() as uow:
        for period in ("2026", "2026-Q4", "2026-11"):
            uow.session.execute(
                text(
                    "INSERT INTO period_points VALUES (:m, :p, :points, :v)"
                    " ON CONFLICT (member_id, period) DO UPDATE SET points = :points, version = :v"
                ),
                {"m": member, "p": period, "points": points, "v": version},
            )
        uow.commit()


def tell(database: Database, projector: Projector, *members: UUID) -> None:
    changes = [
        {"member_id": str(m), "year": 2026, "version": 1, "periods": {"2026": 0}} for m in members
    ]
    message = Envelope(
        new_id(), contract.CHANGED_V1, "", database.clock.now(), {"changes": changes}
    )
    assert contract.PointsChangedV1().validate(message.data) == {}
    with database.unit_of_work() as uow:
        projector.project(uow, [message])


def expected(totals: dict[UUID, int]) -> list[Standing]:
    """The independent model: competition ranks, ties by id."""
    ordered = sorted(
        ((points, member) for member, points in totals.items() if points > 0),
        key=lambda row: (row[0], str(row[1])),
        reverse=True,
    )
    return [
        Standing(1 + sum(other > points for other, _ in ordered), member, points)
        for points, member in ordered
    ]


@pytest.fixture
def projector(city: Database, redis_client: Redis) -> Projector:
    return Projector(city, redis_client)


def test_ties_share_a_rank_and_the_next_is_skipped(
    city: Database, add_member: Add, projector: Projector
) -> None:
    projector.rebuild()
    members = [add_member() for _ in range(4)]
    for member, points in zip(members, (50, 30, 30, 10), strict=True):
        set_points(city, member, points, 1)
    tell(city, projector, *members)
    board = projector.boards.read("u001", PERIOD, members[0], count=10, reach=1)
    assert board
    assert [standing.rank for standing in board.top] == [1, 2, 2, 4]


@given(data=st.data())
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_redis_and_sql_and_the_model_agree_after_any_history(
    city: Database, add_member: Add, redis_client: Redis, data: st.DataObject
) -> None:
    redis_client.flushall()
    projector = Projector(city, redis_client)
    with city.unit_of_work() as uow:
        uow.session.execute(text("DELETE FROM period_points"))
        uow.commit()
    projector.rebuild()
    members = [add_member(BRANCH if n % 2 else OTHER) for n in range(6)]
    totals = dict.fromkeys(members, 0)
    versions = dict.fromkeys(members, 0)
    steps = st.tuples(st.sampled_from(members), st.integers(0, 40))
    for member, points in data.draw(st.lists(steps, max_size=25)):
        versions[member] += 1
        totals[member] = points
        set_points(city, member, points, versions[member])
        fate = data.draw(st.sampled_from(["told", "told twice", "told late", "lost", "rebuilt"]))
        if fate.startswith("told"):
            tell(city, projector, member, *([member] if fate == "told twice" else []))
        elif fate == "lost":
            redis_client.flushall()
            projector.rebuild()
        elif fate == "rebuilt":
            projector.rebuild()
    tell(city, projector, *members)
    model = expected(totals)
    boards = projector.boards
    with city.unit_of_work() as uow:
        for member, points in totals.items():
            for reach in (0, 1, 2):
                seen = boards.read("city", PERIOD, member, count=50, reach=reach)
                assert seen == sql.read(uow, WHOLE, PERIOD, member, count=50, reach=reach)
                assert seen
                assert (seen.size, seen.top) == (len(model), model)
                own = next((s for s in model if s.member_id == member), None)
                assert seen.own == own
                assert bool(own) is (points > 0)
                assert seen.behind == sum(own is not None and s.points < points for s in model)
                place = model.index(own) if own else 0
                near = model[max(0, place - reach) : place + reach + 1] if own else []
                assert seen.around == near
        for count in (0, 2):
            few = boards.read("city", PERIOD, members[0], count=count, reach=1)
            assert few == sql.read(uow, WHOLE, PERIOD, members[0], count=count, reach=1)
            assert few
            assert few.top == model[:count]


def test_an_older_write_never_wins(redis_client: Redis) -> None:
    boards, member = Boards(redis_client), new_id()
    path, periods = "/city/u001/", ("2026", "2026-Q4", "2026-11")
    for points, version in ((20, 2), (10, 1), (99, 2)):
        boards.write(periods, [Score(member, path, version, (points, points, points))])
    assert boards.points("u001", PERIOD) == {member: 20}
    boards.write(periods, [Score(member, path, 3, (0, 0, 0))])
    boards.write(periods, [Score(member, path, 2, (20, 20, 20))])
    assert boards.points("u001", PERIOD) == {}


def board(
    client: FlaskClient, token: str, organisation: UUID, period: str = PERIOD, limit: int = 10
) -> Any:
    answer = client.get(
        "/api/v1/leaderboards",
        query_string={"organisation_id": str(organisation), "period": period, "limit": limit},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 200, answer.text
    return answer.json


def test_boards_are_read_from_redis_and_from_sql_when_it_lost_them(
    city: Database,
    add_member: Add,
    projector: Projector,
    redis_client: Redis,
    client: FlaskClient,
    token_for: TokenFor,
) -> None:
    members = [add_member() for _ in range(3)]
    for place, member in enumerate(members):
        set_points(city, member, 10 * (place + 1), 1)
    projector.rebuild()
    token = token_for(members[0])
    cached = board(client, token, UNIT)
    assert (cached["source"], cached["size"]) == ("redis", 3)
    assert [item["points"] for item in cached["items"]] == [3, 2, 1]
    assert (cached["own"]["rank"], cached["own"]["points"]) == (3, 1)
    redis_client.flushall()
    again = board(client, token, UNIT)
    assert again == cached | {"source": "sql"}
    assert board(client, token, BRANCH)["items"] == again["items"]
    assert board(client, token, BRANCH, "2025")["items"] == []


def test_a_transfer_takes_the_points_to_the_new_units_board(
    city: Database, add_member: Add, projector: Projector, clock: FixedClock
) -> None:
    member, unit, branch = add_member(), new_id(), new_id()
    set_points(city, member, 30, 1)
    tell(city, projector, member)
    with city.unit_of_work() as uow:
        for identity, code, kind, parent, path in (
            (unit, "u002", "unit", CITY, "/city/u002/"),
            (branch, "b0003", "branch", unit, "/city/u002/b0003/"),
        ):
            uow.session.execute(
                text(
                    "INSERT INTO organisations (id, code, name, kind, parent_id, path)"
                    " VALUES (:id, :code, :code, :kind, :parent, :path)"
                ),
                {"id": identity, "code": code, "kind": kind, "parent": parent, "path": path},
            )
        for organisation, since, until in (
            (BRANCH, clock.now() - timedelta(days=9), clock.now()),
            (branch, clock.now(), None),
        ):
            uow.session.execute(
                text(
                    "INSERT INTO memberships (member_id, organisation_id, since, until, reason)"
                    " VALUES (:m, :o, :since, :until, '')"
                ),
                {"m": member, "o": organisation, "since": since, "until": until},
            )
        uow.session.execute(
            text("UPDATE members SET organisation_id = :o WHERE id = :m"),
            {"o": branch, "m": member},
        )
        uow.commit()
    moved = {"members": [{"id": str(member), "path": "/city/u002/b0003/"}]}
    message = Envelope(new_id(), roster.MEMBERS_V1, "", clock.now(), moved)
    with city.unit_of_work() as uow:
        projector.move(uow, [message])
    assert projector.boards.points("u001", PERIOD) == {}
    assert projector.boards.points("u002", PERIOD) == {member: 30}
    assert projector.boards.points("city", PERIOD) == {member: 30}


def policy(
    client: FlaskClient, token: str, organisation: UUID, body: dict[str, Any]
) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {token}"}
    path = f"/api/v1/board-policies/{organisation}"
    read = client.get(path, headers=headers)
    answer = client.put(path, json=body, headers=headers | {"If-Match": read.headers["ETag"]})
    return answer.status_code, answer.json


def test_the_policy_decides_what_is_shown(
    city: Database,
    add_member: Add,
    projector: Projector,
    client: FlaskClient,
    token_for: TokenFor,
) -> None:
    members = [add_member() for _ in range(15)]
    for place, member in enumerate(members):
        set_points(city, member, 10 * (place + 1), 1)
    projector.rebuild()
    member = token_for(members[0])
    unit = token_for(path="/city/u001/b0001/", roles=[("unit_admin", "/city/u001/")])
    boss = token_for(path="/city/", roles=[("city_admin", "/city/")])
    default = board(client, member, BRANCH, limit=200)
    assert (default["policy"], len(default["items"])) == ("top_n_and_own", 10)
    assert policy(client, unit, UNIT, {"policy": "own_position"})[0] == 200
    own = board(client, member, BRANCH, limit=200)
    assert (own["items"], own["own"]["neighbours"], own["own"]["rank"]) == ([], [], 15)
    assert policy(client, unit, BRANCH, {"policy": "full"})[0] == 200
    assert len(board(client, member, BRANCH, limit=200)["items"]) == 15
    assert policy(client, unit, CITY, {"policy": "full"})[0] == 403
    status, problem = policy(client, unit, UNIT, {"policy": "full", "all_off": True})
    assert (status, problem["code"]) == (403, "city_switch")
    before = board(client, member, CITY, limit=200)
    switched = policy(client, boss, CITY, {"policy": "full", "all_off": True})
    off = board(client, member, BRANCH)
    assert (off["policy"], off["items"], off["own"], off["size"]) == ("off", [], None, None)
    # What each had set is there again once the switch is back.
    assert (switched[1]["policy"], switched[1]["all_off"]) == ("full", True)
    assert policy(client, boss, CITY, {"policy": before["policy"], "all_off": False})[0] == 200
    assert board(client, member, CITY, limit=200) == before
    assert len(board(client, member, BRANCH, limit=200)["items"]) == 15


def test_a_hidden_name_is_masked_for_others_and_keeps_its_place(
    city: Database,
    add_member: Add,
    projector: Projector,
    client: FlaskClient,
    token_for: TokenFor,
) -> None:
    shy, other = add_member(name="欧阳修"), add_member()
    set_points(city, shy, 30, 1)
    set_points(city, other, 20, 1)
    projector.rebuild()
    headers = {"Authorization": f"Bearer {token_for(shy)}"}
    preferences = "/api/v1/me/preferences"
    assert client.get(preferences, headers=headers).json == {"hide_name": False}
    client.put(preferences, json={"hide_name": True}, headers=headers)
    assert client.get(preferences, headers=headers).json == {"hide_name": True}
    seen = board(client, token_for(other), BRANCH)["items"][0]
    assert seen == {"rank": 1, "member": {"id": None, "name": "欧*"}, "points": 3}
    mine = board(client, token_for(shy), BRANCH)["items"][0]
    assert mine["member"] == {"id": str(shy), "name": "欧阳修"}


def test_neighbours_never_point_at_who_has_fewer(
    city: Database,
    add_member: Add,
    projector: Projector,
    client: FlaskClient,
    token_for: TokenFor,
) -> None:
    members = [add_member() for _ in range(5)]
    for place, member in enumerate(members):
        set_points(city, member, 10 * (place + 1), 1)
    projector.rebuild()
    own = board(client, token_for(members[2]), BRANCH, limit=1)["own"]
    assert [n["points"] for n in own["neighbours"]] == [5, 4, 3]


def test_boards_of_others_are_closed(
    city: Database, client: FlaskClient, token_for: TokenFor
) -> None:
    token = token_for(path="/city/u001/b0001/")
    answer = client.get(
        "/api/v1/leaderboards",
        query_string={"organisation_id": str(OTHER), "period": PERIOD},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert (answer.status_code, answer.json["code"]) == (403, "out_of_reach")


@pytest.mark.parametrize(
    "period", ["26", "2026-13", "2026-Q5", "2026-1", "2026\n", "", "x", "0000", "9999"]
)
def test_a_period_that_is_none_is_refused(
    client: FlaskClient, token_for: TokenFor, period: str
) -> None:
    answer = client.get(
        "/api/v1/leaderboards",
        query_string={"organisation_id": str(BRANCH), "period": period},
        headers={"Authorization": f"Bearer {token_for()}"},
    )
    assert answer.status_code == 422


@pytest.mark.parametrize(("name", "shown"), [("张三", "张*"), ("欧阳修", "欧*"), ("李", "李*")])
def test_masking(name: str, shown: str) -> None:
    assert masked(name) == shown
