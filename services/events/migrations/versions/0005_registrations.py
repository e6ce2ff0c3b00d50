"""Further audiences and guests; registrations, expected lists, leave, teams."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

UP: tuple[str, ...] = (
    # `list_frozen_at`: since when the list of who is expected stays as it is.
    """
    ALTER TABLE events
        ADD COLUMN required_roles text[] NOT NULL DEFAULT '{}',
        ADD COLUMN list_frozen_at timestamptz
    """,
    """
    CREATE INDEX events_to_freeze ON events (ends_at)
    WHERE list_frozen_at IS NULL AND state IN ('published', 'open', 'closed')
    """,
    # Organisations an event is meant for beside its own.
    """
    CREATE TABLE event_audiences (
        event_id uuid NOT NULL REFERENCES events (id),
        organisation_id uuid NOT NULL,
        path text NOT NULL,
        PRIMARY KEY (event_id, organisation_id)
    )
    """,
    "CREATE INDEX event_audiences_by_path ON event_audiences (path)",
    "CREATE INDEX event_audiences_by_organisation ON event_audiences (organisation_id)",
    """
    CREATE TABLE event_guests (
        event_id uuid NOT NULL REFERENCES events (id),
        member_id uuid NOT NULL,
        invited_by uuid NOT NULL,
        invited_at timestamptz NOT NULL,
        PRIMARY KEY (event_id, member_id)
    )
    """,
    "CREATE INDEX event_guests_by_member ON event_guests (member_id)",
    # Without a capacity there is a seat for everyone; without `reply_hours` whoever is next gets a
    # free seat unasked. Times left out follow the event's own. Whoever gives or takes seats holds
    # this row.
    """
    CREATE TABLE registration_settings (
        event_id uuid PRIMARY KEY REFERENCES events (id),
        capacity integer CHECK (capacity > 0),
        opens_at timestamptz,
        closes_at timestamptz,
        cancel_until timestamptz,
        reply_hours integer CHECK (reply_hours > 0),
        required boolean NOT NULL,
        version integer NOT NULL DEFAULT 1,
        CHECK (opens_at < closes_at)
    )
    """,
    # Who is `offered` a seat holds it until `reply_by`. What has ended stays, and says why.
    """
    CREATE TABLE registrations (
        event_id uuid NOT NULL REFERENCES registration_settings (event_id),
        id uuid NOT NULL,
        member_id uuid NOT NULL,
        state text NOT NULL CHECK (
            state IN ('waiting', 'offered', 'registered', 'declined', 'lapsed', 'cancelled')
        ),
        asked_at timestamptz NOT NULL,
        entered_by uuid,
        entry_reason text,
        reply_by timestamptz,
        ended_at timestamptz,
        ended_by uuid,
        end_reason text,
        PRIMARY KEY (event_id, id),
        CHECK (state <> 'offered' OR reply_by IS NOT NULL),
        CHECK ((state IN ('declined', 'lapsed', 'cancelled')) = (ended_at IS NOT NULL)),
        CHECK ((entered_by IS NULL) = (entry_reason IS NULL))
    )
    """,
    """
    CREATE UNIQUE INDEX one_registration_of_a_member ON registrations (event_id, member_id)
    WHERE state IN ('waiting', 'offered', 'registered')
    """,
    """
    CREATE INDEX registrations_in_order ON registrations (event_id, asked_at, id)
    WHERE state = 'waiting'
    """,
    """
    CREATE INDEX registrations_with_a_seat ON registrations (event_id)
    WHERE state IN ('offered', 'registered')
    """,
    "CREATE INDEX registrations_to_lapse ON registrations (reply_by) WHERE state = 'offered'",
    "CREATE INDEX registrations_by_member ON registrations (member_id, asked_at, id)",
    # Whatever forgets to ask first: no seat is given that is not there. Those who have one keep it
    # when the capacity shrinks.
    """
    CREATE FUNCTION seats_are_not_oversold() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        seats integer;
    BEGIN
        SELECT capacity INTO seats FROM registration_settings
        WHERE event_id = NEW.event_id FOR NO KEY UPDATE;
        IF seats <= (
            SELECT count(*) FROM registrations
            WHERE event_id = NEW.event_id AND state IN ('offered', 'registered')
        ) THEN
            RAISE EXCEPTION 'no seat is left' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER seats_are_not_oversold BEFORE INSERT ON registrations FOR EACH ROW
    WHEN (NEW.state IN ('offered', 'registered')) EXECUTE FUNCTION seats_are_not_oversold()
    """,
    """
    CREATE TRIGGER seats_are_not_oversold_later BEFORE UPDATE ON registrations FOR EACH ROW
    WHEN (NEW.state IN ('offered', 'registered') AND OLD.state NOT IN ('offered', 'registered'))
    EXECUTE FUNCTION seats_are_not_oversold()
    """,
    # There is a row where somebody said by name who is expected.
    """
    CREATE TABLE expected_lists (
        event_id uuid PRIMARY KEY REFERENCES events (id),
        named boolean NOT NULL,
        version integer NOT NULL
    )
    """,
    # Those named, or, once the list is frozen, all who were expected then.
    """
    CREATE TABLE expected_members (
        event_id uuid NOT NULL REFERENCES events (id),
        member_id uuid NOT NULL,
        PRIMARY KEY (event_id, member_id)
    )
    """,
    "CREATE INDEX expected_members_by_member ON expected_members (member_id)",
    """
    CREATE TABLE leaves (
        event_id uuid NOT NULL REFERENCES events (id),
        member_id uuid NOT NULL,
        state text NOT NULL CHECK (state IN ('asked', 'approved', 'declined', 'withdrawn')),
        reason text NOT NULL,
        asked_by uuid NOT NULL,
        asked_at timestamptz NOT NULL,
        decided_by uuid,
        decided_at timestamptz,
        decision_reason text,
        PRIMARY KEY (event_id, member_id),
        CHECK (state NOT IN ('approved', 'declined') OR decided_by IS NOT NULL),
        CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
        CHECK (state <> 'declined' OR decision_reason IS NOT NULL)
    )
    """,
    "CREATE INDEX leaves_by_member ON leaves (member_id)",
    # Belonging is asked for by groups as well as by branches.
    "CREATE INDEX roster_members_by_group ON roster_members (group_path)",
    "CREATE INDEX roster_members_by_cross ON roster_members USING gin (cross_paths)",
    # An event with a row here is one of teams.
    """
    CREATE TABLE team_settings (
        event_id uuid PRIMARY KEY REFERENCES events (id),
        largest integer NOT NULL CHECK (largest > 1),
        version integer NOT NULL DEFAULT 1
    )
    """,
    """
    CREATE TABLE teams (
        event_id uuid NOT NULL REFERENCES team_settings (event_id),
        id uuid NOT NULL,
        name text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
        captain_id uuid NOT NULL,
        created_by uuid NOT NULL,
        created_at timestamptz NOT NULL,
        version integer NOT NULL DEFAULT 1,
        PRIMARY KEY (event_id, id),
        UNIQUE (event_id, name)
    )
    """,
    """
    CREATE TABLE team_members (
        event_id uuid NOT NULL,
        team_id uuid NOT NULL,
        member_id uuid NOT NULL,
        state text NOT NULL CHECK (state IN ('invited', 'joined')),
        since timestamptz NOT NULL,
        PRIMARY KEY (event_id, team_id, member_id),
        FOREIGN KEY (event_id, team_id) REFERENCES teams (event_id, id)
    )
    """,
    """
    CREATE UNIQUE INDEX one_team_of_a_member ON team_members (event_id, member_id)
    WHERE state = 'joined'
    """,
    # A captain is one of the team: checked when the transaction ends, as the team comes first.
    """
    ALTER TABLE teams ADD CONSTRAINT captains_are_members
        FOREIGN KEY (event_id, id, captain_id)
        REFERENCES team_members (event_id, team_id, member_id) DEFERRABLE INITIALLY DEFERRED
    """,
)
DOWN: tuple[str, ...] = (
    "ALTER TABLE teams DROP CONSTRAINT captains_are_members",
    "DROP TABLE team_members",
    "DROP TABLE teams",
    "DROP TABLE team_settings",
    "DROP INDEX roster_members_by_cross",
    "DROP INDEX roster_members_by_group",
    "DROP TABLE leaves",
    "DROP TABLE expected_members",
    "DROP TABLE expected_lists",
    "DROP TABLE registrations",
    "DROP FUNCTION seats_are_not_oversold",
    "DROP TABLE registration_settings",
    "DROP TABLE event_guests",
    "DROP TABLE event_audiences",
    "DROP INDEX events_to_freeze",
    "ALTER TABLE events DROP COLUMN list_frozen_at, DROP COLUMN required_roles",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
