"""Whatever column of whatever guarded table is changed behind the suite's back, the checker says so.

The columns come from the database itself, so that none that is added later escapes.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from services.points.checker import journal, seals
from services.points.checker.check import check
from services.points.checker.proofs import prove
from services.points.leaderboards import snapshots
from services.points.ledger import closed_months
from services.points.ledger.attendance import AttendancePosting
from shared.database import Database, UnitOfWork
from shared.testing.plugin import MakeDatabase
from tests.architecture.one_of_each import IDS, fill_points
from tests.points.city import deliver

GUARDED = sorted(
    {
        *journal.TABLES, *seals.TABLES,
        "closed_board_places", "member_years", "period_points", "seals",
    }
)  # fmt: skip
# Every table is guarded, or it is said why not.
NOT_GUARDED = {
    # Who belongs where. What points take from it is checked: `scored` against each year, and the
    # branch of then against each entry.
    "members": "the roster's, corrected every day",
    "memberships": "the roster's",
    "organisations": "the roster's",
    "scoring_changes": "the roster's; a year scored otherwise than it says is found",
    "organisation_moves": "the roster's; an entry scored by another unit's rules is found",
    "group_members": "the roster's",
    "namesakes": "who was told apart from whom; no points",
    "role_assignments": "the roster's; giving and taking is in the audit log",
    # What is only for show, or can be made again.
    "board_policies": "changes what is shown, no points",
    "simulation_changes": "what a simulation found; it can be simulated again",
    "attachments": "evidence that is deleted after 90 days",
    "report_files": "exports that are deleted after a week",
    # Work on its way.
    "imports": "its facts are sealed and name it; the file is not kept",
    "import_facts": "a fact without one is found",
    "import_changes": "what a preview found; forgotten once it is applied",
    "import_errors": "refusals of files that were not applied",
    "import_progress": "how far a file is",
    "jobs": "work to be done",
    "inbox": "what was received, for ninety days",
    "outbox": "what is told to others, for ninety days",
    "dead_letters": "what could not be received",
    "idempotency_keys": "answers given, for a week",
    # The proofs themselves. The newest seal belongs written down elsewhere.
    "proofs": "each says what was found that day",
    "retention_runs": "what was given up; the rows are gone",
    "alembic_version": "of the schema",
}

# How a value becomes another of its type; %s is the column.
OTHER = {
    "uuid": "gen_random_uuid()",
    "integer": "coalesce(%s, 0) + 1000",
    "smallint": "coalesce(%s, 0) + 1000",
    "bigint": "coalesce(%s, 0) + 1000000",
    "boolean": "NOT coalesce(%s, false)",
    "text": "coalesce(%s, '') || 'x'",
    "date": "coalesce(%s, '2026-01-01') + 1",
    "timestamp with time zone": "coalesce(%s, '2026-01-01') + interval '1 minute'",
    "json": """'{"another": 1}'""",
    "jsonb": """'{"another": 1}'""",
    "bytea": r"coalesce(%s, '\x') || '\x00'",
}
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
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
    earlier = attend(member, day="2026-09-03")
    deliver(
        database, AttendancePosting(), earlier, lecture, meeting, attend(member, day="2026-11-04")
    )
    annulled = lecture | {"state": "annulled", "reason": "误签", "revision": 2}
    deliver(database, AttendancePosting(), annulled)
    with database.unit_of_work() as uow:
        assert snapshots.freeze(uow) == ["2026-09", "2026-Q3"]
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


def test_every_table_is_guarded_or_it_is_said_why_not(full: Database) -> None:
    with full.unit_of_work() as uow:
        there = set(
            uow.session.scalars(
                text(
                    "SELECT table_name FROM information_schema.tables"
                    " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
                )
            )
        )
    assert there == {*GUARDED, *NOT_GUARDED}
    assert not NOT_GUARDED.keys() & set(GUARDED)


@pytest.mark.parametrize("table", GUARDED)
def test_any_column_that_is_changed_is_found_and_said_where(full: Database, table: str) -> None:
    with full.unit_of_work() as uow:
        without_guards(uow, table)
        tried, missed = columns(uow, table), []
        for column, kind in tried:
            here = uow.session.begin_nested()
            places = change(uow, table, column, kind)
            found = [
                violation.where
                for violation in check(uow).violations
                if any(place in violation.where for place in places)
            ]
            if not found and (table, column) not in SAYS_NOTHING:
                missed.append(column)
            here.rollback()
    assert len(tried) > 2
    assert missed == []


def change(uow: UnitOfWork, table: str, column: str, kind: str) -> set[str]:
    """Change a column of one row; return what names the place: the table, and the ids in the row."""
    which = WHICH.get((table, column), "true")
    another = OTHER.get(kind, kind).replace("%s", column)
    if kind == "ARRAY":
        another = f"array_cat({column}, ARRAY[gen_random_uuid()::text]::text[])"
        if column in ("subject_ids", "involved"):
            another = f"array_append({column}, gen_random_uuid())"
    changed = uow.session.execute(
        text(
            f"WITH was AS (SELECT ctid, to_jsonb(t) AS row FROM {table} t WHERE {which} LIMIT 1)"
            f" UPDATE {table} t SET {column} = {another} FROM was WHERE t.ctid = was.ctid"
            " RETURNING was.row, to_jsonb(t) AS now"
        )
    ).all()
    assert len(changed) == 1, (table, column)
    assert changed[0].row != changed[0].now, (table, column)
    ids = {value for row in changed[0] for value in row.values() if ID.fullmatch(str(value))}
    # A seal is named by what it seals.
    return {"seal" if table == "seals" else table, *ids}


@pytest.mark.parametrize("table", GUARDED)
def test_any_row_that_vanished_is_missed(full: Database, table: str) -> None:
    with full.unit_of_work() as uow:
        without_guards(uow, table)
        uow.session.execute(
            text(f"DELETE FROM {table} WHERE ctid = (SELECT ctid FROM {table} LIMIT 1)")
        )
        assert check(uow).broken


@pytest.mark.parametrize("how", ["ALTER TABLE {0} DISABLE TRIGGER {1}", "DROP TRIGGER {1} ON {0}"])
def test_a_guard_that_was_switched_off_or_removed_is_missed(full: Database, how: str) -> None:
    with full.unit_of_work() as uow:
        triggers = uow.session.execute(
            text(
                "SELECT tgrelid::regclass::text, tgname FROM pg_trigger"
                " WHERE NOT tgisinternal ORDER BY 2"
            )
        ).all()
        assert {name for _, name in triggers} >= journal.TRIGGERS
        for table, name in triggers:
            if how.startswith("DROP") and name not in journal.TRIGGERS:
                continue
            here = uow.session.begin_nested()
            uow.session.execute(text(how.format(table, name)))
            assert name in {violation.where for violation in check(uow).violations}
            here.rollback()
