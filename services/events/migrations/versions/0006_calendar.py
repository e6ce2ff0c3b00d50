"""Series of events, themes of the year, calendar feeds, plans, results."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

UP = (
    # `rule` is an RRULE of RFC 5545 over days, from `first_day` on; the hour is its events' own.
    """
    CREATE TABLE event_series (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL,
        rule text NOT NULL,
        first_day date NOT NULL,
        skip_holidays boolean NOT NULL,
        created_by uuid NOT NULL,
        created_at timestamptz NOT NULL,
        version integer NOT NULL DEFAULT 1
    )
    """,
    # The day that the rule gave: it stays when the event is moved.
    """
    ALTER TABLE events
        ADD COLUMN series_id uuid REFERENCES event_series (id),
        ADD COLUMN series_day date,
        ADD CONSTRAINT in_a_series_for_a_day CHECK ((series_id IS NULL) = (series_day IS NULL))
    """,
    """
    CREATE UNIQUE INDEX one_event_a_day_of_a_series ON events (series_id, series_day)
    WHERE series_id IS NOT NULL
    """,
    """
    CREATE TABLE year_themes (
        year integer PRIMARY KEY CHECK (year BETWEEN 2000 AND 2099),
        theme text NOT NULL CHECK (theme IN ('culture', 'sports')),
        set_by uuid NOT NULL,
        set_at timestamptz NOT NULL,
        version integer NOT NULL
    )
    """,
    # Of the secret in a feed's address only the digest is kept.
    """
    CREATE TABLE calendar_feeds (
        id uuid PRIMARY KEY,
        member_id uuid NOT NULL,
        organisation_id uuid,
        name text NOT NULL,
        token_digest bytea NOT NULL UNIQUE CHECK (octet_length(token_digest) = 32),
        created_at timestamptz NOT NULL,
        last_used_at timestamptz,
        revoked_at timestamptz
    )
    """,
    "CREATE INDEX calendar_feeds_by_member ON calendar_feeds (member_id, id)",
    # What a row of an imported plan said, by the draft it made: the same row again finds it.
    """
    CREATE TABLE plan_rows (
        import_id uuid NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
        event_id uuid NOT NULL REFERENCES events (id) ON DELETE CASCADE,
        said jsonb NOT NULL,
        PRIMARY KEY (import_id, event_id)
    )
    """,
    "CREATE INDEX plan_rows_by_event ON plan_rows (event_id)",
    # A result of one or several members. `title` and `counts_at` are as they were first told:
    # what counted on one day does not move to another because its event is edited.
    """
    CREATE TABLE event_results (
        id uuid PRIMARY KEY,
        event_id uuid NOT NULL REFERENCES events (id),
        kind text NOT NULL CHECK (kind IN ('prize', 'quiz', 'placing')),
        level text CHECK (level IN ('unit', 'city', 'province')),
        place integer CHECK (place BETWEEN 1 AND 1000),
        note text NOT NULL DEFAULT '',
        team text NOT NULL DEFAULT '',
        state text NOT NULL CHECK (state IN ('draft', 'confirmed', 'withdrawn')),
        title text,
        counts_at timestamptz,
        reason text,
        recorded_by uuid NOT NULL,
        recorded_at timestamptz NOT NULL,
        confirmed_by uuid,
        confirmed_at timestamptz,
        version integer NOT NULL DEFAULT 1,
        CHECK (kind <> 'prize' OR level IS NOT NULL),
        CHECK (kind <> 'placing' OR place IS NOT NULL),
        CHECK ((state = 'draft') = (confirmed_at IS NULL)),
        CHECK (
            num_nulls(title, counts_at, confirmed_by, confirmed_at) IN (0, 4)
        ),
        CHECK (state <> 'withdrawn' OR reason IS NOT NULL)
    )
    """,
    "CREATE INDEX event_results_by_event ON event_results (event_id, id)",
    # Each member's share has its own id, which is its fact's; revision 0 has not been told.
    """
    CREATE TABLE event_result_members (
        id uuid PRIMARY KEY,
        result_id uuid NOT NULL REFERENCES event_results (id) ON DELETE CASCADE,
        member_id uuid NOT NULL,
        state text NOT NULL DEFAULT 'present' CHECK (state IN ('present', 'annulled')),
        revision integer NOT NULL DEFAULT 0 CHECK (revision >= 0),
        UNIQUE (result_id, member_id),
        CHECK (revision > 0 OR state = 'present')
    )
    """,
    "CREATE INDEX event_result_members_by_member ON event_result_members (member_id)",
)

DOWN = (
    "DROP TABLE event_result_members",
    "DROP TABLE event_results",
    "DROP TABLE plan_rows",
    "DROP TABLE calendar_feeds",
    "DROP TABLE year_themes",
    "DROP INDEX one_event_a_day_of_a_series",
    """
    ALTER TABLE events
        DROP CONSTRAINT in_a_series_for_a_day,
        DROP COLUMN series_day,
        DROP COLUMN series_id
    """,
    "DROP TABLE event_series",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
