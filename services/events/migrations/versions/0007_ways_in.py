"""Passes, printed codes, what happens after an arrival, who did and saw what."""

from alembic import op

from shared.audit.tables import AUDIT_V1_DOWN, AUDIT_V1_UP

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

UP = (
    # A printed code is good while the session's `static_version` is the one it names. It is the
    # session's version of when the code was switched on, so that no code comes back.
    "ALTER TABLE event_sessions ADD COLUMN static_version integer",
    # Sessions that are over, for those who are still in.
    "CREATE INDEX event_sessions_by_end ON event_sessions (ends_at)",
    """
    ALTER TABLE check_ins
        ADD COLUMN auto_checked_out boolean NOT NULL DEFAULT false,
        ADD CONSTRAINT checked_out_by_itself CHECK (
            NOT auto_checked_out OR checked_out_at IS NOT NULL
        ),
        ADD CONSTRAINT recorded_by_staff CHECK (
            method NOT IN ('pass', 'list') OR recorded_by IS NOT NULL
        ),
        ADD CONSTRAINT list_has_a_reason CHECK (method <> 'list' OR reason IS NOT NULL)
    """,
    # What happened after an arrival, or came to be known after it. A departure may be told before
    # its arrival is, so that nothing here refers to check_ins.
    """
    CREATE TABLE check_in_marks (
        event_id uuid NOT NULL,
        session_id uuid NOT NULL REFERENCES event_sessions (id),
        member_id uuid NOT NULL,
        -- The client_ref it was sent under.
        id uuid NOT NULL,
        request_hash bytea NOT NULL,
        direction text NOT NULL CHECK (direction IN ('in', 'out', 'void')),
        at timestamptz NOT NULL,
        received_at timestamptz NOT NULL,
        role text CHECK (role IN ('participant', 'lecturer', 'helper')),
        method text,
        recorded_by uuid,
        reason text,
        device bytea CHECK (octet_length(device) = 8),
        code_age integer,
        inside boolean,
        flags text[] NOT NULL DEFAULT '{}',
        -- The mark that this one takes back.
        voids uuid,
        PRIMARY KEY (session_id, member_id, id),
        CHECK (at <= received_at),
        CHECK ((direction = 'in') = (role IS NOT NULL AND method IS NOT NULL)),
        CHECK ((direction = 'void') = (voids IS NOT NULL)),
        CHECK (direction <> 'void' OR recorded_by IS NOT NULL)
    )
    """,
    """
    CREATE FUNCTION refuse_mark_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'marks are append-only';
    END $$
    """,
    """
    CREATE TRIGGER check_in_marks_are_append_only BEFORE UPDATE ON check_in_marks
    FOR EACH ROW
    -- Which phone it was is forgotten in time, and nothing else.
    WHEN (to_jsonb(old) - 'device' <> to_jsonb(new) - 'device' OR new.device IS NOT NULL)
    EXECUTE FUNCTION refuse_mark_change()
    """,
    # Whoever is not here has version 1. Three bytes are what a pass has room for.
    """
    CREATE TABLE member_passes (
        member_id uuid PRIMARY KEY,
        version integer NOT NULL CHECK (version BETWEEN 2 AND 16777215),
        renewed_at timestamptz NOT NULL
    )
    """,
    *AUDIT_V1_UP,
)

DOWN = (
    *AUDIT_V1_DOWN,
    "DROP TABLE member_passes",
    "DROP TABLE check_in_marks",
    "DROP FUNCTION refuse_mark_change",
    """
    ALTER TABLE check_ins
        DROP COLUMN auto_checked_out,
        DROP CONSTRAINT recorded_by_staff,
        DROP CONSTRAINT list_has_a_reason
    """,
    "DROP INDEX event_sessions_by_end",
    "ALTER TABLE event_sessions DROP COLUMN static_version",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
