"""Objections while the notice runs, and their answers."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from apiflask import APIFlask
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from shared.database import Database
from shared.ids import new_id
from shared.testing.plugin import TokenFor
from tests.points.city import BRANCH, OTHER, join, told
from tests.points.statements.office import SECRETARY, THERE, Office, belong

Roll = Callable[..., UUID]


def objecting(line: UUID, reason: str = "少记一次党课") -> dict[str, str]:
    return {"line_member_id": str(line), "reason": reason}


def declined(decision: str = "decline", reason: str = "已核对签到表") -> dict[str, Any]:
    return {"decision": decision, "reason": reason}


class Case:
    """A statement on notice with the lines of 张三 and 李四."""

    def __init__(self, office: Office, roll: Roll) -> None:
        self.office = office
        self.zhang, self.li = roll("张三"), roll("李四")
        self.statement = office.published()
        self.path = f"/statements/{self.statement}/objections"

    def raised(self, who: UUID | None = None, line: UUID | None = None) -> str:
        answer = self.office.as_member(
            who or self.zhang, "POST", self.path, objecting(line or self.zhang)
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json["id"])

    def proposed(self, member: UUID) -> str:
        body = {
            "member_id": str(member), "kind": "correction", "day": "2026-10-08", "points": 2,
            "reason": "漏记党课",
        }  # fmt: skip
        answer = self.office.call("POST", "/adjustments", body)
        assert answer.status_code == 201, answer.text
        return str(answer.json["id"])

    def refused(self, status: int, code: str, path: str, body: Any, **who: Any) -> None:
        details = set()
        for language in ("zh", "en"):
            answer = self.office.call("POST", path, body, language=language, **who)
            assert (answer.status_code, answer.json["code"]) == (status, code), answer.text
            details.add(answer.json["detail"])
        assert len(details) == 2


@pytest.fixture
def case(office: Office, roll: Roll) -> Case:
    return Case(office, roll)


def test_an_objection_is_answered_and_its_author_told(case: Case) -> None:
    objection = case.raised(line=case.li)
    close = f"/statements/{case.statement}/close"
    case.office.let_pass(days=14)
    case.refused(409, "objections_open", close, None)
    adjustment = case.proposed(case.li)
    answered = case.office.call(
        "POST",
        f"/objections/{objection}/answer",
        declined("accept", "补记") | {"adjustment_id": adjustment},
    )
    assert answered.status_code == 200, answered.text
    assert (answered.json["decision"], answered.json["adjustment_id"]) == ("accept", adjustment)
    notices = told(case.office.city, case.zhang)
    assert [n["kind"] for n in notices] == ["statement.published", "objection.answered"]
    assert "accepted: 补记" in notices[1]["text"]
    assert case.office.call("POST", close).status_code == 200
    assert case.office.broken() == []


def test_an_answer_names_an_adjustment_of_the_member(case: Case) -> None:
    path = f"/objections/{case.raised(line=case.li)}/answer"
    for other in (str(new_id()), case.proposed(case.zhang)):
        body = declined("accept") | {"adjustment_id": other}
        case.refused(422, "adjustment_unknown", path, body)


def test_who_objected_is_told_to_those_who_answer_alone(case: Case) -> None:
    objection = case.raised(line=case.li)

    def seen(**who: Any) -> list[str]:
        answer = case.office.call("GET", f"/statements/{case.statement}", **who)
        assert answer.json["open_objections"] == 1
        return [o["id"] for o in answer.json["objections"]]

    assert seen() == [objection]
    assert seen(who=case.zhang, role=None) == [objection]
    assert seen(who=case.li, role=None) == []


def test_a_queue_holds_what_waits_within_reach_with_its_line(case: Case) -> None:
    own, other = case.raised(), case.raised(line=case.li)

    def queued(query: str = "", **who: Any) -> list[dict[str, Any]]:
        answer = case.office.call("GET", f"/objections?{query}", **who)
        assert answer.status_code == 200, answer.text
        return list(answer.json["items"])

    first, second = queued()
    assert [first["id"], second["id"]] == [own, other]
    assert (second["line"]["name"], second["month"]) == ("李四", "2026-10")
    assert second["raised_by"] == str(case.zhang)
    page = case.office.call("GET", "/objections?limit=1").json
    assert [o["id"] for o in queued(f"cursor={page['next_cursor']}")] == [other]
    assert queued(home=THERE) == []
    assert queued(f"organisation_id={OTHER}") == []
    assert case.office.call("GET", "/objections", who=case.li, role=None).status_code == 403
    # Who has the line is told that somebody objected, not who.
    hidden = queued(who=case.li)
    assert [o["raised_by"] for o in hidden] == [str(case.zhang), None]
    case.office.call("POST", f"/objections/{own}/answer", declined())
    assert [o["id"] for o in queued()] == [other]
    assert [(o["id"], o["answer"]) for o in queued("answered=true")] == [(own, "已核对签到表")]


def test_a_secretary_is_not_told_who_objected_to_the_own_line(case: Case) -> None:
    for line in (case.zhang, case.li):
        case.raised(line=line)
    case.raised(who=case.li, line=case.li)
    seen = case.office.call("GET", f"/statements/{case.statement}", who=case.li).json
    assert [o["raised_by"] for o in seen["objections"]] == [str(case.zhang), None, str(case.li)]
    above = case.office.as_admin("GET", f"/statements/{case.statement}").json
    assert above["objections"][1]["raised_by"] == str(case.zhang)


def test_objections_come_from_the_branch_while_the_notice_runs(case: Case) -> None:
    body = objecting(case.li)
    member: dict[str, Any] = {"who": case.zhang, "role": None}
    case.refused(422, "line_unknown", case.path, objecting(new_id()), **member)
    stranger: dict[str, Any] = {"who": new_id(), "role": None, "home": THERE}
    case.refused(404, "statement_unknown", case.path, body, **stranger)
    above: dict[str, Any] = {"role": "unit_admin", "at": "/city/u001/", "home": THERE}
    case.refused(403, "not_of_the_branch", case.path, body, **above)
    case.raised(line=case.li)
    case.refused(409, "objection_already_raised", case.path, body, **member)
    case.raised(who=case.li, line=case.li)
    case.office.set_clock("2026-11-30T23:59")
    case.raised(line=case.zhang)
    case.office.set_clock("2026-12-01T00:00:01")
    case.refused(409, "notice_over", case.path, objecting(case.li), who=case.li, role=None)


def test_a_draft_is_not_objected_to(office: Office, roll: Roll) -> None:
    member = roll()
    path = f"/statements/{office.prepared()}/objections"
    answer = office.as_member(member, "POST", path, objecting(member))
    assert (answer.status_code, answer.json["code"]) == (404, "statement_unknown")


def test_who_has_moved_on_may_object_to_the_line_left_behind(
    office: Office, city: Database
) -> None:
    member = join(city, OTHER)
    belong(city, member, BRANCH, "2026-01-01", "2026-11-01")
    belong(city, member, OTHER, "2026-11-01")
    path = f"/statements/{office.published()}/objections"
    answer = office.as_member(member, "POST", path, objecting(member), home=THERE)
    assert answer.status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"decision": "maybe", "reason": "x"},
        {"decision": "accept"},
        {"decision": "accept", "reason": ""},
        {"decision": "accept", "reason": " \u3000"},
        {"decision": "decline", "reason": "x", "adjustment_id": str(new_id())},
    ],
)
def test_an_answer_that_is_none_is_refused(case: Case, body: dict[str, Any]) -> None:
    objection = case.raised()
    assert case.office.call("POST", f"/objections/{objection}/answer", body).status_code == 422


def test_nobody_answers_in_an_own_matter(case: Case, office: Office, city: Database) -> None:
    own = f"/objections/{case.raised()}/answer"
    case.refused(403, "own_objection", own, declined(), who=case.zhang)
    about = f"/objections/{case.raised(line=case.li)}/answer"
    case.refused(403, "own_objection", about, declined(), who=case.li)
    assert office.as_admin("POST", own, declined()).status_code == 200
    assert office.call("POST", about, declined()).status_code == 200
    with city.unit_of_work() as uow, pytest.raises(DatabaseError):
        uow.session.execute(text("UPDATE objections SET answered_by = raised_by"))


def test_answers_are_for_those_who_reach_the_branch(case: Case) -> None:
    objection = case.raised()
    path = f"/objections/{objection}/answer"
    case.refused(404, "objection_unknown", path, declined(), home=THERE)
    case.refused(404, "objection_unknown", f"/objections/{new_id()}/answer", declined())
    case.refused(403, "role_needed", path, declined(), who=case.li, role=None)


def test_an_answer_stands(case: Case) -> None:
    path = f"/objections/{case.raised()}/answer"
    assert case.office.call("POST", path, declined()).status_code == 200
    case.refused(409, "objection_answered", path, declined())


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "unguarded"])
def test_of_eight_answers_at_once_one_counts(
    case: Case, app: APIFlask, token_for: TokenFor, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    if not guarded:
        get = Session.get

        def without_lock(session: Any, entity: Any, identity: Any, **_: Any) -> Any:
            return get(session, entity, identity)

        monkeypatch.setattr(Session, "get", without_lock)

    def answers() -> list[int]:
        objection = case.raised()

        def answer(_: int) -> int:
            desk = Office(app.test_client(), token_for, case.office.city, case.office.clock)
            path = f"/objections/{objection}/answer"
            return int(desk.call("POST", path, declined(), who=SECRETARY).status_code)

        with ThreadPoolExecutor(8) as pool:
            return sorted(pool.map(answer, range(8)))

    once = [200] + [409] * 7
    if guarded:
        assert answers() == once
    else:
        assert any(answers() != once for _ in range(5))
