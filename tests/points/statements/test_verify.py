"""A closed statement is what it was; whoever changes anything is found out."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from services.points.statements import verify
from services.points.statements.chain import code_of
from services.points.statements.hashing import digest_of
from services.points.statements.models import LineRow, ObjectionRow, StatementRow
from services.points.statements.reading import verification
from shared.auth import Grant, Principal
from shared.database import Database, UnitOfWork
from shared.errors import NotFound
from shared.ids import new_id
from tests.points.city import OTHER
from tests.points.statements.office import HERE, MONTH, THERE, Office

Roll = Callable[..., UUID]
Post = Callable[..., None]


@pytest.fixture
def chain(office: Office, roll: Roll, attend: Any, post: Post) -> list[dict[str, Any]]:
    """Three closed statements of the branch, with an objection to the second."""
    one, two = roll("张三"), roll("李四")
    post(
        *(attend(one, day=f"2026-{month:02d}-08") for month in (8, 9, 10)),
        attend(two, day="2026-09-08"),
    )
    closed = [office.closed("2026-08")]
    second = office.published("2026-09")
    body = {"line_member_id": str(one), "reason": "少记一次"}
    raised = office.as_member(two, "POST", f"/statements/{second}/objections", body).json
    answer = {"decision": "decline", "reason": "已核"}
    assert office.call("POST", f"/objections/{raised['id']}/answer", answer).status_code == 200
    office.let_pass(days=14)
    closed.append(office.call("POST", f"/statements/{second}/close").json)
    closed.append(office.closed())
    return closed


def ask(office: Office, code: str, **who: Any) -> Any:
    return office.as_admin("GET", f"/statements/verification?code={code}", **who)


def test_anyone_of_the_branch_checks_the_code(office: Office, chain: list[dict[str, Any]]) -> None:
    for statement, members in zip(chain, (2, 2, 2), strict=True):
        member = new_id()
        path = f"/statements/verification?code={statement['code']}"
        answer = office.as_member(member, "GET", path)
        assert answer.status_code == 200, answer.text
        seen = answer.json
        assert (seen["statement_id"], seen["hash"]) == (statement["id"], statement["hash"])
        assert (seen["month"], seen["members"]) == (statement["month"], members)
        assert (seen["hash_fits"], seen["ledger_fits"]) == (True, True)
        assert seen["organisation_name"] == "第一党支部"
    assert [s["sequence"] for s in chain] == [1, 2, 3]
    assert [s["previous_hash"] for s in chain] == [None, chain[0]["hash"], chain[1]["hash"]]
    assert office.broken() == []


def test_a_code_copied_by_hand_is_understood(office: Office, chain: list[dict[str, Any]]) -> None:
    careless = chain[0]["code"].lower().replace("-", "").replace("0", "O").replace("1", "I")
    assert ask(office, careless).json["statement_id"] == chain[0]["id"]


def test_codes_of_others_and_of_nobody_are_unknown(
    office: Office, chain: list[dict[str, Any]]
) -> None:
    path = f"/statements/verification?code={chain[0]['code']}"
    stranger = office.as_member(new_id(), "GET", path, home=THERE)
    assert (stranger.status_code, stranger.json["code"]) == (404, "verification_code_unknown")
    details = set()
    for language in ("zh", "en"):
        nothing = ask(office, "0000-0000-0000", language=language)
        assert (nothing.status_code, nothing.json["code"]) == (404, "verification_code_unknown")
        details.add(nothing.json["detail"])
    assert len(details) == 2
    assert office.call("GET", "/statements/verification").status_code == 422


TABLES = {"statements": StatementRow, "statement_lines": LineRow, "objections": ObjectionRow}
# Another value that the column's type allows.
OTHERWISE = {
    UUID: "gen_random_uuid()",
    str: "coalesce({column}, '') || '0'",
    int: "coalesce({column}, 0) + 10",
    datetime: "{column} + interval '1 second'",
    date: "{column} + 1",
    bool: "NOT {column}",
}
SPECIAL = {
    ("statements", "month"): "'2026-07'",
    ("statements", "state"): "'published'",
    ("statements", "organisation_id"): f"'{OTHER}'",
}
ADMIN = Principal(new_id(), "管理员", HERE, (Grant("unit_admin", "/city/u001/"),))


@contextmanager
def tampered(city: Database, *changes: str) -> Iterator[UnitOfWork]:
    """Do what a database administrator could do: no triggers, no foreign keys, no checks."""
    with city.unit_of_work() as uow:
        uow.session.execute(text("SET LOCAL session_replication_role = replica"))
        checks = text(
            "SELECT conrelid::regclass, conname FROM pg_constraint WHERE contype = 'c'"
            " AND conrelid IN ('statements'::regclass, 'statement_lines'::regclass,"
            " 'objections'::regclass)"
        )
        for table, name in uow.session.execute(checks).all():
            uow.session.execute(text(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"'))
        for change in changes:
            assert uow.session.execute(text(change)).rowcount == 1  # type: ignore[attr-defined]
        yield uow


def verified(uow: UnitOfWork, sequence: int) -> tuple[bool, bool]:
    """Check the code that the branch's statement now has: (hash fits, ledger fits)."""
    query = text("SELECT code FROM statements WHERE sequence = :sequence")
    code = uow.session.scalar(query, {"sequence": sequence}) or "none"
    seen = verification(uow, ADMIN, code)
    return seen["hash_fits"], seen["ledger_fits"]


def one_row(table: str, statement: str) -> str:
    which = "id" if table == "statements" else "statement_id"
    return f"ctid = (SELECT ctid FROM {table} WHERE {which} = '{statement}' LIMIT 1)"


@pytest.mark.parametrize("table", TABLES)
def test_any_column_that_is_changed_is_found(
    office: Office, chain: list[dict[str, Any]], table: str
) -> None:
    missed = []
    for column in TABLES[table].__table__.columns:
        name = column.name
        value = SPECIAL.get((table, name)) or OTHERWISE[column.type.python_type]
        change = f"UPDATE {table} SET {name} = {value.format(column=name)}"
        with tampered(office.city, f"{change} WHERE {one_row(table, chain[1]['id'])}") as uow:
            if not list(verify.broken(uow)):
                missed.append(f"{name}: the checker")
            # A code that no longer has its form, or a place that is another, finds nothing at all.
            with suppress(NotFound):
                sequence = 12 if name == "sequence" else 2
                if verified(uow, sequence)[0]:
                    missed.append(f"{name}: the code")
    assert missed == []
    assert office.broken() == []


@pytest.mark.parametrize("table", [*TABLES, "closed_months"])
def test_a_row_that_vanished_is_missed(
    office: Office, chain: list[dict[str, Any]], table: str
) -> None:
    row = "month = '2026-09'" if table == "closed_months" else one_row(table, chain[1]["id"])
    with tampered(office.city, f"DELETE FROM {table} WHERE {row}") as uow:
        assert list(verify.broken(uow))


def test_the_last_statement_of_a_chain_is_missed_as_well(
    office: Office, chain: list[dict[str, Any]]
) -> None:
    change = f"DELETE FROM statements WHERE id = '{chain[2]['id']}'"
    with tampered(office.city, change) as uow:
        ((where, _, found),) = verify.broken(uow)
    assert MONTH in where
    assert found == "the month alone"


def test_one_made_up_with_all_its_hashes_does_not_fit_the_ledger(
    office: Office, chain: list[dict[str, Any]]
) -> None:
    change = (
        "UPDATE statement_lines SET gained = gained + 10, total = total + 10"
        f" WHERE {one_row('statement_lines', chain[2]['id'])}"
    )
    with tampered(office.city, change) as uow:
        row = uow.session.get_one(StatementRow, UUID(chain[2]["id"]))
        row.hash = digest_of(uow, row)
        row.code = code_of(row.hash)
        uow.session.flush()
        assert verified(uow, 3) == (True, False)
        ((where, expected, found),) = verify.broken(uow)
    assert "member" in where
    assert [had - has for had, has in zip(found, expected, strict=True)] == [0, 10, 0, 10]  # type: ignore[call-overload]


@pytest.mark.parametrize("column", ["points = points + 10", "organisation_id = NULL"])
def test_a_ledger_that_was_changed_no_longer_fits(
    office: Office, chain: list[dict[str, Any]], column: str
) -> None:
    change = (
        f"UPDATE ledger_entries SET {column} WHERE ctid ="
        " (SELECT ctid FROM ledger_entries ORDER BY occurred_at DESC LIMIT 1)"
    )
    with tampered(office.city, change) as uow:
        assert verified(uow, 3) == (True, False)
        assert verified(uow, 2) == (True, True)
        assert list(verify.broken(uow))


FINAL = (
    "UPDATE statements SET closed_by = gen_random_uuid()",
    "DELETE FROM statements",
    "TRUNCATE statements CASCADE",
    "UPDATE statement_lines SET name = '王五'",
    "DELETE FROM statement_lines",
    "TRUNCATE statement_lines",
    (
        "INSERT INTO statement_lines SELECT statement_id, gen_random_uuid(), 99, name, scored,"
        " before, gained, deducted, total, announced FROM statement_lines LIMIT 1"
    ),
    "UPDATE objections SET answer = 'x'",
    "DELETE FROM objections",
    "TRUNCATE objections",
    (
        "INSERT INTO objections SELECT gen_random_uuid(), statement_id, line_member_id,"
        " raised_by, raised_at, reason FROM objections LIMIT 1"
    ),
)


def test_the_database_refuses_to_change_what_is_closed(
    office: Office, chain: list[dict[str, Any]]
) -> None:
    with office.city.unit_of_work() as uow:
        for change in FINAL:
            with (
                pytest.raises(DatabaseError, match=r"final|append-only"),
                uow.session.begin_nested(),
            ):
                uow.session.execute(text(change))
