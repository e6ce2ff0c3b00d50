"""The members' inbox, and what WeChat may bring of it."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

UP = (
    # A message can only be sent to the openid itself. It goes with the binding it belongs to.
    "ALTER TABLE wechat_identities ADD COLUMN openid_sealed bytea",
    # One notice a member and key: nothing is told twice. That it was read is kept, when is not.
    # `send_state` is null where there is nothing to send. A notice is `due` from `send_at` on;
    # `sending` since `send_at`, and from then on never sent again; `send_until` is when it is over.
    """
    CREATE TABLE notices (
        member_id uuid NOT NULL,
        key text NOT NULL,
        id uuid GENERATED ALWAYS AS (md5(member_id::text || ':' || key)::uuid) STORED NOT NULL,
        kind text NOT NULL,
        subject_type text NOT NULL,
        subject_id uuid NOT NULL,
        zh text NOT NULL,
        en text NOT NULL,
        created_at timestamptz NOT NULL,
        read boolean NOT NULL DEFAULT false,
        template text,
        data jsonb NOT NULL,
        urgent boolean NOT NULL,
        send_state text CHECK (
            send_state IN ('due', 'sending', 'sent', 'refused', 'dropped', 'unknown')
        ),
        send_at timestamptz NOT NULL,
        send_until timestamptz NOT NULL,
        send_error text,
        PRIMARY KEY (member_id, key),
        CHECK (send_state IS NULL OR template IS NOT NULL)
    )
    """,
    "CREATE INDEX notices_newest ON notices (member_id, created_at DESC, id DESC)",
    """
    CREATE INDEX notices_to_send ON notices (send_state, send_at)
    WHERE send_state IN ('due', 'sending')
    """,
    "CREATE INDEX notices_by_age ON notices USING brin (created_at)",
    # How many messages of a kind a WeChat user has allowed; each is good for one.
    """
    CREATE TABLE notice_consents (
        account_id uuid NOT NULL REFERENCES wechat_identities ON DELETE CASCADE,
        template text NOT NULL,
        remaining integer NOT NULL CHECK (remaining >= 0),
        PRIMARY KEY (account_id, template)
    )
    """,
    # The kinds that a member does without.
    """
    CREATE TABLE notice_preferences (
        member_id uuid PRIMARY KEY,
        off text[] NOT NULL
    )
    """,
)

DOWN = (
    "DROP TABLE notice_preferences",
    "DROP TABLE notice_consents",
    "DROP TABLE notices",
    "ALTER TABLE wechat_identities DROP COLUMN openid_sealed",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
