"""Whatever column of whatever guarded table is changed behind the suite's back, the checker says so.

The columns come from the database itself, so that none that is added later escapes.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from services.points.checker import journal, seals
from services.points.checker.check import check
from services.points.checker.proofs import prove
from services.points.ledger import closed_months
from services.points.ledger.attendance import AttendancePosting
from shared.database import Database, UnitOfWork
from shared.testing.plugin import MakeDatabase
from tests.architecture.one_of_each import IDS, fill_points
from tests.points.city import deliver

GUARDED = sorted({*journal.TABLES, *seals.TABLES, "member_years", "period_points", "seals"})

# How a value becomes another of its type; %s is the column.
OTHER = {
    "uuid": "gen_random_uuid()",
    "integer": "coalesce(%s, 0) + 1",
    "smallint": "coalesce(%s, 0) + 1",
    "bigint": "coalesce(%s, 0) + 1000000",
    "boolean": "NOT coalesce(%s, false)",
    "text": "coalesce(%s, '') || 'x'",
    "date": "coalesce(%s, '2026-01-01') + 1",
    "timestamp with time zone": "coalesce(%s, '2026-01-01') + interval '1 minute'",
    "json": """'{"another": 1}'""",
    "jsonb": """'{"another": 1}'""",
    "bytea": r"coalesce(%s, '\x') || '\x00'",
}
# What counts the postings of a year and says nothing of points: only its order matters.
SAYS_NOTHING = {("member_years", "version")}
# A row of which the change says something: of others nothing follows from it.
WHICH = {
    ("ledger_entries", "reverses"): "reverses IS NOT NULL",
    ("facts", "state"): "state = 'present'",
}


@pytest.fixture
def full(make_database: MakeDatabase, attend: Callable[..., dict[str, Any]]) -> Database:
    """A branch with one of everything, with points, annulments and a closed month, all sealed."""
    database = make_database("points")
    with database.unit_of_work() as uow:
        fill_points(uow)
        closed_months.close(uow, IDS["branch_id"], "2026-08")
        uow.session.execute(
            text(
                "INSERT INTO calendar_days (day, working, reason, set_by, set_at, version)"
                " VALUES ('2026-10-10', true, '调休', :somebody, now(), 1)"
            ),
            IDS,
        )
        uow.session.execute(
            text(
                "INSERT INTO appeal_steps (appeal_id, id, action, level, actor, reason, at)"
                " VALUES (:appeal_id, gen_random_uuid(), 'lodged', 'branch', :member_id, '漏记', now())"
            ),
            IDS,
        )
        uow.session.execute(
            text(
                "INSERT INTO claim_steps (member_id, claim_id, number, step, done_by, done_at, content)"
                " VALUES (:member_id, :claim_id, 1, 'submitted', :member_id, now(), '{}')"
            ),
            IDS,
        )
        uow.session.execute(
            text(
                "INSERT INTO audit_log (id, at, actor_id, reach, action, permission, subject_ids,"
                " organisation_id, filters, request_id, status) VALUES (gen_random_uuid(), :then,"
                " :somebody, '{}', 'GET /x', 'x', '{}', :branch_id, '{}', 'x', 200)"
            ),
            {**IDS, "then": datetime(2026, 11, 1, tzinfo=UTC)},
        )
        uow.commit()
    member = IDS["member_id"]
    lecture, meeting = attend(member, day="2026-11-03"), attend(member, "culture", "2026-11-05")
    deliver(database, AttendancePosting(), lecture, meeting, attend(member, day="2026-11-04"))
    annulled = lecture | {"state": "annulled", "reason": "误签", "revision": 2}
    deliver(database, AttendancePosting(), annulled)
    with database.unit_of_work() as uow:
        seals.seal(uow, timedelta())
        uow.commit()
    _, proof = prove(database, None)
    assert proof.violations == []
    return database


def columns(uow: UnitOfWork, table: str) -> list[tuple[str, str]]:
    found = uow.session.execute(
        text(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name = :table AND is_generated = 'NEVER'"
        ),
        {"table": table},
    )
    return [(name, kind) for name, kind in found]


def without_guards(uow: UnitOfWork, table: str) -> None:
    """What a database administrator could do: no triggers, no foreign keys, no checks."""
    uow.session.execute(text("SET LOCAL session_replication_role = replica"))
    constraints = uow.session.scalars(
        text(
            "SELECT conname FROM pg_constraint"
            " WHERE conrelid = CAST(:table AS regclass) AND contype = 'c'"
        ),
        {"table": table},
    ).all()
    for name in constraints:
        uow.session.execute(text(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"'))
    uow.session.execute(
        text(f"ALTER TABLE {table} ALTER COLUMN {_key(uow, table)} DROP IDENTITY IF EXISTS")
    )


def _key(uow: UnitOfWork, table: str) -> str:
    return columns(uow, table)[0][0]


@pytest.mark.parametrize("table", GUARDED)
def test_any_column_that_is_changed_is_found(full: Database, table: str) -> None:
    with full.unit_of_work() as uow:
        without_guards(uow, table)
        tried, missed = columns(uow, table), []
        for column, kind in tried:
            here = uow.session.begin_nested()
            which = WHICH.get((table, column), "true")
            change = OTHER.get(kind, kind).replace("%s", column)
            if kind == "ARRAY":
                change = f"array_cat({column}, ARRAY[gen_random_uuid()::text]::text[])"
                if column in ("subject_ids", "involved"):
                    change = f"array_append({column}, gen_random_uuid())"
            changed = uow.session.execute(
                text(
                    f"UPDATE {table} SET {column} = {change}"
                    f" WHERE ctid = (SELECT ctid FROM {table} WHERE {which} LIMIT 1)"
                )
            )
            assert changed.rowcount == 1, (table, column)  # type: ignore[attr-defined]
            if not check(uow).broken and (table, column) not in SAYS_NOTHING:
                missed.append(column)
            here.rollback()
    assert len(tried) > 2
    assert missed == []


@pytest.mark.parametrize("table", GUARDED)
def test_any_row_that_vanished_is_missed(full: Database, table: str) -> None:
    with full.unit_of_work() as uow:
        without_guards(uow, table)
        uow.session.execute(
            text(f"DELETE FROM {table} WHERE ctid = (SELECT ctid FROM {table} LIMIT 1)")
        )
        assert check(uow).broken


@pytest.mark.parametrize("trigger", sorted(journal.TRIGGERS))
def test_a_guard_that_was_switched_off_is_missed(full: Database, trigger: str) -> None:
    with full.unit_of_work() as uow:
        table = uow.session.scalar(
            text("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = :name"),
            {"name": trigger},
        )
        uow.session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}"))
        assert trigger in {violation.where for violation in check(uow).violations}
