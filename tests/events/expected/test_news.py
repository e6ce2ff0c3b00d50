"""Leave: those who decide hear that it is asked for, the member what was decided."""

from shared.database import Database
from tests.events.expected.conftest import Branch
from tests.events.expected.test_leave import ask, decide
from tests.events.notices import kinds, told


def test_whoever_runs_the_event_hears_that_leave_is_asked_for(
    branch: Branch, database: Database
) -> None:
    (member,) = branch.members("A1")
    event = branch.meeting()
    for _ in range(2):
        ask(member, event, "家人住院")
    (news,) = told(database, branch.secretary.id)
    assert (news["kind"], news["subject_id"]) == ("leave.asked", event)
    assert news["zh"] == "党员A1就“党课”请假，请审批。"
    # Why is read by those who decide, where they decide; not in messages that phones show.
    assert "住院" not in str(news)
    assert kinds(database, member.id) == []


def test_the_member_hears_what_was_decided_each_time(branch: Branch, database: Database) -> None:
    (member,) = branch.members("A1")
    event = branch.meeting()
    ask(member, event)
    decide(branch, event, member, approve=False)
    entered = branch.secretary.post(f"/events/{event}/leaves/{member.id}", {"reason": "住院"})
    assert entered.status_code == 201
    declined, approved = told(database, member.id)
    assert (declined["kind"], approved["kind"]) == ("leave.declined", "leave.approved")
    assert "会议重要" in declined["zh"]


def test_leave_that_is_taken_back_and_asked_for_anew_is_told_anew(
    branch: Branch, database: Database
) -> None:
    (member,) = branch.members("A1")
    event = branch.meeting()
    for _ in range(2):
        ask(member, event)
        member.send("DELETE", f"/events/{event}/leave")
        branch.clock.advance(60)
    assert kinds(database, branch.secretary.id) == ["leave.asked"] * 2
