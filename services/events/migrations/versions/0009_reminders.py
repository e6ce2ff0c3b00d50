"""What members have been reminded of, and what of published events they are to be told."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

UP: tuple[str, ...] = (
    # `about`: the start of the day, or of the session, that was reminded of.
    """
    CREATE TABLE told_reminders (
        event_id uuid NOT NULL REFERENCES events (id) ON DELETE CASCADE,
        kind text NOT NULL,
        about timestamptz NOT NULL,
        PRIMARY KEY (event_id, kind, about)
    )
    """,
    "CREATE INDEX event_sessions_by_start ON event_sessions (starts_at)",
    # What a published event was before it was changed, until its people are told: `place`, `state`,
    # or a session's [start, end] by its id, null where there was none.
    """
    CREATE TABLE event_changes (
        event_id uuid NOT NULL REFERENCES events (id) ON DELETE CASCADE,
        what text NOT NULL,
        before jsonb,
        changed_at timestamptz NOT NULL,
        PRIMARY KEY (event_id, what)
    )
    """,
    # Of several changes the first has seen what people know of.
    """
    CREATE FUNCTION note_change_of_event() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO event_changes (event_id, what, before, changed_at)
        SELECT NEW.id, what, before, now() FROM (VALUES
            ('place', to_jsonb(OLD.place), OLD.place <> NEW.place),
            ('state', to_jsonb(OLD.state), NEW.state = 'cancelled')
        ) AS compared (what, before, changed)
        WHERE changed
        ON CONFLICT (event_id, what) DO UPDATE SET changed_at = excluded.changed_at;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER note_change AFTER UPDATE OF place, state ON events FOR EACH ROW
    WHEN (OLD.state IN ('published', 'open'))
    EXECUTE FUNCTION note_change_of_event()
    """,
    """
    CREATE FUNCTION note_change_of_session() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO event_changes (event_id, what, before, changed_at)
        SELECT NEW.event_id, NEW.id::text,
            CASE WHEN TG_OP = 'UPDATE' THEN jsonb_build_array(OLD.starts_at, OLD.ends_at) END, now()
        FROM events WHERE id = NEW.event_id AND state IN ('published', 'open')
        ON CONFLICT (event_id, what) DO UPDATE SET changed_at = excluded.changed_at;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER note_move AFTER UPDATE OF starts_at, ends_at ON event_sessions FOR EACH ROW
    WHEN ((OLD.starts_at, OLD.ends_at) IS DISTINCT FROM (NEW.starts_at, NEW.ends_at))
    EXECUTE FUNCTION note_change_of_session()
    """,
    """
    CREATE TRIGGER note_addition AFTER INSERT ON event_sessions FOR EACH ROW
    EXECUTE FUNCTION note_change_of_session()
    """,
)
DOWN: tuple[str, ...] = (
    "DROP TRIGGER note_addition ON event_sessions",
    "DROP TRIGGER note_move ON event_sessions",
    "DROP FUNCTION note_change_of_session",
    "DROP TRIGGER note_change ON events",
    "DROP FUNCTION note_change_of_event",
    "DROP TABLE event_changes",
    "DROP INDEX event_sessions_by_start",
    "DROP TABLE told_reminders",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
