"""Facts that people decide on: quantities, months that are closed, what waits for them; notices."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

UP = (
    # How much of something, where a rule counts neither pieces nor hours; tenths where it is points.
    "ALTER TABLE facts ADD COLUMN quantity integer",
    "ALTER TABLE facts DROP CONSTRAINT facts_source_check",
    """
    ALTER TABLE facts ADD CONSTRAINT facts_source_check
    CHECK (source IN ('check_in', 'claim', 'import', 'manual', 'system'))
    """,
    # A branch's month whose statement is closed. Facts that lie in it need a decision from then on.
    """
    CREATE TABLE closed_months (
        organisation_id uuid NOT NULL REFERENCES organisations (id),
        month text NOT NULL CHECK (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
        closed_at timestamptz NOT NULL,
        PRIMARY KEY (organisation_id, month)
    )
    """,
    # What came too late for its month: as it would have been recorded, until somebody decides.
    """
    CREATE TABLE held_facts (
        member_id uuid NOT NULL,
        fact_id uuid NOT NULL,
        revision integer NOT NULL CHECK (revision > 0),
        id uuid NOT NULL UNIQUE,
        organisation_id uuid NOT NULL REFERENCES organisations (id),
        month text NOT NULL,
        state text NOT NULL CHECK (state IN ('present', 'annulled')),
        recorded jsonb NOT NULL,
        received_at timestamptz NOT NULL,
        decision text CHECK (decision IN ('released', 'refused', 'superseded')),
        reason text,
        decided_by uuid,
        decided_at timestamptz,
        PRIMARY KEY (member_id, fact_id, revision),
        CHECK (decided_by <> member_id),
        CHECK ((decision IS NULL) = (decided_at IS NULL))
    )
    """,
    """
    CREATE INDEX held_facts_waiting ON held_facts (organisation_id, id) WHERE decision IS NULL
    """,
    # What a member is told; the sentence is kept in both languages.
    """
    CREATE TABLE notices (
        member_id uuid NOT NULL,
        id uuid NOT NULL,
        kind text NOT NULL,
        subject_id uuid NOT NULL,
        text_zh text NOT NULL,
        text_en text NOT NULL,
        created_at timestamptz NOT NULL,
        read_at timestamptz,
        PRIMARY KEY (member_id, id),
        -- Nothing is told twice.
        UNIQUE (member_id, kind, subject_id)
    )
    """,
)

DOWN = (
    "DROP TABLE notices",
    "DROP TABLE held_facts",
    "DROP TABLE closed_months",
    "ALTER TABLE facts DROP CONSTRAINT facts_source_check",
    """
    ALTER TABLE facts ADD CONSTRAINT facts_source_check
    CHECK (source IN ('check_in', 'claim', 'import', 'manual'))
    """,
    "ALTER TABLE facts DROP COLUMN quantity",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
