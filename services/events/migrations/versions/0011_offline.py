"""Headcounts, places of events, and when an event took check-ins."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

UP = (
    # When an event was opened by hand and when it was closed: what was scanned without network is
    # decided on that moment, however late it is told. The place, where one was set: see reviews.
    """
    ALTER TABLE events
        ADD COLUMN opened_at timestamptz,
        ADD COLUMN closed_at timestamptz,
        ADD COLUMN latitude double precision CHECK (latitude BETWEEN -90 AND 90),
        ADD COLUMN longitude double precision CHECK (longitude BETWEEN -180 AND 180),
        ADD COLUMN radius integer CHECK (radius BETWEEN 50 AND 50000),
        ADD CONSTRAINT place_is_whole CHECK (num_nulls(latitude, longitude, radius) IN (0, 3))
    """,
    # What is left to forget: it holds a month of check-ins at most.
    """
    CREATE INDEX check_ins_with_device ON check_ins (checked_in_at) WHERE device IS NOT NULL
    """,
    # A count is a person's word at a moment: a wrong one is counted again.
    """
    CREATE TABLE headcounts (
        id uuid PRIMARY KEY,
        event_id uuid NOT NULL REFERENCES events (id),
        session_id uuid NOT NULL REFERENCES event_sessions (id),
        counted integer NOT NULL CHECK (counted BETWEEN 0 AND 1000000),
        note text NOT NULL DEFAULT '',
        counted_by uuid NOT NULL,
        counted_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX headcounts_by_event ON headcounts (event_id, counted_at, id)",
    """
    CREATE FUNCTION refuse_headcount_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'headcounts are append-only';
    END $$
    """,
    """
    CREATE TRIGGER headcounts_are_append_only
    BEFORE UPDATE OR DELETE ON headcounts
    FOR EACH ROW EXECUTE FUNCTION refuse_headcount_change()
    """,
)

DOWN = (
    "DROP TABLE headcounts",
    "DROP FUNCTION refuse_headcount_change",
    "DROP INDEX check_ins_with_device",
    """
    ALTER TABLE events
        DROP COLUMN opened_at,
        DROP COLUMN closed_at,
        DROP COLUMN latitude,
        DROP COLUMN longitude,
        DROP COLUMN radius
    """,
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
