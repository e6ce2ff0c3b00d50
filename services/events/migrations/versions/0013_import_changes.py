"""Previews of imports say what would change."""

from alembic import op

from shared.imports.tables import IMPORTS_V3_DOWN, IMPORTS_V3_UP

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in IMPORTS_V3_UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in IMPORTS_V3_DOWN:
        op.execute(statement)
