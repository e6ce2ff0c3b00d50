"""Imports are looked at before they are applied, and undone as one."""

from alembic import op

from shared.imports.tables import IMPORTS_V2_DOWN, IMPORTS_V2_UP

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

UP = (
    *IMPORTS_V2_UP,
    # Every fact that a file named, and what it said of it. One that several files name is as the
    # last says that is not undone; `place` is the order in which they were applied.
    """
    CREATE TABLE import_facts (
        import_id uuid NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
        member_id uuid NOT NULL,
        fact_id uuid NOT NULL,
        place bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
        minutes integer,
        PRIMARY KEY (import_id, member_id, fact_id)
    )
    """,
    "CREATE INDEX import_facts_by_fact ON import_facts (member_id, fact_id)",
)

DOWN = ("DROP TABLE import_facts", *IMPORTS_V2_DOWN)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
