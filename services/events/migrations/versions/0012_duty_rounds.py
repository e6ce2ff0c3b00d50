"""On which days those who answer for the branch calendar have been reminded; teams by member."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

UP: tuple[str, ...] = (
    "CREATE TABLE duty_rounds (day date PRIMARY KEY)",
    "CREATE INDEX team_members_by_member ON team_members (member_id)",
)
DOWN: tuple[str, ...] = ("DROP INDEX team_members_by_member", "DROP TABLE duty_rounds")


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
