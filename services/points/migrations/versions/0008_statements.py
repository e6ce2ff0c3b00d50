"""Working days."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

UP = (
    # Where the city says otherwise than the published calendar.
    """
    CREATE TABLE calendar_days (
        day date PRIMARY KEY CHECK (day BETWEEN '2001-01-01' AND '2099-12-31'),
        working boolean NOT NULL,
        reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 200),
        set_by uuid NOT NULL,
        set_at timestamptz NOT NULL,
        version integer NOT NULL CHECK (version > 0)
    )
    """,
)

DOWN = ("DROP TABLE calendar_days",)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
