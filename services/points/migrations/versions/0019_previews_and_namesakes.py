"""Previews say what would change; people that look alike are looked at once."""

from alembic import op

from shared.imports.tables import IMPORTS_V3_DOWN, IMPORTS_V3_UP

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

UP = (
    *IMPORTS_V3_UP,
    # Two entries that somebody has looked at: they are two people of one name.
    """
    CREATE TABLE namesakes (
        first_id uuid NOT NULL REFERENCES members (id),
        second_id uuid NOT NULL REFERENCES members (id),
        told_apart_by uuid NOT NULL,
        told_apart_at timestamptz NOT NULL,
        PRIMARY KEY (first_id, second_id),
        CHECK (first_id < second_id)
    )
    """,
)

DOWN = ("DROP TABLE namesakes", *IMPORTS_V3_DOWN)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
