"""Everything at an organiser's desk that makes the events service tell of results."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from shared.clock import FixedClock
from shared.contracts.results import RECORDED_V1
from tests.contracts.outbox import Wanted
from tests.events.city import City
from tests.events.results.desk import Desk


@dataclass
class Stage:
    """An event that is on, and whoever enters its results."""

    desk: Desk
    city: City
    clock: FixedClock

    def member(self, number: str = "W1") -> UUID:
        return self.city.join(number, "/city/u1/b1/")


def recorded(**fields: Any) -> Wanted:
    """One share told, as it is unless a situation says otherwise."""
    usual = {"kind": "prize", "level": "unit", "place": None, "title": "公文写作大赛"}
    usual |= {"state": "present", "reason": None, "revision": 1}
    return RECORDED_V1, [usual | fields]


def a_prize_is_confirmed(stage: Stage) -> list[Wanted]:
    member = stage.member()
    stage.desk.confirmed(member, place=1)
    occurred_at = "2026-11-23T00:30:00+00:00"
    return [recorded(member_id=str(member), place=1, occurred_at=occurred_at)]


def a_quiz_is_confirmed(stage: Stage) -> list[Wanted]:
    stage.desk.confirmed(stage.member(), kind="quiz", level=None)
    return [recorded(kind="quiz", level=None)]


def a_placing_is_confirmed(stage: Stage) -> list[Wanted]:
    stage.desk.confirmed(stage.member(), kind="placing", level=None, place=7)
    return [recorded(kind="placing", level=None, place=7)]


def a_team_wins(stage: Stage) -> list[Wanted]:
    members = [stage.member(number) for number in ("W1", "W2", "W3")]
    stage.desk.confirmed(*members, team="代表队")
    return [recorded(member_id=str(member)) for member in members]


def a_draft_is_entered_changed_and_taken_out(stage: Stage) -> list[Wanted]:
    result = stage.desk.entered(stage.member())
    stage.desk.change(result, place=3)
    stage.desk.person.send("DELETE", f"{stage.desk.path}/{result['id']}")
    stage.desk.confirmed(stage.member("W2"))
    return [recorded()]


def a_result_is_put_right(stage: Stage) -> list[Wanted]:
    result = stage.desk.confirmed(stage.member(), place=1)
    result = stage.desk.change(result, note="并列", reason="补充").json
    assert stage.desk.change(result, place=2, reason="名次有误").status_code == 200
    return [recorded(place=1), recorded(place=2, revision=2, reason="名次有误")]


def a_member_takes_another_s_place_in_a_team(stage: Stage) -> list[Wanted]:
    first, second = stage.member("W1"), stage.member("W2")
    result = stage.desk.confirmed(first)
    answer = stage.desk.change(result, member_ids=[second], reason="人员有误")
    assert answer.status_code == 200, answer.text
    why = {"reason": "人员有误"}
    return [
        recorded(member_id=str(first)),
        recorded(member_id=str(first), state="annulled", revision=2, **why),
        recorded(member_id=str(second), **why),
    ]


def a_result_is_withdrawn(stage: Stage) -> list[Wanted]:
    result = stage.desk.confirmed(stage.member())
    assert stage.desk.withdraw(result, "作废").status_code == 200
    return [recorded(), recorded(state="annulled", revision=2, reason="作废")]


def the_same_request_comes_again(stage: Stage) -> list[Wanted]:
    result = stage.desk.confirmed(stage.member())
    stage.desk.confirm(result)
    return [recorded()]


Situation = Callable[[Stage], list[Wanted]]
SITUATIONS: Final[dict[str, tuple[Situation, ...]]] = {
    RECORDED_V1: (
        a_prize_is_confirmed,
        a_quiz_is_confirmed,
        a_placing_is_confirmed,
        a_team_wins,
        a_draft_is_entered_changed_and_taken_out,
        a_result_is_put_right,
        a_member_takes_another_s_place_in_a_team,
        a_result_is_withdrawn,
        the_same_request_comes_again,
    )
}
