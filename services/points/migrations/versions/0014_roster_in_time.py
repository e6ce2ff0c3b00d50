"""What the roster said when something happened: who was scored, and where a branch lay."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

UP = (
    # Of members of whom nothing changed since they came there is no row.
    """
    CREATE TABLE scoring_changes (
        member_id uuid NOT NULL REFERENCES members (id),
        since timestamptz NOT NULL,
        scored boolean NOT NULL,
        PRIMARY KEY (member_id, since)
    )
    """,
    """
    CREATE TABLE organisation_moves (
        organisation_id uuid NOT NULL REFERENCES organisations (id),
        until timestamptz NOT NULL,
        path text NOT NULL,
        PRIMARY KEY (organisation_id, until)
    )
    """,
    "ALTER TABLE member_years DROP COLUMN scored",
)

DOWN = (
    "ALTER TABLE member_years ADD COLUMN scored boolean NOT NULL DEFAULT true",
    """
    UPDATE member_years y SET scored = false FROM members m
    WHERE m.id = y.member_id AND NOT m.scored
    """,
    "DROP TABLE organisation_moves",
    "DROP TABLE scoring_changes",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
