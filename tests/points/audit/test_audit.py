"""Whatever people do, see or are refused is there for the auditor, with names masked."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from services.points.audit import retention
from services.points.checker import seals
from services.points.checker.check import check
from shared.clock import SHANGHAI, FixedClock
from shared.database import Database
from shared.ids import new_id
from shared.retention import rows, standing
from shared.retention.rules import keep_no_longer
from shared.testing.plugin import TokenFor
from tests.points.city import BRANCH

PATH = "/city/u001/b0001/"


class People:
    """A secretary, an auditor and a member, who call by their own tokens."""

    def __init__(self, client: FlaskClient, token_for: TokenFor, member: UUID) -> None:
        self.secretary, self.auditor, self.member = member, new_id(), new_id()
        self.admin = new_id()
        self._client = client
        self._tokens = {
            self.secretary: token_for(self.secretary, PATH, [("branch_secretary", PATH)]),
            self.auditor: token_for(self.auditor, "/city/u001/b0009/", [("auditor", "/city/")]),
            self.admin: token_for(self.admin, "/city/u001/b0009/", [("city_admin", "/city/")]),
            self.member: token_for(self.member, PATH, []),
        }

    def call(self, who: UUID, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {self._tokens[who]}"}
        return self._client.open(f"/api/v1{path}", method=method, json=body, headers=headers)

    def log(self, query: str = "") -> list[dict[str, Any]]:
        answer = self.call(self.auditor, "GET", f"/audit?{query}")
        assert answer.status_code == 200, answer.text
        return list(answer.json["items"])


@pytest.fixture
def people(
    city: Database, client: FlaskClient, token_for: TokenFor, add_member: Callable[..., UUID]
) -> People:
    return People(client, token_for, add_member(name="张三丰"))


def test_who_saw_whom_is_noted_and_the_name_masked(
    people: People, add_member: Callable[..., UUID]
) -> None:
    somebody = add_member()
    assert people.call(people.secretary, "GET", f"/members/{somebody}/points").status_code == 200
    (act,) = people.log(f"subject_id={somebody}")
    assert act["action"] == "GET /members/<member_id>/points"
    assert (act["actor_id"], act["actor_name"]) == (str(people.secretary), "张*")
    assert act["reach"] == [f"branch_secretary {PATH}"]
    assert (act["permission"], act["status"]) == ("points.read", 200)


def test_looking_at_the_own_data_is_nobodys_business(people: People) -> None:
    assert people.call(people.secretary, "GET", "/me/points").status_code == 200
    assert people.log(f"actor_id={people.secretary}") == []


def test_a_change_is_noted_with_what_it_made_and_undone_together_with_it(people: People) -> None:
    answer = people.call(
        people.admin, "POST", "/organisations",
        {"parent_id": str(BRANCH), "name": "第一党小组", "kind": "group", "code": "g1"},
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    again = people.call(
        people.admin, "POST", "/organisations",
        {"parent_id": str(BRANCH), "name": "第一党小组", "kind": "group", "code": "g1"},
    )  # fmt: skip
    assert again.status_code == 409
    (act,) = people.log(f"actor_id={people.admin}")
    assert (act["action"], act["status"]) == ("POST /organisations", 201)
    assert answer.json["id"] in act["subject_ids"]


def test_a_refusal_is_noted_and_what_people_typed_is_not(people: People) -> None:
    assert people.call(people.member, "GET", "/audit?organisation_id=1").status_code == 403
    assert people.call(people.secretary, "GET", "/audit").status_code == 403
    refused = people.log("refused=true")
    assert [(act["actor_id"], act["status"]) for act in refused] == [
        (str(people.secretary), 403),
        (str(people.member), 403),
    ]
    people.call(people.secretary, "GET", "/members?q=张三丰")
    (seen,) = people.log(f"actor_id={people.secretary}&refused=false")
    assert seen["filters"] == {"q": "…"}


def test_the_log_says_which_report_was_read_and_which_was_taken_away(people: People) -> None:
    of = f"organisation_id={BRANCH}&year=2026"
    for path in (
        f"/reports/branch-evidence?{of}",
        f"/reports/branch-evidence?{of}&format=pdf",
        f"/reports/ledger?{of}&format=csv",
    ):
        assert people.call(people.secretary, "GET", path).status_code == 200
    asked = people.call(
        people.secretary, "POST", "/report-jobs",
        {"name": "ledger", "organisation_id": str(BRANCH), "format": "csv"},
    ).json  # fmt: skip
    # Whoever waits for a job asks every second.
    assert people.call(people.secretary, "GET", f"/report-jobs/{asked['id']}").status_code == 200
    log = f"actor_id={people.secretary}"
    assert {act["filters"]["name"] for act in people.log(f"{log}&what=saw")} == {"branch-evidence"}
    assert [act["filters"]["file"] for act in people.log(f"{log}&what=exported")] == [
        "ledger-b0001-20260101-20261231.csv",
        "branch-evidence-b0001-20260101-20261231.pdf",
    ]
    (did,) = people.log(f"{log}&what=did")
    assert (did["action"], did["filters"]) == ("POST /report-jobs", {"format": "csv"})
    assert len(people.log(log)) == 4
    assert people.call(people.auditor, "GET", "/audit?what=thought").status_code == 422


def test_a_list_that_goes_into_a_file_is_noted_as_an_export(people: People) -> None:
    def taken(path: str) -> list[dict[str, Any]]:
        assert people.call(people.secretary, "GET", path).status_code == 200
        return people.log(f"actor_id={people.secretary}&what=exported")

    assert taken("/members?limit=200") == []
    (act,) = taken("/members?limit=200&export=true")
    assert act["filters"] == {"limit": "200", "export": "true"}
    # What everybody may read is noted where it is taken away.
    assert taken("/organisations") == [act]
    assert [each["action"] for each in taken("/organisations?export=true")] == [
        "GET /organisations",
        "GET /members",
    ]
    refused = people.call(people.secretary, "GET", "/members?export=no")
    assert refused.status_code == 422


def test_the_log_is_paged_and_reading_it_is_noted(
    people: People, add_member: Callable[..., UUID]
) -> None:
    for _ in range(3):
        people.call(people.secretary, "GET", f"/members/{add_member()}/points")
    place, found = "", []
    while True:
        answer = people.call(
            people.auditor, "GET", f"/audit?limit=2&actor_id={people.secretary}{place}"
        )
        found += [act["id"] for act in answer.json["items"]]
        if answer.json["next_cursor"] is None:
            break
        place = f"&cursor={answer.json['next_cursor']}"
    assert len(found) == len(set(found)) == 3
    assert found == sorted(found, reverse=True)
    assert {act["action"] for act in people.log(f"actor_id={people.auditor}")} == {"GET /audit"}


def test_a_span_is_taken_away_and_that_is_noted(
    people: People, clock: FixedClock, add_member: Callable[..., UUID]
) -> None:
    people.call(people.secretary, "GET", f"/members/{add_member()}/points")
    span = "since=2026-11-01T00:00:00%2B08:00&until=2026-12-01T00:00:00%2B08:00"
    answer = people.call(people.auditor, "GET", f"/audit/export?{span}")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    (seen,) = [row for row in rows if "GET /members/<member_id>/points" in row]
    assert seen[:2] == [f"{clock.now().astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}", "张*"]
    book = people.call(people.auditor, "GET", f"/audit/export?{span}&format=xlsx")
    assert openpyxl.load_workbook(BytesIO(book.data)).active is not None
    acts = [act["action"] for act in people.log(f"actor_id={people.auditor}")]
    assert acts == ["GET /audit/export"] * 2


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        (
            "since=2026-10-01T00:00:00%2B08:00&until=2026-12-01T00:00:00%2B08:00",
            422,
            "audit_span_too_long",
        ),
        (
            "since=2026-11-02T00:00:00%2B08:00&until=2026-11-01T00:00:00%2B08:00",
            422,
            "audit_span_too_long",
        ),
        ("since=2026-11-02T00:00:00%2B08:00", 422, "fields_invalid"),
        ("since=yesterday&until=today", 422, "fields_invalid"),
    ],
)
def test_a_span_that_is_none_is_refused(people: People, query: str, status: int, code: str) -> None:
    answer = people.call(people.auditor, "GET", f"/audit/export?{query}")
    assert (answer.status_code, answer.json["code"]) == (status, code)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_log SET status = 500", "DELETE FROM audit_log", "TRUNCATE audit_log"],
)
def test_nobody_rewrites_the_log(people: People, city: Database, statement: str) -> None:
    people.log()
    with city.unit_of_work() as uow:
        uow.session.execute(text("SET LOCAL audit.retention = 'on'"))
        with pytest.raises(DatabaseError, match="append-only"):
            uow.session.execute(text(statement))


def test_what_is_past_its_time_is_given_up_and_the_rest_still_proven(
    people: People, city: Database, clock: FixedClock, app: APIFlask, monkeypatch: Any
) -> None:
    # More than one transaction takes, so that a seal is given up in parts.
    monkeypatch.setattr(standing, "_forget_acts", rows("audit_log", "at < :before", batch=1))
    clock.advance(-900 * 86_400)
    people.log()
    people.log()
    clock.advance(86_400)
    with city.unit_of_work() as uow:
        seals.seal(uow)
        uow.commit()
    clock.advance(899 * 86_400)
    people.log()
    rules = retention.rules(app.extensions["suite"].settings, city)
    given_up = keep_no_longer(city, rules)
    assert given_up is not None
    assert given_up["audit_log"] == 2
    assert keep_no_longer(city, rules) is None, "it was done today"
    with city.unit_of_work() as uow:
        seals.seal(uow, timedelta())
        uow.commit()
    with city.unit_of_work() as uow:
        assert uow.session.scalar(text("SELECT count(*) FROM audit_log")) == 1
        assert check(uow).violations == []
