"""Dead letters that somebody has decided on; what was given up, when it was past its time."""

from alembic import op

from shared.messaging.tables import MESSAGING_V2_DOWN, MESSAGING_V2_UP
from shared.retention.tables import RETENTION_V1_DOWN, RETENTION_V1_UP

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in MESSAGING_V2_UP + RETENTION_V1_UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in RETENTION_V1_DOWN + MESSAGING_V2_DOWN:
        op.execute(statement)
