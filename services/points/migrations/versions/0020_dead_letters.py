"""Dead letters that somebody has decided on."""

from alembic import op

from shared.messaging.tables import MESSAGING_V2_DOWN, MESSAGING_V2_UP

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in MESSAGING_V2_UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in MESSAGING_V2_DOWN:
        op.execute(statement)
