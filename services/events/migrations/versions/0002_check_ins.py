"""Check-ins: one a member and session."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

UP = (
    """
    CREATE TABLE check_ins (
        id uuid PRIMARY KEY,
        event_id uuid NOT NULL REFERENCES events (id),
        session_id uuid NOT NULL REFERENCES event_sessions (id),
        member_id uuid NOT NULL,
        role text NOT NULL CHECK (role IN ('participant', 'lecturer', 'helper')),
        method text NOT NULL CHECK (method IN ('code', 'claim', 'digits', 'desk', 'import')),
        client_ref uuid NOT NULL,
        request_hash bytea NOT NULL,
        claim_nonce uuid UNIQUE,
        checked_in_at timestamptz NOT NULL,
        checked_out_at timestamptz,
        minutes integer CHECK (minutes >= 0),
        state text NOT NULL DEFAULT 'present' CHECK (state IN ('present', 'annulled')),
        reason text,
        recorded_by uuid,
        annulled_by uuid,
        annulled_at timestamptz,
        revision integer NOT NULL DEFAULT 1,
        UNIQUE (session_id, member_id),
        UNIQUE (member_id, client_ref),
        CHECK (checked_out_at >= checked_in_at),
        -- Whoever is ticked by somebody else is ticked for a reason.
        CHECK (method <> 'desk' OR (recorded_by IS NOT NULL AND reason IS NOT NULL)),
        CHECK ((state = 'annulled') = (annulled_by IS NOT NULL AND annulled_at IS NOT NULL))
    )
    """,
    "CREATE INDEX check_ins_by_event ON check_ins (event_id, checked_in_at, id)",
)

DOWN = ("DROP TABLE check_ins",)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
