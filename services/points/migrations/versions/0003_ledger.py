"""Facts, the append-only ledger, and the totals that can be derived from it."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

UP = (
    # Every large table leads with the member, so that it can be distributed by member.
    """
    CREATE TABLE facts (
        member_id uuid NOT NULL,
        id uuid NOT NULL,
        source text NOT NULL CHECK (source IN ('check_in', 'claim', 'import', 'manual')),
        source_key text,
        kind text NOT NULL,
        tags text[] NOT NULL DEFAULT '{}',
        role text NOT NULL,
        activity text NOT NULL DEFAULT '',
        title text NOT NULL,
        occurred_at timestamptz NOT NULL,
        year smallint NOT NULL,
        minutes integer CHECK (minutes >= 0),
        level text,
        state text NOT NULL CHECK (state IN ('present', 'annulled')),
        reason text,
        revision integer NOT NULL CHECK (revision > 0),
        received_at timestamptz NOT NULL,
        PRIMARY KEY (member_id, id),
        -- A check-in's fact has the check-in's id, which is key enough.
        CHECK ((source = 'check_in') = (source_key IS NULL)),
        CHECK (year = extract(year FROM occurred_at AT TIME ZONE 'Asia/Shanghai'))
    )
    """,
    """
    CREATE UNIQUE INDEX facts_by_source ON facts (member_id, source_key)
    WHERE source_key IS NOT NULL
    """,
    """
    CREATE TABLE ledger_entries (
        member_id uuid NOT NULL,
        id uuid NOT NULL,
        fact_id uuid NOT NULL,
        rule_code text NOT NULL,
        category text NOT NULL,
        rule_set_id uuid NOT NULL,
        year smallint NOT NULL,
        occurred_at timestamptz NOT NULL,
        points integer NOT NULL,
        worth integer NOT NULL,
        limited_by text NOT NULL DEFAULT '',
        used integer NOT NULL,
        cap integer,
        reverses uuid,
        organisation_id uuid,
        posted_at timestamptz NOT NULL,
        PRIMARY KEY (member_id, id),
        FOREIGN KEY (member_id, fact_id) REFERENCES facts (member_id, id),
        FOREIGN KEY (member_id, reverses) REFERENCES ledger_entries (member_id, id),
        CHECK (reverses <> id)
    )
    """,
    # An entry is reversed once at the most.
    """
    CREATE UNIQUE INDEX one_reversal_an_entry ON ledger_entries (member_id, reverses)
    WHERE reverses IS NOT NULL
    """,
    "CREATE INDEX ledger_entries_of_a_fact ON ledger_entries (member_id, fact_id)",
    # Correct by adding, never by editing.
    """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% is append-only: post a reversal instead', TG_TABLE_NAME;
    END $$
    """,
    """
    CREATE TRIGGER ledger_entries_are_append_only
    BEFORE UPDATE OR DELETE ON ledger_entries
    FOR EACH ROW EXECUTE FUNCTION refuse_change()
    """,
    """
    CREATE TRIGGER ledger_entries_are_not_emptied
    BEFORE TRUNCATE ON ledger_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
    # A member's year: its lock, its balance, and the use of limits that scoring goes on from. That
    # is json and not jsonb, because nobody but scoring looks into it.
    """
    CREATE TABLE member_years (
        member_id uuid NOT NULL,
        year smallint NOT NULL,
        points integer NOT NULL DEFAULT 0,
        scored boolean NOT NULL DEFAULT true,
        used json NOT NULL DEFAULT '{}',
        last_occurred_at timestamptz,
        last_fact_id uuid,
        version integer NOT NULL DEFAULT 0,
        PRIMARY KEY (member_id, year)
    ) WITH (fillfactor = 70)
    """,
    """
    CREATE TABLE period_points (
        member_id uuid NOT NULL,
        period text NOT NULL,
        points integer NOT NULL,
        version integer NOT NULL,
        -- The period first: SQL reads whole periods. Points are in no index, so that an update
        -- touches none.
        PRIMARY KEY (period, member_id)
    ) WITH (fillfactor = 70)
    """,
)

DOWN = (
    "DROP TABLE period_points",
    "DROP TABLE member_years",
    "DROP TABLE ledger_entries",
    "DROP FUNCTION refuse_change",
    "DROP TABLE facts",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
