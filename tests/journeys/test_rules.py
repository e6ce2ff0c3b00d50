"""An administrator changes what a scan is worth, and a second one agrees."""

from datetime import datetime, timedelta

import pytest

from shared.clock import SHANGHAI
from tests.session import Json, Session
from tests.suite import Suite

pytestmark = pytest.mark.journey

# What a rule is shown with and does not take.
SHOWN = {"code", "words_zh", "words_en"}


def _attend(suite: Suite, secretary: Session, member: Session) -> tuple[Json, Json]:
    # An attendance counts at its session's start: this one begins under the rules in force now.
    event = suite.hold_event(secretary, category="culture", since=timedelta())
    code = secretary.get(f"/events/{event['id']}/code")["code"]
    check_in = member.scan(code).json()["check_in"]
    return check_in, member.receipt(check_in)


def test_new_rules_count_from_now_and_leave_what_was_earned(
    suite: Suite, secretary: Session
) -> None:
    author, second = suite.sign_in("city1"), suite.sign_in("city2")
    member = suite.newcomer()
    before, receipt = _attend(suite, secretary, member)
    assert receipt["points"] == 1
    in_force = author.get("/rules")

    draft = author.post("/rule-sets", {"name": "文体活动加分"})
    place = f"/rule-sets/{draft['id']}"
    rule = next(rule for rule in draft["rules"] if rule["code"] == "C01")
    body = {name: value for name, value in rule.items() if name not in SHOWN}
    body |= {
        "value": {"kind": "fixed", "points": 2.5},
        "caps": [{"per": "event", "points": 2.5}, {"per": "year", "points": 6}],
    }
    answer = author.request("PUT", f"{place}/rules/C01", json=body)
    assert answer.status_code == 200, answer.text
    changed = {
        (change["rule"], change["field"]) for change in author.get(f"{place}/diff")["changes"]
    }
    assert changed == {("C01", "value"), ("C01", "caps")}
    today = datetime.now(SHANGHAI).date().isoformat()
    author.post(f"{place}/submit", {"effective_from": today}, status=200)
    author.refused(403, "second_person_needed", "POST", f"{place}/approve")
    assert author.get("/rules")["rule_set_id"] == in_force["rule_set_id"]
    approved = second.post(f"{place}/approve", status=200)

    assert approved["state"] == "approved"
    assert member.get("/rules")["rule_set_id"] == draft["id"]
    after, receipt = _attend(suite, secretary, member)
    assert receipt["points"] == 2.5
    (old,), (new,) = member.ledger_of(before), member.ledger_of(after)
    assert (old["points"], old["rule_set_id"]) == (1, in_force["rule_set_id"])
    assert (new["points"], new["rule_set_id"]) == (2.5, draft["id"])
    assert member.points() == 3.5
    # What is in force can no longer be edited, by anyone.
    author.refused(409, "rule_set_not_draft", "PUT", f"{place}/rules/C01", body)


def test_members_and_secretaries_do_not_make_rules(suite: Suite, secretary: Session) -> None:
    for session in (suite.sign_in("member01"), secretary, suite.sign_in("auditor")):
        answer = session.request("POST", "/rule-sets", json={"name": "自己加分"})
        assert answer.status_code == 403, answer.text
