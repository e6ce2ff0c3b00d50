"""What comes after a month is closed: held back or decided, and listed beneath with its reason."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.points.ledger.decided import post_decided
from services.points.ledger.recorded import RecordedFact
from services.points.scoring import Fact
from shared.ids import new_id
from tests.points.statements.office import Office

Roll = Callable[..., UUID]
Post = Callable[..., None]


def test_what_is_posted_after_closing_is_listed_beneath(
    office: Office, roll: Roll, attend: Any, post: Post
) -> None:
    member = roll("张三")
    message = attend(member, day="2026-10-08")
    post(message)
    statement = office.closed()
    before = office.read(statement["id"])
    assert before["later_corrections"] == []
    office.let_pass(days=1)
    fact = Fact(
        new_id(), member, "practical_matter", datetime(2026, 10, 20, 1, tzinfo=UTC), role="self",
        source="claim",
    )  # fmt: skip
    check_in = Fact(
        UUID(message["check_in_id"]), member, "lecture", datetime(2026, 10, 8, 1, tzinfo=UTC)
    )
    with office.city.unit_of_work() as uow:
        post_decided(uow, [RecordedFact(fact, "test:1", "修好了路灯")])
        undone = RecordedFact(check_in, None, "党课", "annulled", "误签", revision=2)
        post_decided(uow, [undone])
        uow.commit()
    after = office.read(statement["id"])
    assert after["lines"] == before["lines"]
    matter, reversal = sorted(after["later_corrections"], key=lambda c: -c["points"])
    assert (matter["title"], matter["points"], matter["reverses"]) == ("修好了路灯", 3, None)
    assert (reversal["points"], reversal["reason"], reversal["name"]) == (-2, "误签", "张三")
    assert matter["reason"] is None
    assert reversal["reverses"]
    seen = office.as_member(member, "GET", f"/statements/{statement['id']}").json
    assert len(seen["later_corrections"]) == 2
    assert office.broken() == []


def test_a_check_in_that_comes_late_waits_and_stands_beneath_when_released(
    office: Office, roll: Roll, attend: Any, post: Post
) -> None:
    member = roll("李五")
    statement = office.closed()["id"]
    closed = office.read(statement)
    office.let_pass(days=1)
    post(attend(member, day="2026-10-20"))
    assert office.read(statement) == closed
    (held,) = office.call("GET", "/held-facts").json["items"]
    office.call("POST", f"/held-facts/{held['id']}/release", {"reason": "漏传"})
    after = office.read(statement)
    assert after["lines"] == closed["lines"]
    (correction,) = after["later_corrections"]
    assert [correction[key] for key in ("name", "points", "reason")] == ["李五", 2, "漏传"]
    assert office.broken() == []


def test_a_correction_says_why_and_what_is_undone_says_why_it_is(
    office: Office, roll: Roll, attend: Any, post: Post
) -> None:
    member = roll("张三")
    post(attend(member, day="2026-10-08"))
    statement = office.closed()["id"]
    office.let_pass(days=1)

    def decide(path: str, body: dict[str, Any]) -> str:
        made = office.as_admin("POST", path, body)
        assert made.status_code == 201, made.text
        adjustment = f"/adjustments/{made.json['id']}"
        assert office.call("POST", f"{adjustment}/approve").status_code == 200
        return adjustment

    absence = {"kind": "unexcused_absence", "day": "2026-10-20", "reason": "未请假"}
    path = decide("/adjustments", {"member_id": str(member), **absence})
    decide(f"{path}/reverse", {"reason": "假条后来找到"})
    about = {"fact_kind": "theme_day", "day": "2026-10-10", "reason": "漏记"}
    appeal = office.as_member(member, "POST", "/appeals", about).json["id"]
    ruling = {"decision": "uphold", "reason": "有签到表", "remedy": "correct", "points": 1}
    assert office.call("POST", f"/appeals/{appeal}/decide", ruling).status_code == 200
    beneath = office.read(statement)["later_corrections"]
    assert [(c["points"], c["reason"]) for c in beneath] == [
        (-2, "未请假"), (2, "假条后来找到"), (1, "有签到表"),
    ]  # fmt: skip
    assert beneath[1]["reverses"] == beneath[0]["entry_id"]
    assert office.broken() == []
