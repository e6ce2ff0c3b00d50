"""Identity: accounts, WeChat, invitations, sessions; copies of members and organisations."""

from alembic import op

from shared.messaging.tables import MESSAGING_V1_DOWN, MESSAGING_V1_UP

revision = "0001"
down_revision = None

UP = (
    *MESSAGING_V1_UP,
    """
    CREATE TABLE organisations (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        path text NOT NULL CHECK (path LIKE '/%/'),
        version integer NOT NULL
    )
    """,
    """
    CREATE TABLE members (
        id uuid PRIMARY KEY,
        member_no text NOT NULL,
        name text NOT NULL,
        organisation_id uuid NOT NULL,
        path text NOT NULL CHECK (path LIKE '/%/'),
        status text NOT NULL,
        roles jsonb NOT NULL CHECK (jsonb_typeof(roles) = 'array'),
        version integer NOT NULL
    )
    """,
    # No foreign key to members: the copy arrives by stream, after or before the account.
    """
    CREATE TABLE accounts (
        id uuid PRIMARY KEY,
        member_id uuid NOT NULL UNIQUE,
        username text UNIQUE CHECK (username ~ '^[a-z0-9][a-z0-9._-]{2,31}$'),
        password_hash text,
        totp_sealed bytea,
        totp_last_step bigint NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL,
        CHECK ((username IS NULL) = (password_hash IS NULL)),
        CHECK (totp_sealed IS NULL OR password_hash IS NOT NULL)
    )
    """,
    """
    CREATE TABLE wechat_identities (
        account_id uuid PRIMARY KEY REFERENCES accounts ON DELETE CASCADE,
        openid_index bytea NOT NULL UNIQUE CHECK (length(openid_index) = 32),
        bound_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE invitations (
        id uuid PRIMARY KEY,
        code_index bytea NOT NULL UNIQUE CHECK (length(code_index) = 32),
        member_id uuid NOT NULL,
        created_by uuid NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        used_at timestamptz,
        CHECK (expires_at >= created_at)
    )
    """,
    "CREATE INDEX invitations_member ON invitations (member_id) WHERE used_at IS NULL",
    """
    CREATE TABLE sign_ins (
        id uuid PRIMARY KEY,
        account_id uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
        second_factor boolean NOT NULL,
        generation integer NOT NULL DEFAULT 0 CHECK (generation >= 0),
        created_at timestamptz NOT NULL,
        rotated_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        revoked_at timestamptz,
        revoked_because text,
        CHECK ((revoked_at IS NULL) = (revoked_because IS NULL))
    )
    """,
    "CREATE INDEX sign_ins_account ON sign_ins (account_id) WHERE revoked_at IS NULL",
)

DOWN = (
    "DROP TABLE sign_ins",
    "DROP TABLE invitations",
    "DROP TABLE wechat_identities",
    "DROP TABLE accounts",
    "DROP TABLE members",
    "DROP TABLE organisations",
    *MESSAGING_V1_DOWN,
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
