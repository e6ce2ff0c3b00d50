"""The checker finds nothing wrong where nothing is, and says where when anything was changed."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from redis import Redis
from sqlalchemy import text

from services.points.checker.check import check, check_attendance
from services.points.checker.proof import Proof
from services.points.leaderboards.projector import Projector
from shared.database import Database
from shared.ids import new_id

Setup = Callable[[], None]


@pytest.fixture
def history(
    city: Database,
    add_member: Callable[..., UUID],
    attend: Any,
    post: Callable[..., None],
    redis_client: Redis,
) -> list[dict[str, Any]]:
    """Some months of three members, with an annulment, a late arrival and hours."""
    one, two, three = add_member(), add_member(), add_member(scored=False)
    messages = [
        *(attend(one, day=f"2026-{month:02d}-10") for month in range(1, 7)),
        attend(one, "branch_meeting", "2026-11-10", tags=["lecture"]),
        attend(one, "volunteering", "2026-11-11", minutes=130),
        attend(two, "theme_day", "2026-11-03"),
        attend(two, "theme_day", "2026-11-12"),
        attend(two, "culture", "2025-05-04"),
        attend(three, "lecture", "2026-11-12"),
    ]
    for message in messages:
        post(message)
    post(attend(two, "theme_day", "2026-11-01"))
    messages[0] |= {"state": "annulled", "reason": "误签", "revision": 2}
    post(messages[0])
    Projector(city, redis_client).rebuild()
    return messages


def prove(database: Database, redis: Redis | None = None) -> Proof:
    with database.unit_of_work() as uow:
        return check(uow, redis)


def test_what_was_posted_is_proven(
    city: Database, history: list[dict[str, Any]], redis_client: Redis
) -> None:
    proof = prove(city, redis_client)
    assert proof.violations == []
    assert (proof.members, proof.facts) == (3, len(history))
    assert proof.boards == 6
    assert proof.points > 0


TAMPERED = [
    ("ledger_entries", "points", "points + 10"),
    ("ledger_entries", "worth", "worth + 10"),
    ("ledger_entries", "rule_code", "'L06'"),
    ("ledger_entries", "category", "'HONOR'"),
    ("ledger_entries", "rule_set_id", "gen_random_uuid()"),
    ("ledger_entries", "year", "year - 1"),
    ("ledger_entries", "occurred_at", "occurred_at + interval '40 days'"),
    ("ledger_entries", "limited_by", "''"),
    ("ledger_entries", "reverses", "NULL"),
    ("ledger_entries", "fact_id", "gen_random_uuid()"),
    ("ledger_entries", "member_id", "gen_random_uuid()"),
    ("facts", "kind", "'outdoor_work'"),
    ("facts", "tags", "'{organisational_life}'"),
    ("facts", "role", "'helper'"),
    ("facts", "source", "'manual'"),
    ("facts", "occurred_at", "occurred_at + interval '1 minute'"),
    ("facts", "minutes", "20"),
    ("facts", "state", "'annulled'"),
    ("facts", "member_id", "gen_random_uuid()"),
    ("facts", "id", "gen_random_uuid()"),
    ("member_years", "points", "points + 1"),
    ("member_years", "used", "'{}'"),
    ("member_years", "year", "year - 1"),
    ("member_years", "member_id", "gen_random_uuid()"),
    ("period_points", "points", "points + 1"),
    ("period_points", "period", "period || '0'"),
    ("period_points", "member_id", "gen_random_uuid()"),
    ("members", "scored", "NOT scored"),
    ("rule_sets", "state", "'draft'"),
    ("rule_sets", "monthly_gain", "5"),
    ("rule_sets", "category_caps", "'{\"LIFE\": 10}'"),
    ("rule_sets", "effective_at", "'2026-10-01'"),
    ("rules", "body", "jsonb_set(body, '{value,points}', '70')"),
]

# The row that is changed, where not any row will do.
WHICH = {
    ("ledger_entries", "limited_by"): "limited_by <> ''",
    ("ledger_entries", "reverses"): "reverses IS NOT NULL",
    ("ledger_entries", "rule_code"): "rule_code = 'L04' AND reverses IS NULL",
    ("facts", "minutes"): "minutes IS NOT NULL",
    ("rules", "body"): "code = 'L04'",
    ("members", "scored"): "scored",
}


@pytest.mark.parametrize(("table", "column", "value"), TAMPERED)
def test_any_change_behind_the_ledgers_back_is_found(
    city: Database, history: list[dict[str, Any]], table: str, column: str, value: str
) -> None:
    which = WHICH.get((table, column), "true")
    with city.unit_of_work() as uow:
        # What a database administrator could do: no triggers, no foreign keys, no checks.
        uow.session.execute(text("SET LOCAL session_replication_role = replica"))
        for check_constraint in uow.session.scalars(
            text(
                "SELECT conname FROM pg_constraint"
                " WHERE conrelid = CAST(:table AS regclass) AND contype = 'c'"
            ),
            {"table": table},
        ).all():
            uow.session.execute(text(f'ALTER TABLE {table} DROP CONSTRAINT "{check_constraint}"'))
        changed = uow.session.execute(
            text(
                f"UPDATE {table} SET {column} = {value}"
                f" WHERE ctid = (SELECT ctid FROM {table} WHERE {which} LIMIT 1)"
            )
        )
        assert changed.rowcount == 1  # type: ignore[attr-defined]
        uow.commit()
    proof = prove(city)
    assert proof.broken > 0
    assert proof.violations[0].where


@pytest.mark.parametrize("table", ["ledger_entries", "facts", "member_years", "period_points"])
def test_a_row_that_vanished_is_missed(
    city: Database, history: list[dict[str, Any]], table: str
) -> None:
    with city.unit_of_work() as uow:
        uow.session.execute(text("SET LOCAL session_replication_role = replica"))
        order = "points DESC" if table != "facts" else "state DESC, kind"
        uow.session.execute(
            text(
                f"DELETE FROM {table} WHERE ctid ="
                f" (SELECT ctid FROM {table} ORDER BY {order} LIMIT 1)"
            )
        )
        uow.commit()
    assert prove(city).broken > 0


def test_a_board_that_says_something_else_is_found(
    city: Database, history: list[dict[str, Any]], redis_client: Redis
) -> None:
    redis_client.zadd("{board:u001}:2026", {str(new_id()): 500})
    (violation,) = prove(city, redis_client).violations
    assert violation.rule == "board = total"
    assert violation.found == 500


def test_attendance_and_facts_are_compared_one_by_one(
    city: Database, history: list[dict[str, Any]]
) -> None:
    with city.unit_of_work() as uow:
        rows = uow.session.execute(text("SELECT id, member_id, revision, state FROM facts")).all()
        whole = [tuple(row) for row in rows]
        proof = Proof()
        check_attendance(uow, iter(whole), proof)  # type: ignore[arg-type]
        assert proof.broken == 0
        lost, wrong = whole[0], whole[1]
        altered = [(*wrong[:2], wrong[2] + 1, wrong[3]), *whole[2:], (new_id(), *lost[1:])]
        check_attendance(uow, iter(altered), proof)  # type: ignore[arg-type]
    assert proof.broken == 3
