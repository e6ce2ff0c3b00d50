"""Files of reports, made to be fetched."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

UP = (
    # What a job of reports made; kept in parts outside the database until it expires. The row is
    # there before the first part, so that no part is ever forgotten.
    """
    CREATE TABLE report_files (
        job_id uuid PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
        filename text NOT NULL,
        format text NOT NULL,
        size bigint NOT NULL CHECK (size > 0),
        parts integer NOT NULL CHECK (parts > 0),
        expires_at timestamptz NOT NULL,
        removed_at timestamptz
    )
    """,
    "CREATE INDEX report_files_kept ON report_files (expires_at) WHERE removed_at IS NULL",
)

DOWN = ("DROP TABLE report_files",)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
