"""Long jobs; what a simulation found for each member whose points would change."""

from alembic import op

from shared.jobs.tables import JOBS_V1_DOWN, JOBS_V1_UP

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

UP = (
    *JOBS_V1_UP,
    """
    CREATE TABLE simulation_changes (
        simulation_id uuid NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
        member_id uuid NOT NULL,
        organisation_id uuid NOT NULL,
        before integer NOT NULL,
        after integer NOT NULL,
        PRIMARY KEY (simulation_id, member_id),
        CHECK (before <> after)
    )
    """,
)

DOWN = ("DROP TABLE simulation_changes", *JOBS_V1_DOWN)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
