"""请假: asked for with a reason, approved or declined; or entered by the secretary."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from werkzeug.test import TestResponse

from services.events.expected.refusals import REFUSALS
from tests.events.catalogue.people import Person, refused
from tests.events.expected.conftest import Branch

REASON = {"reason": "出差"}


def ask(person: Person, event: str, reason: str = "出差") -> TestResponse:
    return person.post(f"/events/{event}/leave", {"reason": reason})


def decide(branch: Branch, event: str, person: Person, *, approve: bool) -> TestResponse:
    body = {"approve": approve} | ({} if approve else {"reason": "会议重要"})
    return branch.secretary.post(f"/events/{event}/leaves/{person.id}/decide", body)


def test_leave_is_asked_for_and_approved(branch: Branch) -> None:
    (member,) = branch.members("A1")
    event = branch.meeting()
    asked = ask(member, event)
    assert (asked.status_code, asked.json["state"]) == (201, "asked")
    # Not excused before somebody has said so.
    assert branch.counts(event) == (1, 0, 0, 1, 0)
    (listed,) = branch.secretary.get(f"/events/{event}/leaves?state=asked").json["items"]
    assert (listed["member_no"], listed["reason"]) == ("A1", "出差")
    approved = decide(branch, event, member, approve=True)
    assert (approved.status_code, approved.json["state"]) == (200, "approved")
    assert approved.json["decided_by"] == str(branch.secretary.id)
    assert branch.counts(event) == (1, 0, 1, 0, 0)
    assert member.get(f"/events/{event}/leave").json == approved.json
    again = ask(member, event, "别的理由")
    assert (again.status_code, again.json) == (200, approved.json)


def test_leave_that_is_declined_excuses_nobody(branch: Branch) -> None:
    (member,) = branch.members("A1")
    event = branch.meeting()
    ask(member, event)
    declined = decide(branch, event, member, approve=False)
    assert (declined.json["state"], declined.json["decision_reason"]) == ("declined", "会议重要")
    assert branch.counts(event) == (1, 0, 0, 1, 0)
    # The organiser may still think otherwise.
    entered = branch.secretary.post(f"/events/{event}/leaves/{member.id}", {"reason": "住院"})
    assert (entered.status_code, entered.json["state"]) == (201, "approved")
    assert (entered.json["reason"], entered.json["decision_reason"]) == ("住院", None)


def test_leave_is_taken_back_and_asked_for_anew(branch: Branch) -> None:
    (member,) = branch.members("A1")
    event = branch.meeting()
    path = f"/events/{event}/leave"
    ask(member, event)
    decide(branch, event, member, approve=True)
    assert member.send("DELETE", path).json["state"] == "withdrawn"
    assert branch.counts(event) == (1, 0, 0, 1, 0)
    anew = ask(member, event, "又出差")
    assert (anew.status_code, anew.json["state"], anew.json["decided_by"]) == (201, "asked", None)


def test_leave_may_be_decided_on_when_the_event_is_over(branch: Branch) -> None:
    (member,) = branch.members("A1")
    event = branch.meeting()
    ask(member, event)
    branch.secretary.post(f"/events/{event}/close")
    branch.let_the_worker_freeze()
    assert decide(branch, event, member, approve=True).status_code == 200
    assert branch.counts(event) == (1, 0, 1, 0, 0)


class Situation:
    def __init__(self, branch: Branch) -> None:
        self.branch = branch
        self.member, self.other = branch.members("A1", "A2")
        self.event = branch.meeting()


def not_needed(s: Situation) -> TestResponse:
    return ask(s.member, s.branch.meeting("culture"))


def too_late(s: Situation) -> TestResponse:
    s.branch.clock.advance(3600)
    return ask(s.member, s.event)


def not_open(s: Situation) -> TestResponse:
    s.branch.secretary.post(f"/events/{s.event}/close")
    return s.branch.secretary.post(f"/events/{s.event}/leaves/{s.member.id}", REASON)


def cancelled(s: Situation) -> TestResponse:
    ask(s.member, s.event)
    s.branch.secretary.post(f"/events/{s.event}/cancel", {"reason": "雨"})
    return decide(s.branch, s.event, s.member, approve=True)


def declined(s: Situation) -> TestResponse:
    ask(s.member, s.event)
    decide(s.branch, s.event, s.member, approve=False)
    return ask(s.member, s.event)


def decided(s: Situation) -> TestResponse:
    ask(s.member, s.event)
    decide(s.branch, s.event, s.member, approve=True)
    return decide(s.branch, s.event, s.member, approve=False)


def unknown(s: Situation) -> TestResponse:
    return decide(s.branch, s.event, s.member, approve=True)


SITUATIONS: dict[str, Callable[[Situation], TestResponse]] = {
    "leave_not_needed": not_needed,
    "leave_too_late": too_late,
    "event_not_open": not_open,
    "event_cancelled": cancelled,
    "leave_declined": declined,
    "leave_decided": decided,
    "leave_unknown": unknown,
}


def test_every_refusal_has_a_situation_and_a_sentence_in_both_languages() -> None:
    assert SITUATIONS.keys() == REFUSALS.keys()
    for refusal in REFUSALS.values():
        assert refusal.text.zh
        assert refusal.text.en.isascii()


@pytest.mark.parametrize("code", REFUSALS)
def test_a_refusal_says_why(branch: Branch, code: str) -> None:
    situation = Situation(branch)
    answer = SITUATIONS[code](situation)
    refused(answer, REFUSALS[code].status, code)
    assert answer.json["detail"] == REFUSALS[code].text.en


def test_leave_is_between_the_member_and_those_who_run_the_event(branch: Branch) -> None:
    situation = Situation(branch)
    ask(situation.member, situation.event)
    path = f"/events/{situation.event}/leaves"
    refused(situation.other.get(path), 403, "not_your_event")
    refused(situation.other.post(f"{path}/{situation.member.id}", REASON), 403, "not_your_event")
    body = {"approve": True}
    answer = situation.other.post(f"{path}/{situation.member.id}/decide", body)
    refused(answer, 403, "not_your_event")
    assert situation.other.get(f"/events/{situation.event}/leave").status_code == 204
    refused(
        situation.other.send("DELETE", f"/events/{situation.event}/leave"), 404, "leave_unknown"
    )
    (foreign,) = branch.members("B1", path="/city/u2/b3/")
    refused(ask(foreign, situation.event), 404, "event_unknown")
    refused(foreign.get(f"/events/{situation.event}/leave"), 404, "event_unknown")


def test_leave_needs_a_reason_and_so_does_declining_it(branch: Branch) -> None:
    situation = Situation(branch)
    for reason in ("", "  ", "a\nb", "x" * 201):
        refused(ask(situation.member, situation.event, reason), 422, "fields_invalid")
    ask(situation.member, situation.event)
    path = f"/events/{situation.event}/leaves/{situation.member.id}/decide"
    for body in ({"approve": False}, {}, {"approve": False, "reason": ""}):
        refused(branch.secretary.post(path, body), 422, "fields_invalid")


def test_two_who_decide_at_once_give_one_decision(branch: Branch) -> None:
    situation = Situation(branch)
    ask(situation.member, situation.event)
    with ThreadPoolExecutor(8) as pool:
        futures = [
            pool.submit(decide, branch, situation.event, situation.member, approve=bool(n % 2))
            for n in range(8)
        ]
        statuses = sorted(future.result().status_code for future in futures)
    assert statuses == [200, *[409] * 7]


def test_leave_asked_for_many_times_at_once_is_asked_for_once(branch: Branch) -> None:
    situation = Situation(branch)
    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(ask, situation.member, situation.event) for _ in range(8)]
        statuses = sorted(future.result().status_code for future in futures)
    assert statuses == [*[200] * 7, 201]
