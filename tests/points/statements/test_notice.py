"""A month before the branch: own line first, on notice, objected to, closed, checked by anyone."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from threading import Barrier, BrokenBarrierError
from typing import Any
from uuid import UUID

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import text

from services.points.checker.check import check
from services.points.ledger import posting
from services.points.ledger.attendance import AttendancePosting
from services.points.statements import service
from services.points.statements.preparing import prepare_last_month
from services.points.statements.verify import broken
from shared.clock import SHANGHAI, FixedClock
from shared.database import Database
from shared.ids import new_id
from shared.testing.plugin import TokenFor
from tests.points.city import BRANCH, OTHER, deliver

Add = Callable[..., UUID]
Post = Callable[..., None]
PATH = "/city/u001/b0001/"
OCTOBER = "2026-10"


class Branch:
    """A branch, its secretary and its members."""

    def __init__(
        self, app: APIFlask, token_for: TokenFor, database: Database, clock: FixedClock
    ) -> None:
        self.app, self.database, self.clock = app, database, clock
        self._token_for = token_for
        self.secretary = new_id()

    def call(
        self, who: UUID, method: str, path: str, body: Any = None, at: str = PATH, role: str = ""
    ) -> Any:
        roles = [("branch_secretary", PATH)] if who == self.secretary else []
        roles += [(role, "/city/u001/")] if role else []
        headers = {
            "Authorization": f"Bearer {self._token_for(who, at, roles)}",
            "Accept-Language": "en",
        }
        return self.app.test_client().open(
            f"/api/v1{path}", method=method, json=body, headers=headers
        )

    def prepare(self, month: str = OCTOBER) -> str:
        body = {"organisation_id": str(BRANCH), "month": month}
        answer = self.call(self.secretary, "POST", "/statements", body)
        assert answer.status_code == 201, answer.text
        return str(answer.json["id"])

    def publish(self, statement: str) -> Any:
        answer = self.call(self.secretary, "POST", f"/statements/{statement}/publish", {})
        assert answer.status_code == 200, answer.text
        return answer.json

    def close(self, statement: str) -> Any:
        return self.call(self.secretary, "POST", f"/statements/{statement}/close")

    def read(self, statement: str, who: UUID | None = None) -> Any:
        return self.call(who or self.secretary, "GET", f"/statements/{statement}")

    def wait_until(self, day: str) -> None:
        then = datetime.fromisoformat(day).replace(hour=9, tzinfo=SHANGHAI)
        self.clock.advance((then - self.clock.now()).total_seconds())

    def closed(self, month: str = OCTOBER) -> str:
        statement = self.prepare(month)
        ends = self.publish(statement)["notice_ends_on"]
        self.wait_until(ends)
        self.clock.advance(86_400)
        answer = self.close(statement)
        assert answer.status_code == 200, answer.text
        return statement

    def broken(self) -> list[Any]:
        with self.database.unit_of_work() as uow:
            assert check(uow).violations == []
            return list(broken(uow))


@pytest.fixture
def branch(
    city: Database, app: APIFlask, token_for: TokenFor, clock: FixedClock, redis_client: Any
) -> Branch:
    return Branch(app, token_for, city, clock)


@pytest.fixture
def enrol(city: Database, add_member: Add) -> Add:
    """Add members who have belonged to their branch for long."""

    def add(branch: UUID = BRANCH, **more: Any) -> UUID:
        member = add_member(branch, **more)
        with city.unit_of_work() as uow:
            uow.session.execute(
                text("INSERT INTO memberships VALUES (:member, :branch, '2020-07-01')"),
                {"member": member, "branch": branch},
            )
            uow.commit()
        return member

    return add


@pytest.fixture
def october(branch: Branch, enrol: Add, attend: Any, post: Post) -> dict[str, UUID]:
    """Three members by name; Li did nothing, Bai lost one check-in."""
    members = {name: enrol(name=name) for name in ("张三", "白四", "李五")}
    wrong = attend(members["白四"], "theme_day", day="2026-10-12")
    post(
        attend(members["张三"], day="2026-10-08"), attend(members["白四"], day="2026-10-09"),
        wrong,
    )  # fmt: skip
    post(wrong | {"state": "annulled", "reason": "误签", "revision": 2})
    return members


def test_lines_are_what_the_ledger_says_in_name_order(
    branch: Branch, october: dict[str, UUID], attend: Any, post: Post
) -> None:
    post(attend(october["张三"], day="2026-09-03"))
    lines = branch.read(branch.prepare()).json["lines"]
    assert [(x["name"], x["before"], x["gained"], x["deducted"], x["total"]) for x in lines] == [
        ("白四", 0, 2, 0, 2),
        ("李五", 0, 0, 0, 0),
        ("张三", 2, 2, 0, 4),
    ]


def test_a_member_sees_the_own_line_before_the_others_do(
    branch: Branch, october: dict[str, UUID]
) -> None:
    statement, me = branch.prepare(), october["张三"]
    unseen = branch.read(statement, me)
    assert (unseen.status_code, unseen.json["code"]) == (404, "statement_unknown")
    (own,) = branch.call(me, "GET", "/me/statements").json["items"]
    assert (own["state"], own["line"]["total"]) == ("draft", 2)
    branch.publish(statement)
    assert len(branch.read(statement, me).json["lines"]) == 3
    outside = branch.call(new_id(), "GET", f"/statements/{statement}", at="/city/u001/b0002/")
    assert outside.status_code == 404
    (told,) = branch.call(me, "GET", "/me/notices").json["items"]
    assert told["kind"] == "statement.published"


def test_notice_lasts_working_days_and_objections_are_answered_first(
    branch: Branch, october: dict[str, UUID]
) -> None:
    statement = branch.prepare()
    published = branch.publish(statement)
    # A Monday; five working days later it is the next Monday.
    assert published["notice_ends_on"] == "2026-11-30"
    early = branch.close(statement)
    assert (early.status_code, early.json["code"]) == (409, "notice_running")
    me = october["李五"]
    body = {"line_member_id": str(me), "reason": "党课漏记"}
    raised = branch.call(me, "POST", f"/statements/{statement}/objections", body)
    assert raised.status_code == 201, raised.text
    twice = branch.call(me, "POST", f"/statements/{statement}/objections", body)
    assert (twice.status_code, twice.json["code"]) == (409, "objection_already_raised")
    branch.wait_until("2026-12-01")
    late = branch.call(october["张三"], "POST", f"/statements/{statement}/objections", body)
    assert (late.status_code, late.json["code"]) == (409, "notice_over")
    open_one = branch.close(statement)
    assert (open_one.status_code, open_one.json["code"]) == (409, "objections_open")
    address = f"/objections/{raised.json['id']}/answer"
    answer = {"decision": "decline", "reason": "签到记录中没有"}
    assert branch.call(branch.secretary, "POST", address, answer).status_code == 200
    again = branch.call(branch.secretary, "POST", address, answer)
    assert (again.status_code, again.json["code"]) == (409, "objection_answered")
    assert branch.close(statement).status_code == 200
    assert branch.broken() == []


def test_nobody_answers_the_own_objection(branch: Branch, october: dict[str, UUID]) -> None:
    branch.secretary = october["张三"]
    statement = branch.prepare()
    branch.publish(statement)
    body = {"line_member_id": str(october["李五"]), "reason": "存疑"}
    raised = branch.call(branch.secretary, "POST", f"/statements/{statement}/objections", body)
    answer = {"decision": "accept", "reason": "同意"}
    address = f"/objections/{raised.json['id']}/answer"
    own = branch.call(branch.secretary, "POST", address, answer)
    assert (own.status_code, own.json["code"]) == (403, "own_objection")
    above = branch.call(new_id(), "POST", address, answer, role="unit_admin")
    assert above.status_code == 200


def test_what_is_closed_is_checked_by_its_code_and_later_corrections_are_listed_beneath(
    branch: Branch, october: dict[str, UUID], attend: Any, post: Post
) -> None:
    statement = branch.closed()
    detail = branch.read(statement).json
    verified = branch.call(
        october["李五"], "GET", f"/statements/verification?code={detail['code'].lower()}"
    ).json
    assert (verified["hash_fits"], verified["ledger_fits"], verified["members"]) == (True, True, 3)
    unknown = branch.call(october["李五"], "GET", "/statements/verification?code=0000-0000-0000")
    assert (unknown.status_code, unknown.json["code"]) == (404, "verification_code_unknown")
    # A late check-in waits; released, it is beneath the statement and not in it.
    post(attend(october["李五"], day="2026-10-20"))
    assert branch.read(statement).json == detail
    branch.clock.advance(60)
    (held,) = branch.call(branch.secretary, "GET", "/held-facts").json["items"]
    branch.call(branch.secretary, "POST", f"/held-facts/{held['id']}/release", {"reason": "漏传"})
    after = branch.read(statement).json
    assert after["lines"] == detail["lines"]
    assert [(c["name"], c["points"]) for c in after["later_corrections"]] == [("李五", 2)]
    assert branch.broken() == []


def test_statements_of_a_branch_are_chained_and_closed_in_order(
    branch: Branch, october: dict[str, UUID], attend: Any, post: Post
) -> None:
    post(attend(october["张三"], day="2026-09-03"))
    late = branch.prepare()
    branch.publish(late)
    branch.wait_until("2026-12-02")
    out_of_order = branch.close(late)
    assert (out_of_order.status_code, out_of_order.json["code"]) == (409, "earlier_month_open")
    first = branch.closed("2026-09")
    assert branch.close(late).status_code == 200
    one, two = branch.read(first).json, branch.read(late).json
    assert (one["sequence"], two["sequence"], two["previous_hash"]) == (1, 2, one["hash"])
    assert branch.broken() == []


COLUMNS = (
    ("statements", "month", "'2026-08'"),
    ("statements", "organisation_id", "(SELECT id FROM organisations WHERE code = 'b0002')"),
    ("statements", "published_by", "gen_random_uuid()"),
    ("statements", "published_at", "published_at - interval '1 hour'"),
    ("statements", "prepared_at", "prepared_at - interval '1 hour'"),
    ("statements", "working_days", "7"),
    ("statements", "notice_ends_on", "notice_ends_on - 1"),
    ("statements", "closed_by", "gen_random_uuid()"),
    ("statements", "closed_at", "closed_at + interval '1 hour'"),
    ("statements", "sequence", "5, previous_hash = repeat('0', 64)"),
    ("statements", "hash", "repeat('0', 64)"),
    ("statements", "code", "'0000-0000-0000'"),
    ("statement_lines", "name", "'王二'"),
    ("statement_lines", "scored", "NOT scored"),
    ("statement_lines", "place", "place + 10"),
    ("statement_lines", "announced", "99"),
    ("statement_lines", "member_id", "(SELECT id FROM members ORDER BY id DESC LIMIT 1)"),
)


@pytest.mark.parametrize(
    ("table", "column", "value"), COLUMNS, ids=[f"{t}.{c}" for t, c, _ in COLUMNS]
)
def test_whatever_is_changed_in_a_closed_statement_is_found(
    branch: Branch,
    october: dict[str, UUID],
    add_member: Add,
    table: str,
    column: str,
    value: str,
) -> None:
    branch.closed()
    add_member(OTHER)
    change = f"UPDATE {table} SET {column} = {value}"
    if table == "statement_lines":
        change += " WHERE name = '张三'"
    with branch.database.unit_of_work() as uow:
        with suppress(Exception), uow.session.begin_nested():
            uow.session.execute(text(change))
            pytest.fail("the database let it through")
        uow.session.execute(text("SET LOCAL session_replication_role = replica"))
        uow.session.execute(text(change))
        assert list(broken(uow)) != []


def test_points_that_vanish_from_under_a_statement_are_found(
    branch: Branch, october: dict[str, UUID]
) -> None:
    branch.closed()
    with branch.database.unit_of_work() as uow:
        uow.session.execute(text("SET LOCAL session_replication_role = replica"))
        uow.session.execute(
            text("UPDATE ledger_entries SET points = 30 WHERE occurred_at < '2026-10-09'")
        )
        assert any("member" in where for where, *_ in broken(uow))


def test_of_eight_who_close_at_once_one_does(branch: Branch, october: dict[str, UUID]) -> None:
    statement = branch.prepare()
    branch.publish(statement)
    branch.wait_until("2026-12-02")
    with ThreadPoolExecutor(8) as pool:
        codes = sorted(pool.map(lambda _: branch.close(statement).status_code, range(8)))
    assert codes == [200, *[409] * 7]
    assert branch.broken() == []


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "unguarded"])
def test_closing_waits_for_what_is_being_posted(
    branch: Branch,
    october: dict[str, UUID],
    attend: Any,
    monkeypatch: pytest.MonkeyPatch,
    guarded: bool,
) -> None:
    statement = branch.prepare()
    branch.publish(statement)
    branch.wait_until("2026-12-02")
    if not guarded:
        monkeypatch.setattr(service, "await_postings", lambda _: None)
    both, write = Barrier(2), posting._write

    def late_write(*arguments: Any) -> None:
        with suppress(BrokenBarrierError):
            both.wait(2)
        write(*arguments)

    def close() -> int:
        answer = branch.close(statement)
        with suppress(BrokenBarrierError):
            both.wait(0.1)
        return int(answer.status_code)

    monkeypatch.setattr(posting, "_write", late_write)
    message = attend(october["李五"], day="2026-10-10")
    with ThreadPoolExecutor(2) as pool:
        posted = pool.submit(deliver, branch.database, AttendancePosting(), message)
        # The posting is under way, and has looked whether the month is closed.
        with suppress(BrokenBarrierError):
            Barrier(2).wait(0.5)
        closed = pool.submit(close)
        posted.result(20)
        assert closed.result(20) == 200
    monkeypatch.undo()
    assert (branch.broken() == []) is guarded


def test_lines_add_up_to_the_ledger_whatever_happened(
    branch: Branch, enrol: Add, attend: Any, post: Post
) -> None:
    chance = random.Random(5)
    kinds = ["lecture", "theme_day", "volunteering", "culture"]
    members = [enrol(chance.choice([BRANCH, OTHER])) for _ in range(8)]
    told = [
        attend(
            chance.choice(members), chance.choice(kinds),
            f"2026-{chance.randint(1, 10):02d}-{chance.randint(1, 28):02d}", minutes=125,
        )
        for _ in range(120)
    ]  # fmt: skip
    post(*told)
    post(*({**m, "state": "annulled", "reason": "误签", "revision": 2} for m in told[::7]))
    lines = branch.read(branch.prepare()).json["lines"]
    with branch.database.unit_of_work() as uow:
        rows = uow.session.execute(
            text(
                "SELECT member_id, sum(points) FILTER (WHERE occurred_at < '2026-11-01+08') AS total,"
                " sum(points) FILTER (WHERE occurred_at >= '2026-10-01+08'"
                " AND occurred_at < '2026-11-01+08') AS month"
                " FROM ledger_entries WHERE organisation_id = :branch GROUP BY 1"
            ),
            {"branch": BRANCH},
        ).all()
    wanted = {str(r.member_id): ((r.total or 0) / 10, (r.month or 0) / 10) for r in rows}
    assert {
        x["member_id"]: (x["total"], x["gained"] + x["deducted"]) for x in lines if x["total"]
    } == {member: figures for member, figures in wanted.items() if figures[0]}


def test_last_months_drafts_are_there_by_themselves(
    branch: Branch, october: dict[str, UUID]
) -> None:
    with branch.database.unit_of_work() as uow:
        assert (prepare_last_month(uow), prepare_last_month(uow)) == (1, 0)
        uow.commit()
    listed = branch.call(branch.secretary, "GET", "/statements").json["items"]
    assert [(s["month"], s["state"]) for s in listed] == [(OCTOBER, "draft")]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"month": "2026-11"}, 409, "month_not_over"),
        ({"month": "2026-13"}, 422, "fields_invalid"),
        ({"organisation_id": str(new_id())}, 404, "organisation_unknown"),
        ({"organisation_id": str(OTHER)}, 403, "out_of_reach"),
    ],
    ids=["running", "none", "nowhere", "elsewhere"],
)
def test_what_is_no_statement_is_refused(
    branch: Branch, body: dict[str, str], status: int, code: str
) -> None:
    asked = {"organisation_id": str(BRANCH), "month": OCTOBER} | body
    refused = branch.call(branch.secretary, "POST", "/statements", asked)
    assert (refused.status_code, refused.json["code"]) == (status, code)


def test_a_branch_has_one_statement_a_month(branch: Branch, client: FlaskClient) -> None:
    statement = branch.prepare()
    body = {"organisation_id": str(BRANCH), "month": OCTOBER}
    again = branch.call(branch.secretary, "POST", "/statements", body)
    assert (again.status_code, again.json["code"]) == (409, "statement_exists")
    branch.publish(statement)
    twice = branch.call(branch.secretary, "POST", f"/statements/{statement}/publish", {})
    assert (twice.status_code, twice.json["code"]) == (409, "statement_not_draft")
