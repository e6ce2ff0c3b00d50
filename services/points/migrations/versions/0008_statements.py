"""Working days; monthly statements, their public notice, and the chain of the closed ones."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

UP = (
    # Where the city says otherwise than the published calendar.
    """
    CREATE TABLE calendar_days (
        day date PRIMARY KEY CHECK (day BETWEEN '2001-01-01' AND '2099-12-31'),
        working boolean NOT NULL,
        reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 200),
        set_by uuid NOT NULL,
        set_at timestamptz NOT NULL,
        version integer NOT NULL CHECK (version > 0)
    )
    """,
    # Who belonged to a branch: the ledger, which leads with the member, is read from there.
    "CREATE INDEX memberships_by_organisation ON memberships (organisation_id)",
    """
    CREATE TABLE statements (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL REFERENCES organisations (id),
        month text NOT NULL CHECK (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
        state text NOT NULL CHECK (state IN ('draft', 'published', 'closed')),
        prepared_by uuid,
        prepared_at timestamptz NOT NULL,
        published_by uuid,
        published_at timestamptz,
        working_days smallint CHECK (working_days BETWEEN 3 AND 10),
        notice_ends_on date,
        closed_by uuid,
        closed_at timestamptz,
        -- The place among the branch's closed statements, in the order they were closed.
        sequence integer CHECK (sequence > 0),
        previous_hash text,
        hash text,
        code text UNIQUE,
        UNIQUE (organisation_id, month),
        UNIQUE (organisation_id, sequence),
        CHECK (num_nonnulls(published_by, published_at, working_days, notice_ends_on)
            = CASE state WHEN 'draft' THEN 0 ELSE 4 END),
        CHECK (num_nonnulls(closed_by, closed_at, sequence, hash, code)
            = CASE state WHEN 'closed' THEN 5 ELSE 0 END),
        CHECK ((previous_hash IS NOT NULL) = (coalesce(sequence, 1) > 1)),
        CHECK ((closed_at AT TIME ZONE 'Asia/Shanghai')::date > notice_ends_on)
    )
    """,
    # Written when the notice begins, and again when the statement is closed; a draft has none.
    """
    CREATE TABLE statement_lines (
        statement_id uuid NOT NULL REFERENCES statements (id),
        member_id uuid NOT NULL REFERENCES members (id),
        place integer NOT NULL CHECK (place > 0),
        name text NOT NULL,
        scored boolean NOT NULL,
        before integer NOT NULL,
        gained integer NOT NULL CHECK (gained >= 0),
        deducted integer NOT NULL CHECK (deducted <= 0),
        total integer NOT NULL,
        announced integer,
        PRIMARY KEY (statement_id, member_id),
        UNIQUE (statement_id, place),
        CHECK (total = before + gained + deducted)
    )
    """,
    "CREATE INDEX statement_lines_of_a_member ON statement_lines (member_id)",
    """
    CREATE TABLE objections (
        id uuid PRIMARY KEY,
        statement_id uuid NOT NULL REFERENCES statements (id),
        line_member_id uuid NOT NULL REFERENCES members (id),
        raised_by uuid NOT NULL,
        raised_at timestamptz NOT NULL,
        reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
        decision text CHECK (decision IN ('accept', 'decline')),
        answer text CHECK (length(answer) BETWEEN 1 AND 1000),
        answered_by uuid,
        answered_at timestamptz,
        adjustment_id uuid REFERENCES adjustments (id),
        CHECK (num_nonnulls(decision, answer, answered_by, answered_at) IN (0, 4)),
        -- Nobody answers the own objection, nor one to the own line.
        CHECK (answered_by NOT IN (raised_by, line_member_id)),
        CHECK (adjustment_id IS NULL OR decision = 'accept')
    )
    """,
    "CREATE INDEX objections_of_a_statement ON objections (statement_id)",
    """
    CREATE UNIQUE INDEX one_open_objection_a_person_and_line
    ON objections (statement_id, line_member_id, raised_by) WHERE decision IS NULL
    """,
    """
    CREATE TRIGGER closed_statements_are_final BEFORE UPDATE OR DELETE ON statements
    FOR EACH ROW WHEN (OLD.state = 'closed') EXECUTE FUNCTION refuse_change()
    """,
    """
    CREATE FUNCTION refuse_change_of_closed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (
            SELECT FROM statements
            WHERE id IN (OLD.statement_id, NEW.statement_id) AND state = 'closed'
        ) THEN
            RAISE EXCEPTION '% of a closed statement are final', TG_TABLE_NAME;
        END IF;
        RETURN coalesce(NEW, OLD);
    END $$
    """,
    *(
        f"""
        CREATE TRIGGER closed_{table}_are_final BEFORE INSERT OR UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION refuse_change_of_closed()
        """
        for table in ("statement_lines", "objections")
    ),
    *(
        f"""
        CREATE TRIGGER {table}_are_not_emptied BEFORE TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
        """
        for table in ("statements", "statement_lines", "objections")
    ),
)

DOWN = (
    "DROP TABLE objections",
    "DROP TABLE statement_lines",
    "DROP TABLE statements",
    "DROP FUNCTION refuse_change_of_closed",
    "DROP INDEX memberships_by_organisation",
    "DROP TABLE calendar_days",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
