"""Arrivals that are told late or in doubt wait for somebody to confirm them."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

UP = (
    # `received_at`: when it was told, where that was later than it happened. `flags`: why somebody
    # has to look at it. Whoever is `pending` is not told of until confirmed: revision 0, no news.
    """
    ALTER TABLE check_ins
        ADD COLUMN received_at timestamptz,
        ADD COLUMN flags text[] NOT NULL DEFAULT '{}',
        ADD COLUMN device bytea CHECK (octet_length(device) = 8),
        ADD COLUMN code_age integer,
        ADD COLUMN inside boolean,
        ADD COLUMN reviewed_by uuid,
        ADD COLUMN reviewed_at timestamptz,
        DROP CONSTRAINT check_ins_method_check,
        DROP CONSTRAINT check_ins_state_check,
        ADD CONSTRAINT check_ins_method_check CHECK (
            method IN ('code', 'claim', 'digits', 'static', 'pass', 'desk', 'list', 'import')
        ),
        ADD CONSTRAINT check_ins_state_check CHECK (state IN ('present', 'pending', 'annulled')),
        ADD CONSTRAINT pending_is_flagged CHECK (state <> 'pending' OR cardinality(flags) > 0),
        ADD CONSTRAINT pending_is_untold CHECK (
            state = 'annulled' OR (state = 'pending') = (revision = 0)
        ),
        ADD CONSTRAINT reviewed_by_somebody CHECK (
            (reviewed_by IS NULL) = (reviewed_at IS NULL)
        )
    """,
)

DOWN = (
    "DELETE FROM check_ins WHERE state = 'pending' OR method IN ('static', 'pass', 'list')",
    """
    ALTER TABLE check_ins
        DROP COLUMN received_at,
        DROP COLUMN flags,
        DROP COLUMN device,
        DROP COLUMN code_age,
        DROP COLUMN inside,
        DROP COLUMN reviewed_by,
        DROP COLUMN reviewed_at,
        DROP CONSTRAINT check_ins_method_check,
        DROP CONSTRAINT check_ins_state_check,
        ADD CONSTRAINT check_ins_method_check CHECK (
            method IN ('code', 'claim', 'digits', 'desk', 'import')
        ),
        ADD CONSTRAINT check_ins_state_check CHECK (state IN ('present', 'annulled'))
    """,
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
