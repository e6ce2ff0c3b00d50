"""Imports are looked at before they are applied."""

from alembic import op

from shared.imports.tables import IMPORTS_V2_DOWN, IMPORTS_V2_UP

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

UP = IMPORTS_V2_UP
DOWN = IMPORTS_V2_DOWN


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
