"""An import is taken back as one, and what others named as well stays as they say."""

import random
from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from services.points.ledger import closed_months
from shared.database import Database
from shared.testing.plugin import TokenFor
from tests.points.city import BRANCH
from tests.points.result_imports.desk import HOURS, RESULTS, SECRETARY, Desk, points

Add = Callable[..., UUID]
Somebody = tuple[UUID, str]


def test_an_import_is_undone_as_one_and_may_be_made_again(
    desk: Desk, city: Database, add_member: Add
) -> None:
    members = [add_member().hex[-12:] for _ in range(5)]
    rows = [RESULTS, *((no, "张三", "2026-09-01", "大赛", "prize", "city") for no in members)]
    first = desk.send("results", rows)
    assert points(city) == 100
    undone = desk.finished(desk.undo(first["id"]))
    assert undone["state"] == "undone"
    assert undone["summary"].items() >= {"annulled": 5, "put_back": 0, "points_undone": -10}.items()
    assert (undone["undo_reason"], undone["undone_at"] is None) == ("发错了表", False)
    assert points(city) == 0
    with city.unit_of_work() as uow:
        linked = uow.session.scalar(
            text("SELECT count(*) FROM ledger_entries WHERE reverses IS NOT NULL")
        )
    assert linked == 5
    twice = desk.undo(first["id"])
    assert (twice.status_code, twice.json["code"]) == (409, "import_not_undoable")
    assert desk.send("results", rows)["summary"]["created"] == 5
    assert points(city) == 100


def test_what_another_import_named_as_well_stays_until_that_is_undone(
    desk: Desk, city: Database, add_member: Add
) -> None:
    one, two = (add_member().hex[-12:] for _ in range(2))
    row = ("2026-09-01", "大赛", "prize", "city")
    first = desk.send("results", [RESULTS, (one, "张三", *row), (two, "张三", *row)])
    second = desk.send("results", [RESULTS, (two, "张三", *row)])
    desk.finished(desk.undo(first["id"]))
    assert points(city) == 20
    desk.finished(desk.undo(second["id"]))
    assert points(city) == 0


def test_a_corrected_figure_goes_back_to_what_the_file_before_said(
    desk: Desk, city: Database, somebody: Somebody
) -> None:
    row = (somebody[1], "张三", "2026-08-01", "社区服务")
    first = desk.send("hours", [HOURS, (*row, 1)])
    second = desk.send("hours", [HOURS, (*row, 2)])
    assert points(city) == 20
    undone = desk.finished(desk.undo(second["id"]))
    assert undone["summary"].items() >= {"annulled": 0, "put_back": 1, "points_undone": -1}.items()
    assert points(city) == 10
    desk.finished(desk.undo(first["id"]))
    assert points(city) == 0


def test_a_month_closed_before_the_worker_came_leaves_the_import_standing_and_says_so(
    desk: Desk, city: Database, somebody: Somebody
) -> None:
    row = (somebody[1], "张三", "2026-10-01", "大赛", "quiz", None)
    first = desk.send("results", [RESULTS, row])
    asked = desk.undo(first["id"])
    with city.unit_of_work() as uow:
        closed_months.close(uow, BRANCH, "2026-10")
        uow.commit()
    stands = desk.finished(asked)
    assert (stands["state"], stands["undone_at"]) == ("done", None)
    assert [error["code"] for error in stands["errors"]] == ["undo_failed"]
    assert stands["summary"] == first["summary"]
    assert points(city) == 10


def test_whoever_took_the_office_over_undoes_what_the_one_before_brought(
    desk: Desk, city: Database, client: FlaskClient, token_for: TokenFor, somebody: Somebody
) -> None:
    first = desk.send("hours", [HOURS, (somebody[1], "张三", "2026-08-01", "服务", 1)])
    narrower = Desk(client, token_for, city).undo(first["id"], SECRETARY)
    assert (narrower.status_code, narrower.json["code"]) == (404, "import_unknown")
    assert points(city) == 10
    successor = Desk(client, token_for, city)
    undone = successor.finished(successor.undo(first["id"]))
    assert (undone["state"], points(city)) == ("undone", 0)


def test_whoever_lost_the_reach_cannot_undo(desk: Desk, city: Database, somebody: Somebody) -> None:
    first = desk.send("hours", [HOURS, (somebody[1], "张三", "2026-08-01", "服务", 1)])
    refused = desk.undo(first["id"], SECRETARY)
    assert (refused.status_code, refused.json["code"]) == (403, "out_of_reach")
    assert points(city) == 10


@pytest.mark.parametrize("reason", ["", "  ", "\0", "x" * 201, None])
def test_undoing_needs_a_reason(
    desk: Desk, city: Database, somebody: Somebody, reason: str | None
) -> None:
    first = desk.send("hours", [HOURS, (somebody[1], "张三", "2026-08-01", "服务", 1)])
    refused = desk.call("POST", f"/imports/{first['id']}/undo", {"reason": reason})
    assert (refused.status_code, refused.json["code"]) == (422, "fields_invalid")
    assert points(city) == 10


def test_any_history_of_imports_and_undoings_leaves_what_stands(
    desk: Desk, city: Database, add_member: Add
) -> None:
    chance = random.Random(11)
    members = [add_member().hex[-12:] for _ in range(4)]
    titles = ["大赛", "运动会", "歌咏"]
    standing: dict[str, set[tuple[str, str]]] = {}
    for _ in range(14):
        if standing and chance.random() < 0.4:
            import_id = chance.choice(sorted(standing))
            desk.finished(desk.undo(import_id))
            del standing[import_id]
        else:
            rows = {(chance.choice(members), chance.choice(titles)) for _ in range(4)}
            table = [(no, "张三", "2026-09-01", title, "quiz", None) for no, title in sorted(rows)]
            standing[desk.send("results", [RESULTS, *table])["id"]] = rows
        named = set().union(*standing.values())
        assert points(city) == 10 * len(named)


def test_what_is_there_may_be_sent_again_after_its_month_was_closed(
    desk: Desk, city: Database, somebody: Somebody
) -> None:
    rows = [RESULTS, (somebody[1], "张三", "2026-10-01", "大赛", "quiz", None)]
    first = desk.send("results", rows)
    with city.unit_of_work() as uow:
        closed_months.close(uow, BRANCH, "2026-10")
        uow.commit()
    assert desk.send("results", rows)["summary"]["unchanged"] == 1
    with city.unit_of_work() as uow:
        uow.session.execute(text("DELETE FROM import_facts WHERE import_id <> :id"), first)
        uow.commit()
    refused = desk.undo(first["id"])
    assert (refused.status_code, refused.json["code"]) == (409, "month_closed")
    assert refused.json["months"] == ["2026-10"]
    assert desk.call("GET", f"/imports/{first['id']}").json["state"] == "done"
    assert points(city) == 10
