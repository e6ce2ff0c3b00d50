"""First letters by which the desk finds people, and scans of rehearsals."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from shared.names import initials

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_BATCH = 5_000

UP = (
    "ALTER TABLE roster_members ADD COLUMN initials text NOT NULL DEFAULT ''",
    "CREATE INDEX roster_members_by_initials ON roster_members (initials text_pattern_ops)",
    # A rehearsal's scans are no check-ins: they lie here alone, and nothing is told of them.
    """
    CREATE TABLE rehearsal_scans (
        session_id uuid NOT NULL REFERENCES event_sessions (id) ON DELETE CASCADE,
        member_id uuid NOT NULL,
        scanned_at timestamptz NOT NULL,
        PRIMARY KEY (session_id, member_id)
    )
    """,
)
DOWN = (
    "DROP TABLE rehearsal_scans",
    "DROP INDEX roster_members_by_initials",
    "ALTER TABLE roster_members DROP COLUMN initials",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)
    _fill(op.get_bind())


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)


def _fill(connection: sa.Connection) -> None:
    found = connection.execute(sa.text("SELECT id, name FROM roster_members"))
    rows = [(row.id, initials(row.name)) for row in found]
    for start in range(0, len(rows), _BATCH):
        _put(connection, rows[start : start + _BATCH])


def _put(connection: sa.Connection, rows: Sequence[tuple[Any, str]]) -> None:
    connection.execute(
        sa.text("""
            UPDATE roster_members m SET initials = f.initials
            FROM unnest(CAST(:ids AS uuid[]), CAST(:initials AS text[])) AS f (id, initials)
            WHERE m.id = f.id
        """),
        {"ids": [row[0] for row in rows], "initials": [row[1] for row in rows]},
    )
