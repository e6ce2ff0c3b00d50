"""The copy of the roster; events, their sessions and roles; imports; messages."""

from alembic import op

from shared.imports.tables import IMPORTS_V1_DOWN, IMPORTS_V1_UP
from shared.messaging.tables import MESSAGING_V1_DOWN, MESSAGING_V1_UP

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

UP = (
    # Copies, fed by the stream `roster`; nothing refers to them, as they arrive when they arrive.
    """
    CREATE TABLE roster_organisations (
        id uuid PRIMARY KEY,
        code text NOT NULL,
        name text NOT NULL,
        kind text NOT NULL,
        parent_id uuid,
        path text NOT NULL,
        version integer NOT NULL
    )
    """,
    "CREATE INDEX roster_organisations_by_path ON roster_organisations (path text_pattern_ops)",
    "CREATE INDEX roster_organisations_by_code ON roster_organisations (code)",
    """
    CREATE TABLE roster_members (
        id uuid PRIMARY KEY,
        member_no text NOT NULL,
        name text NOT NULL,
        organisation_id uuid NOT NULL,
        path text NOT NULL,
        group_path text,
        cross_paths text[] NOT NULL,
        status text NOT NULL,
        scored boolean NOT NULL,
        version integer NOT NULL
    )
    """,
    "CREATE INDEX roster_members_by_no ON roster_members (member_no)",
    "CREATE INDEX roster_members_by_path ON roster_members (path text_pattern_ops)",
    """
    CREATE TABLE events (
        id uuid PRIMARY KEY,
        title text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
        category text NOT NULL,
        tags text[] NOT NULL DEFAULT '{}',
        level text CHECK (level IN ('branch', 'unit', 'city')),
        organisation_id uuid NOT NULL,
        organisation_path text NOT NULL,
        audience text NOT NULL CHECK (audience IN ('organisation', 'everyone')),
        place text NOT NULL DEFAULT '',
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        state text NOT NULL DEFAULT 'draft' CHECK (
            state IN ('draft', 'published', 'open', 'closed', 'cancelled')
        ),
        cancel_reason text,
        import_key text UNIQUE,
        created_by uuid NOT NULL,
        created_at timestamptz NOT NULL,
        published_at timestamptz,
        version integer NOT NULL DEFAULT 1,
        CHECK (starts_at < ends_at),
        CHECK ((state = 'cancelled') = (cancel_reason IS NOT NULL)),
        CHECK (published_at IS NOT NULL OR state IN ('draft', 'cancelled'))
    )
    """,
    "CREATE INDEX events_by_start ON events (starts_at, id)",
    "CREATE INDEX events_by_path ON events (organisation_path text_pattern_ops, starts_at)",
    "CREATE INDEX events_for_everyone ON events (starts_at) WHERE audience = 'everyone'",
    "CREATE INDEX events_by_organisation ON events (organisation_id)",
    "CREATE INDEX events_by_maker ON events (created_by)",
    # `short_id` is what fits into a code; `version` rises with every change of the session or its
    # event that a check-in depends on.
    """
    CREATE TABLE event_sessions (
        id uuid PRIMARY KEY,
        short_id bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
        event_id uuid NOT NULL REFERENCES events (id),
        title text NOT NULL DEFAULT '',
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        opens_at timestamptz NOT NULL,
        closes_at timestamptz NOT NULL,
        version integer NOT NULL DEFAULT 1,
        CHECK (starts_at < ends_at),
        CHECK (opens_at <= starts_at),
        CHECK (opens_at < closes_at)
    )
    """,
    "CREATE INDEX event_sessions_by_event ON event_sessions (event_id, starts_at)",
    "CREATE INDEX event_sessions_by_window ON event_sessions (opens_at, closes_at)",
    """
    CREATE TABLE event_roles (
        event_id uuid NOT NULL REFERENCES events (id),
        member_id uuid NOT NULL,
        role text NOT NULL CHECK (role IN ('lecturer', 'helper', 'organiser')),
        PRIMARY KEY (event_id, member_id, role)
    )
    """,
    "CREATE INDEX event_roles_by_member ON event_roles (member_id)",
    # Nobody both lectures and helps at one event: a check-in has one role.
    """
    CREATE UNIQUE INDEX one_part_in_an_event ON event_roles (event_id, member_id)
    WHERE role IN ('lecturer', 'helper')
    """,
    *IMPORTS_V1_UP,
    *MESSAGING_V1_UP,
)

DOWN = (
    *MESSAGING_V1_DOWN,
    *IMPORTS_V1_DOWN,
    "DROP TABLE event_roles",
    "DROP TABLE event_sessions",
    "DROP TABLE events",
    "DROP TABLE roster_members",
    "DROP TABLE roster_organisations",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
