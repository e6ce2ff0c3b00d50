"""Rule sets: drafted, submitted, approved by a second person, in force from a moment."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

UP = (
    """
    CREATE TABLE rule_sets (
        id uuid PRIMARY KEY,
        name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
        state text NOT NULL CHECK (state IN ('draft', 'submitted', 'approved')),
        based_on uuid REFERENCES rule_sets (id),
        category_caps jsonb NOT NULL DEFAULT '{}',
        monthly_gain integer CHECK (monthly_gain >= 0),
        floor integer NOT NULL DEFAULT 0,
        effective_from date,
        effective_at timestamptz,
        created_by uuid NOT NULL,
        created_at timestamptz NOT NULL,
        submitted_by uuid,
        submitted_at timestamptz,
        approved_by uuid,
        approved_at timestamptz,
        version integer NOT NULL DEFAULT 1,
        CHECK (state = 'draft' OR (submitted_by IS NOT NULL AND effective_from IS NOT NULL)),
        CHECK ((state = 'approved') = (approved_by IS NOT NULL)),
        CHECK ((state = 'approved') = (effective_at IS NOT NULL)),
        -- Nobody approves the own work.
        CHECK (approved_by NOT IN (created_by, submitted_by)),
        CHECK (effective_from <= (effective_at AT TIME ZONE 'Asia/Shanghai')::date)
    )
    """,
    """
    CREATE UNIQUE INDEX one_rule_set_a_day ON rule_sets (effective_from)
    WHERE state = 'approved'
    """,
    """
    CREATE TABLE rules (
        rule_set_id uuid NOT NULL REFERENCES rule_sets (id) ON DELETE CASCADE,
        code text NOT NULL CHECK (code ~ '^[A-Z][0-9]{2}$'),
        body jsonb NOT NULL,
        PRIMARY KEY (rule_set_id, code)
    )
    """,
)

DOWN = ("DROP TABLE rules", "DROP TABLE rule_sets")


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
