"""From the draft over the public notice to the closed month."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from services.points.ledger import closed_months
from services.points.statements.preparing import prepare_last_month
from shared.database import Database
from shared.ids import new_id
from tests.points.city import BRANCH, OTHER, UNIT, join, told
from tests.points.statements.office import HERE, MONTH, THERE, Office, belong

Roll = Callable[..., UUID]
Post = Callable[..., None]


def stored(database: Database) -> list[str]:
    with database.unit_of_work() as uow:
        return [
            str(uow.session.scalar(text(f"SELECT array_agg(t::text ORDER BY t::text) FROM {t} t")))
            for t in ("statements", "statement_lines", "objections", "outbox", "closed_months")
        ]


def refused(office: Office, status: int, code: str, path: str, body: Any = None, **who: Any) -> Any:
    """Try something that is refused, in both languages, and that changes nothing."""
    before = stored(office.city)
    answers = [office.call("POST", path, body, language=name, **who) for name in ("zh", "en")]
    for answer in answers:
        assert (answer.status_code, answer.json["code"]) == (status, code), answer.text
    assert answers[0].json["detail"] != answers[1].json["detail"]
    assert stored(office.city) == before
    return answers[1].json


def test_a_month_from_the_draft_to_the_end(
    office: Office, roll: Roll, attend: Any, post: Post
) -> None:
    member = roll("张三")
    post(attend(member, day="2026-10-08"))
    body = {"organisation_id": str(BRANCH), "month": MONTH}
    draft = office.call("POST", "/statements", body)
    assert (draft.status_code, draft.json["state"]) == (201, "draft")
    address = f"/statements/{draft.json['id']}"
    post(attend(member, day="2026-10-09"))
    assert office.read(draft.json["id"])["lines"][0]["total"] == 4, "a draft is never out of date"
    notice = office.call("POST", f"{address}/publish", {"working_days": 3})
    assert (notice.json["state"], notice.json["notice_ends_on"]) == ("published", "2026-11-26")
    post(attend(member, "theme_day", "2026-10-10"))
    assert office.read(draft.json["id"])["lines"][0]["total"] == 4, "the notice stays as announced"
    office.set_clock("2026-11-26T23:59")
    refused(office, 409, "notice_running", f"{address}/close")
    office.set_clock("2026-11-27T00:00:01")
    closed = office.call("POST", f"{address}/close")
    assert (closed.status_code, closed.json["state"], closed.json["sequence"]) == (200, "closed", 1)
    (line,) = office.read(draft.json["id"])["lines"]
    assert (line["announced"], line["total"]) == (4, 5), "what came during the notice is shown"
    with office.city.unit_of_work() as uow:
        assert closed_months.is_closed(uow, BRANCH, MONTH)
    assert office.broken() == []


def test_the_notice_runs_for_working_days(office: Office, roll: Roll) -> None:
    roll()
    office.set_clock("2026-09-28T09:00")
    statement = office.prepared("2026-08")
    answer = office.call("POST", f"/statements/{statement}/publish", {})
    # 29 and 30 September, then the holidays, then 8, 9 and the made-up Saturday 10 October.
    assert (answer.json["working_days"], answer.json["notice_ends_on"]) == (5, "2026-10-10")


@pytest.mark.parametrize("days", [2, 11, 0, -1, "x", None])
def test_a_notice_is_neither_too_short_nor_too_long(office: Office, days: Any) -> None:
    statement = office.prepared()
    answer = office.call("POST", f"/statements/{statement}/publish", {"working_days": days})
    assert answer.status_code == 422


def test_everybody_concerned_is_told_once(office: Office, city: Database, roll: Roll) -> None:
    here, gone, came = roll("在"), join(city, OTHER, name="走"), join(city, name="来")
    belong(city, gone, BRANCH, "2026-01-01", "2026-10-16")
    belong(city, came, BRANCH, "2026-11-02")
    elsewhere = join(city, OTHER)
    statement = office.published()
    for member in (here, gone, came):
        (notice,) = told(city, member)
        assert (notice["kind"], notice["subject_id"]) == ("statement.published", statement)
    assert told(city, elsewhere) == []


def test_a_member_sees_the_own_line_before_the_others_do(
    office: Office, roll: Roll, attend: Any, post: Post
) -> None:
    member, other = roll("张三"), roll("李四")
    post(attend(member, day="2026-10-08"), attend(other, day="2026-10-08"))
    statement = office.prepared()
    (own,) = office.as_member(member, "GET", "/me/statements").json["items"]
    assert (own["id"], own["state"], own["line"]["total"]) == (statement, "draft", 2)
    assert own["line"]["member_id"] == str(member)
    unseen = office.as_member(member, "GET", f"/statements/{statement}")
    assert (unseen.status_code, unseen.json["code"]) == (404, "statement_unknown")
    assert office.as_member(member, "GET", "/statements").json["items"] == []
    assert len(office.call("GET", "/statements").json["items"]) == 1
    office.call("POST", f"/statements/{statement}/publish", {})
    assert len(office.as_member(member, "GET", f"/statements/{statement}").json["lines"]) == 2
    assert len(office.as_member(member, "GET", "/statements").json["items"]) == 1


def test_the_own_line_stays_readable_after_a_transfer(
    office: Office, city: Database, attend: Any, post: Post
) -> None:
    member = join(city, OTHER)
    belong(city, member, BRANCH, "2026-01-01", "2026-10-16")
    belong(city, member, OTHER, "2026-10-16")
    post(attend(member, day="2026-10-08"), attend(member, "theme_day", "2026-10-20"))
    old, new = office.published(), office.prepared(organisation=OTHER)
    items = office.as_member(member, "GET", "/me/statements", home=THERE).json["items"]
    assert {(item["id"], item["line"]["total"]) for item in items} == {(old, 2), (new, 1)}
    answer = office.as_member(member, "GET", f"/statements/{old}", home=THERE)
    assert answer.status_code == 404, "the others' lines are the old branch's"
    first = office.as_member(member, "GET", "/me/statements?limit=1", home=THERE).json
    query = f"/me/statements?limit=1&cursor={first['next_cursor']}"
    second = office.as_member(member, "GET", query, home=THERE).json
    assert {p["items"][0]["id"] for p in (first, second)} == {old, new}
    assert second["next_cursor"] is None


def test_lists_are_filtered(office: Office, roll: Roll) -> None:
    roll()
    one, two = office.published(), office.prepared(organisation=OTHER)
    office.set_clock("2026-11-26T09:00")
    three = office.prepared("2026-11")

    def ids(query: str = "", **who: Any) -> list[str]:
        answer = office.as_admin("GET", f"/statements{query}", **who)
        return [item["id"] for item in answer.json["items"]]

    assert ids() == [three, two, one]
    assert ids(f"?organisation_id={BRANCH}") == [three, one]
    assert ids("?state=draft") == [three, two]
    assert ids(f"?month={MONTH}") == [two, one]
    assert ids(f"?organisation_id={UNIT}&month={MONTH}&state=published") == [one]
    assert ids(f"?organisation_id={new_id()}") == []
    assert ids(at="/city/u002/", home="/city/u002/b9/") == []
    for wrong in ("month=2026-13", "state=open", "organisation_id=1"):
        assert office.as_admin("GET", f"/statements?{wrong}").status_code == 422


def test_months_are_not_prepared_too_early_nor_twice(office: Office) -> None:
    def body(month: str, where: UUID = BRANCH) -> dict[str, str]:
        return {"organisation_id": str(where), "month": month}

    refused(office, 409, "month_not_over", "/statements", body("2026-11"))
    refused(office, 409, "month_not_over", "/statements", body("2027-11"))
    office.set_clock("2026-11-26T00:00")
    first = office.prepared("2026-11")
    again = refused(office, 409, "statement_exists", "/statements", body("2026-11"))
    assert again["statement_id"] == first
    refused(office, 422, "not_a_branch", "/statements", body(MONTH, UNIT), role="unit_admin",
            at="/city/u001/")  # fmt: skip
    refused(office, 404, "organisation_unknown", "/statements", body(MONTH, new_id()))
    refused(office, 403, "out_of_reach", "/statements", body(MONTH, OTHER))


def test_a_month_is_not_closed_before_its_end(office: Office, roll: Roll) -> None:
    roll()
    office.set_clock("2026-10-26T09:00")
    statement = office.prepared()
    office.call("POST", f"/statements/{statement}/publish", {"working_days": 3})
    office.set_clock("2026-10-31T09:00")
    refused(office, 409, "month_not_over", f"/statements/{statement}/close")
    office.set_clock("2026-11-01T00:00:01")
    assert office.call("POST", f"/statements/{statement}/close").status_code == 200


def test_steps_are_taken_in_order(office: Office, roll: Roll) -> None:
    roll()
    statement = office.prepared()
    refused(office, 409, "statement_not_published", f"/statements/{statement}/close")
    assert office.call("POST", f"/statements/{statement}/publish", {}).status_code == 200
    refused(office, 409, "statement_not_draft", f"/statements/{statement}/publish", {})
    office.let_pass(days=14)
    assert office.call("POST", f"/statements/{statement}/close").status_code == 200
    refused(office, 409, "statement_not_published", f"/statements/{statement}/close")
    refused(office, 409, "statement_not_draft", f"/statements/{statement}/publish", {})


def test_months_are_closed_in_order(office: Office, roll: Roll, attend: Any, post: Post) -> None:
    member = roll()
    post(attend(member, day="2026-08-08"), attend(member, day="2026-10-08"))
    august, october = office.published("2026-08"), office.published()
    office.let_pass(days=14)
    open_month = refused(office, 409, "earlier_month_open", f"/statements/{october}/close")
    assert open_month["month"] == "2026-08"
    for place, statement in enumerate((august, october), 1):
        answer = office.call("POST", f"/statements/{statement}/close")
        assert (answer.status_code, answer.json["sequence"]) == (200, place)
    assert office.read(october)["previous_hash"] == office.read(august)["hash"]
    assert office.broken() == []


def test_a_statement_says_how_many_claims_of_its_month_are_not_decided(
    office: Office, roll: Roll
) -> None:
    member = roll()
    statement = office.prepared()

    def claim(day: str) -> str:
        body = {"kind": "practical_matter", "day": day, "title": "修好了路灯"}
        return str(office.as_member(member, "POST", "/claims", body).json["id"])

    first, second = claim("2026-10-01"), claim("2026-10-31")
    claim("2026-11-01")
    assert office.read(statement)["open_claims"] == 2
    office.call("POST", f"/claims/{first}/review", {"decision": "approve"})
    office.call("POST", f"/claims/{second}/review", {"decision": "return", "reason": "写明地点"})
    assert office.call("GET", "/statements").json["items"][0]["open_claims"] == 1
    office.as_member(member, "POST", f"/claims/{second}/withdraw")
    assert office.read(statement)["open_claims"] == 0


def test_drafts_of_last_month_are_prepared_by_themselves(
    office: Office, city: Database, roll: Roll, attend: Any, post: Post
) -> None:
    there = join(city, OTHER)
    belong(city, there, OTHER, "2026-01-01")
    post(attend(roll(), day="2026-10-08"), attend(there, day="2026-11-08"))

    def prepare() -> int:
        with city.unit_of_work() as uow:
            made = prepare_last_month(uow)
            uow.commit()
        return made

    assert (prepare(), prepare()) == (1, 0)
    (draft,) = office.as_admin("GET", "/statements").json["items"]
    assert (draft["organisation_id"], draft["month"], draft["state"]) == (
        str(BRANCH),
        MONTH,
        "draft",
    )
    office.set_clock("2026-12-01T00:00:01")
    assert (prepare(), prepare()) == (1, 0)
    newest = office.as_admin("GET", "/statements").json["items"][0]
    assert (newest["organisation_id"], newest["month"]) == (str(OTHER), "2026-11")


def test_keeping_is_for_those_who_reach_the_branch(office: Office, roll: Roll) -> None:
    member = roll()
    statement = office.prepared()
    for action in ("publish", "close"):
        path = f"/statements/{statement}/{action}"
        refused(office, 404, "statement_unknown", path, {}, home=THERE)
        refused(office, 403, "role_needed", path, {}, who=member, role=None)
        refused(office, 404, "statement_unknown", f"/statements/{new_id()}/{action}", {})
    unseen = office.call("GET", f"/statements/{statement}", home=THERE)
    assert unseen.json["code"] == "statement_unknown"
    assert office.call("GET", f"/statements/{statement}", at=HERE).status_code == 200
