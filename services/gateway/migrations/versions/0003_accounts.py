"""Accounts are looked after: locked, given a second factor by code; who did so is in a log."""

from alembic import op

from shared.audit.tables import AUDIT_V1_DOWN, AUDIT_V1_UP

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

UP = (
    *AUDIT_V1_UP,
    # `signed_in_at`: the last time; sign-ins themselves are forgotten when they are long over.
    """
    ALTER TABLE accounts
        ADD COLUMN signed_in_at timestamptz,
        ADD COLUMN locked_at timestamptz,
        ADD COLUMN locked_by uuid,
        ADD COLUMN locked_reason text,
        ADD CHECK ((locked_at IS NULL) = (locked_by IS NULL)),
        ADD CHECK ((locked_at IS NULL) = (locked_reason IS NULL))
    """,
    """
    UPDATE accounts SET signed_in_at = last.at
    FROM (SELECT account_id, max(created_at) AS at FROM sign_ins GROUP BY account_id) AS last
    WHERE last.account_id = accounts.id
    """,
    "CREATE INDEX accounts_locked ON accounts (member_id) WHERE locked_at IS NOT NULL",
    "CREATE INDEX accounts_with_factor ON accounts (member_id) WHERE totp_sealed IS NOT NULL",
    # Null: of before it was kept.
    """
    ALTER TABLE sign_ins ADD COLUMN how text CHECK (
        how IN ('password', 'wechat', 'invitation', 'enrolment')
    )
    """,
    "CREATE INDEX sign_ins_by_end ON sign_ins (expires_at)",
    "CREATE INDEX members_by_number ON members (member_no)",
    "CREATE INDEX members_by_number_typed ON members (member_no text_pattern_ops)",
    "CREATE INDEX accounts_by_username_typed ON accounts (username text_pattern_ops)",
    "CREATE INDEX members_by_place ON members (path text_pattern_ops, member_no)",
    # Those who sign in with a second factor, as accounts.statements asks for them.
    """
    CREATE INDEX members_with_office ON members (member_no) WHERE roles @? '$[*] ? (
        @.role == "auditor" || @.role == "city_admin" || @.role == "security_admin"
        || @.role == "system_admin" || @.role == "unit_admin")'
    """,
    # One code an account: the next one replaces it.
    """
    CREATE TABLE enrolment_codes (
        account_id uuid PRIMARY KEY REFERENCES accounts ON DELETE CASCADE,
        code_index bytea NOT NULL CHECK (length(code_index) = 32),
        issued_by uuid NOT NULL,
        issued_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL
    )
    """,
    # A secret that an authenticator was shown, until a code of it has come back.
    """
    CREATE TABLE pending_factors (
        account_id uuid PRIMARY KEY REFERENCES accounts ON DELETE CASCADE,
        secret_sealed bytea NOT NULL,
        expires_at timestamptz NOT NULL
    )
    """,
)

DOWN = (
    "DROP TABLE pending_factors",
    "DROP TABLE enrolment_codes",
    "DROP INDEX members_with_office",
    "DROP INDEX members_by_place",
    "DROP INDEX accounts_by_username_typed",
    "DROP INDEX members_by_number_typed",
    "DROP INDEX members_by_number",
    "DROP INDEX sign_ins_by_end",
    "ALTER TABLE sign_ins DROP COLUMN how",
    """
    ALTER TABLE accounts DROP COLUMN signed_in_at, DROP COLUMN locked_at, DROP COLUMN locked_by,
        DROP COLUMN locked_reason
    """,
    "DROP INDEX accounts_with_factor",
    *AUDIT_V1_DOWN,
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
