"""What events tell of results counts as rules say, once, and is taken back when they say so."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module
from threading import Event
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from services.points.checker.check import check, check_attendance
from services.points.checker.proof import Proof
from services.points.ledger import closed_months
from shared.contracts.results import RECORDED_V1
from shared.database import Database
from shared.ids import new_id
from tests.contracts.test_messages import EXAMPLES
from tests.points.city import BRANCH
from tests.points.event_results.telling import Telling, result, withdrawn
from tests.points.result_imports.desk import RESULTS, Desk

Add = Callable[..., UUID]


@pytest.mark.parametrize(
    ("said", "worth"),
    [
        ({"level": "unit"}, {"C02": 10}),
        ({"level": "city"}, {"C02": 20}),
        ({"level": "province"}, {"C02": 30}),
        ({"kind": "quiz", "level": None}, {"S08": 10}),
        ({"kind": "placing", "level": None}, {}),
    ],
)
def test_each_kind_gives_what_its_rule_says(
    telling: Telling, add_member: Add, said: dict[str, Any], worth: dict[str, int]
) -> None:
    member = add_member()
    telling.tell(result(member, **said))
    assert telling.standing(member) == worth
    assert telling.facts(member) == [("result", "present")]


def test_a_correction_and_a_withdrawal_follow(telling: Telling, add_member: Add) -> None:
    member = add_member()
    prize = result(member)
    corrected = prize | {"level": "city", "revision": 2, "reason": "级别有误"}
    telling.tell(prize)
    telling.tell(corrected)
    assert telling.standing(member) == {"C02": 20}
    telling.tell(withdrawn(corrected))
    assert telling.standing(member) == {}
    telling.tell(prize, corrected)
    assert telling.standing(member) == {}


def test_a_quiz_counts_once_an_event_and_each_prize_is_an_award(
    telling: Telling, add_member: Add
) -> None:
    member, event = add_member(), str(new_id())
    telling.tell(
        *(result(member, kind="quiz", level=None, event_id=event) for _ in range(2)),
        *(result(member, event_id=event) for _ in range(2)),
    )
    assert telling.standing(member) == {"S08": 10, "C02": 20}


def test_a_team_shares_by_member(telling: Telling, add_member: Add) -> None:
    members = [add_member() for _ in range(3)]
    telling.tell(*(result(member) for member in members))
    assert [telling.standing(member) for member in members] == [{"C02": 10}] * 3


def imported(desk: Desk, *members: UUID, **said: Any) -> dict[str, Any]:
    """Import the prizes that `result` tells of as well; return the summary."""
    cells = {"day": "2026-09-01", "title": "大赛", "kind": "prize", "level": "unit"} | said
    rows = [(m.hex[-12:], "张三", *cells.values()) for m in members]
    job = desk.send("results", [RESULTS, *rows])
    assert job["state"] == "done", job
    summary: dict[str, Any] = job["summary"] | {"id": job["id"]}
    return summary


def test_what_a_spreadsheet_said_before_is_taken_back_when_the_event_tells_it(
    telling: Telling, desk: Desk, add_member: Add
) -> None:
    one, two = add_member(), add_member()
    job = imported(desk, one, two)
    prize = result(one)
    telling.tell(prize)
    assert telling.standing(one) == telling.standing(two) == {"C02": 10}
    assert telling.facts(one) == [("import", "annulled"), ("result", "present")]
    telling.tell(withdrawn(prize))
    assert telling.standing(one) == {}
    undone = desk.finished(desk.undo(job["id"]))
    assert undone["summary"]["annulled"] == 1
    assert telling.standing(two) == {}


def test_what_the_event_has_told_is_not_imported_once_more(
    telling: Telling, desk: Desk, add_member: Add
) -> None:
    one, two = add_member(), add_member()
    prize = result(one)
    telling.tell(prize)
    summary = imported(desk, one, two)
    assert (summary["created"], summary["told_by_event"], summary["points"]) == (1, 1, 1)
    assert telling.standing(one) == {"C02": 10}
    telling.tell(withdrawn(prize))
    assert imported(desk, one, two)["unchanged"] == 1
    assert telling.standing(one) == {}


@pytest.mark.parametrize(
    "said",
    [{"title": "另一大赛"}, {"day": "2026-09-02"}, {"kind": "quiz", "level": None}],
)
def test_what_is_another_thing_stays_beside_it(
    telling: Telling, desk: Desk, add_member: Add, said: dict[str, Any]
) -> None:
    member = add_member()
    imported(desk, member, **said)
    telling.tell(result(member))
    assert telling.facts(member) == [("import", "present"), ("result", "present")]
    assert sum(telling.standing(member).values()) == 20


def test_a_level_that_a_spreadsheet_had_wrong_is_the_event_s_to_say(
    telling: Telling, desk: Desk, add_member: Add
) -> None:
    member = add_member()
    imported(desk, member, level="province")
    telling.tell(result(member))
    assert telling.standing(member) == {"C02": 10}
    assert imported(desk, member, level="province")["told_by_event"] == 1
    assert telling.standing(member) == {"C02": 10}


def close(database: Database, month: str = "2026-09") -> None:
    with database.unit_of_work() as uow:
        closed_months.close(uow, BRANCH, month)
        uow.commit()


def held(desk: Desk, *, waiting: bool) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = desk.call(
        "GET", f"/held-facts?waiting={str(waiting).lower()}"
    ).json["items"]
    return items


def test_in_a_closed_month_it_waits_for_a_decision(
    telling: Telling, desk: Desk, city: Database, add_member: Add
) -> None:
    member = add_member()
    close(city)
    prize = result(member)
    telling.tell(prize)
    assert telling.standing(member) == {}
    (waiting,) = held(desk, waiting=True)
    desk.call("POST", f"/held-facts/{waiting['id']}/release", {"reason": "晚报"})
    assert telling.standing(member) == {"C02": 10}


def test_what_a_closed_statement_has_from_a_spreadsheet_stands(
    telling: Telling, desk: Desk, city: Database, add_member: Add
) -> None:
    member = add_member()
    imported(desk, member)
    close(city)
    prize = result(member)
    telling.tell(prize)
    assert telling.facts(member) == [("import", "present")]
    assert held(desk, waiting=True) == []
    (aside,) = held(desk, waiting=False)
    assert (aside["decision"], aside["fact_id"]) == ("refused", prize["result_id"])
    assert imported(desk, member)["unchanged"] == 1
    assert telling.standing(member) == {"C02": 10}


def test_what_was_told_may_be_imported_again_after_its_month_was_closed(
    telling: Telling, desk: Desk, city: Database, add_member: Add
) -> None:
    member = add_member()
    telling.tell(result(member))
    close(city)
    assert imported(desk, member)["told_by_event"] == 1


@pytest.mark.parametrize(
    "in_the_middle",
    [
        "services.points.result_imports.apply._rows",
        "services.points.event_results.posting._replace_imported",
    ],
)
def test_told_and_imported_at_once_it_counts_once(
    telling: Telling,
    desk: Desk,
    add_member: Add,
    monkeypatch: pytest.MonkeyPatch,
    in_the_middle: str,
) -> None:
    """One of the two stops where it has looked for the other, until that is done or waits as well."""
    member, looked, done = add_member(), Event(), Event()
    module, _, name = in_the_middle.rpartition(".")
    original = getattr(import_module(module), name)

    def stopping(*arguments: Any) -> Any:
        found = original(*arguments)
        looked.set()
        done.wait(2)
        return found

    monkeypatch.setattr(import_module(module), name, stopping)
    first: Callable[[], object] = partial(imported, desk, member)
    second: Callable[[], object] = partial(telling.tell, result(member))
    if name == "_replace_imported":
        first, second = second, first
    with ThreadPoolExecutor(2) as pool:
        stopped = pool.submit(first)
        assert looked.wait(10)
        pool.submit(second).add_done_callback(lambda _: done.set())
        stopped.result()
    monkeypatch.undo()
    assert telling.standing(member) == {"C02": 10}


def test_the_checker_compares_results_with_what_events_say(
    telling: Telling, city: Database, add_member: Add
) -> None:
    prizes = [result(add_member()) for _ in range(3)]
    telling.tell(*prizes)
    close(city)
    late = result(add_member())
    telling.tell(late)
    said = [
        (UUID(m["result_id"]), UUID(m["member_id"]), m["revision"], m["state"])
        for m in (*prizes, late)
    ]
    with city.unit_of_work() as uow:
        proof = Proof()
        check_attendance(uow, iter(said), proof)
        assert proof.violations == []
        check_attendance(uow, iter(said[1:]), proof)
        assert [violation.where for violation in proof.violations] == [str(said[0][0])]


def test_a_made_up_result_is_found(telling: Telling, city: Database, add_member: Add) -> None:
    telling.tell(result(add_member()))
    with city.unit_of_work() as uow:
        uow.session.execute(text("SET LOCAL session_replication_role = replica"))
        for change in ("source_key = 'result:other'", "kind = 'commendation'", "source = 'manual'"):
            here = uow.session.begin_nested()
            uow.session.execute(text(f"UPDATE facts SET {change}"))
            rules = {violation.rule for violation in check(uow).violations}
            assert "no fact without its decision: result" in rules, change
            here.rollback()


def test_what_breaks_the_contract_is_not_read(telling: Telling, add_member: Add) -> None:
    whole = EXAMPLES[RECORDED_V1][1]
    for broken in ({"level": "galaxy"}, {"revision": 0}, {"occurred_at": "2026-09-01"}):
        with pytest.raises(ValueError, match=r"results\.recorded\.v1"):
            telling.tell(whole | broken)
