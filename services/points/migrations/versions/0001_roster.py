"""Organisations, members and their roles; imports; messages."""

from alembic import op

from shared.imports.tables import IMPORTS_V1_DOWN, IMPORTS_V1_UP
from shared.messaging.tables import MESSAGING_V1_DOWN, MESSAGING_V1_UP

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

UP = (
    # Paths are written as codes, /city/u001/b0001/, so a subtree is a prefix.
    """
    CREATE TABLE organisations (
        id uuid PRIMARY KEY,
        code text NOT NULL UNIQUE CHECK (code ~ '^[a-z0-9-]{1,32}$'),
        name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
        kind text NOT NULL CHECK (
            kind IN ('committee', 'unit', 'general_branch', 'branch', 'group', 'cross_cutting')
        ),
        parent_id uuid REFERENCES organisations (id),
        path text NOT NULL UNIQUE,
        version integer NOT NULL DEFAULT 1,
        CHECK ((parent_id IS NULL) = (kind = 'committee')),
        CHECK (parent_id <> id),
        CHECK (path LIKE '%/' || code || '/'),
        UNIQUE (id, parent_id)
    )
    """,
    "CREATE INDEX organisations_by_path ON organisations (path text_pattern_ops)",
    "CREATE INDEX organisations_by_parent ON organisations (parent_id)",
    "CREATE UNIQUE INDEX one_committee ON organisations ((true)) WHERE parent_id IS NULL",
    """
    CREATE TABLE members (
        id uuid PRIMARY KEY,
        member_no text NOT NULL UNIQUE CHECK (length(member_no) BETWEEN 1 AND 32),
        name text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
        organisation_id uuid NOT NULL REFERENCES organisations (id),
        group_id uuid,
        status text NOT NULL CHECK (
            status IN ('full', 'probationary', 'mobile', 'retired', 'left')
        ),
        scored boolean NOT NULL,
        joined_on date,
        hide_name boolean NOT NULL DEFAULT false,
        version integer NOT NULL DEFAULT 1,
        -- A member's group lies in the member's own branch.
        FOREIGN KEY (group_id, organisation_id) REFERENCES organisations (id, parent_id)
    )
    """,
    "CREATE INDEX members_by_organisation ON members (organisation_id, member_no)",
    "CREATE INDEX members_by_group ON members (group_id) WHERE group_id IS NOT NULL",
    """
    CREATE TABLE memberships (
        member_id uuid NOT NULL REFERENCES members (id),
        organisation_id uuid NOT NULL REFERENCES organisations (id),
        since timestamptz NOT NULL,
        until timestamptz,
        reason text NOT NULL DEFAULT '',
        recorded_by uuid,
        PRIMARY KEY (member_id, since),
        CHECK (until >= since)
    )
    """,
    "CREATE UNIQUE INDEX one_branch_at_a_time ON memberships (member_id) WHERE until IS NULL",
    """
    CREATE TABLE group_members (
        organisation_id uuid NOT NULL REFERENCES organisations (id),
        member_id uuid NOT NULL REFERENCES members (id),
        PRIMARY KEY (organisation_id, member_id)
    )
    """,
    "CREATE INDEX group_members_by_member ON group_members (member_id)",
    """
    CREATE TABLE role_assignments (
        id uuid PRIMARY KEY,
        member_id uuid NOT NULL REFERENCES members (id),
        role text NOT NULL CHECK (
            role IN ('group_leader', 'branch_secretary', 'unit_admin', 'city_admin',
                     'organiser', 'auditor')
        ),
        organisation_id uuid NOT NULL REFERENCES organisations (id),
        given_by uuid,
        given_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (member_id, role, organisation_id)
    )
    """,
    "CREATE INDEX role_assignments_by_organisation ON role_assignments (organisation_id)",
    *IMPORTS_V1_UP,
    *MESSAGING_V1_UP,
)

DOWN = (
    *MESSAGING_V1_DOWN,
    *IMPORTS_V1_DOWN,
    "DROP TABLE role_assignments",
    "DROP TABLE group_members",
    "DROP TABLE memberships",
    "DROP TABLE members",
    "DROP TABLE organisations",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
