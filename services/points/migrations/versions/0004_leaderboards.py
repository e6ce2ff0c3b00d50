"""How much of a board people see."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

UP = (
    """
    CREATE TABLE board_policies (
        organisation_id uuid PRIMARY KEY REFERENCES organisations (id),
        policy text NOT NULL CHECK (
            policy IN ('off', 'own_position', 'top_n_and_own', 'full')
        ),
        top_n integer NOT NULL DEFAULT 10 CHECK (top_n BETWEEN 1 AND 100),
        -- The one switch: only the committee's row can turn every board of the city off.
        all_off boolean NOT NULL DEFAULT false,
        changed_by uuid NOT NULL,
        changed_at timestamptz NOT NULL,
        version integer NOT NULL DEFAULT 1
    )
    """,
)

DOWN = ("DROP TABLE board_policies",)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
