"""The audit log; seals and a journal by which a change behind the suite's back shows; proofs."""

from alembic import op

from shared.audit.tables import AUDIT_V1_DOWN, AUDIT_V1_UP

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# Tables whose rows change, with their keys: every change of theirs is noted in `row_journal`.
# Of facts only changes are, which are few; their first state is sealed.
JOURNALED = {
    "rule_sets": ("id",),
    "rules": ("rule_set_id", "code"),
    "held_facts": ("id",),
    "closed_months": ("organisation_id", "month"),
    "claims": ("member_id", "id"),
    "claim_steps": ("member_id", "claim_id", "number"),
    "adjustments": ("id",),
    "appeals": ("id",),
    "appeal_steps": ("appeal_id", "id"),
    "statements": ("id",),
    "statement_lines": ("statement_id", "member_id"),
    "objections": ("id",),
    "calendar_days": ("day",),
}


def journal(table: str, key: tuple[str, ...], when: str = "INSERT OR UPDATE OR DELETE") -> str:
    """Return the statement that has a table's changes noted from now on."""
    columns = ", ".join(f"'{column}'" for column in key)
    return f"""
    CREATE TRIGGER {table}_are_journaled AFTER {when} ON {table}
    FOR EACH ROW EXECUTE FUNCTION journal_change({columns})
    """


def note_present(table: str, key: tuple[str, ...]) -> str:
    """Return the statement that notes the rows that are there, as they are.

    To be run as well by a later migration that gives a journaled table a column with a default:
    the digests of its rows change. (A column that begins as NULL changes none.)
    """
    columns = ", ".join(f"'{column}'" for column in key)
    # S608: constants of the migrations.
    return f"""
    INSERT INTO row_journal (table_name, key, before, after)
    SELECT '{table}', row_key(to_jsonb(t), ARRAY[{columns}]),
        (SELECT j.after FROM row_journal j
         WHERE j.table_name = '{table}' AND j.key = row_key(to_jsonb(t), ARRAY[{columns}])
         ORDER BY j.id DESC LIMIT 1),
        row_digest(to_jsonb(t))
    FROM {table} t
    """  # noqa: S608


UP = (
    *AUDIT_V1_UP,
    # What a row says. Columns that are NULL count as not being there, so that a later migration
    # can add one.
    """
    CREATE FUNCTION row_digest(content jsonb) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN sha256(convert_to(jsonb_strip_nulls(content)::text, 'UTF8'))
    """,
    """
    CREATE FUNCTION row_key(content jsonb, columns text[]) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (SELECT string_agg(content ->> c, '/' ORDER BY n)
            FROM unnest(columns) WITH ORDINALITY AS u (c, n))
    """,
    """
    CREATE TABLE row_journal (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT clock_timestamp(),
        table_name text NOT NULL,
        key text NOT NULL,
        before bytea,
        after bytea
    )
    """,
    "CREATE INDEX row_journal_by_row ON row_journal (table_name, key, id)",
    "CREATE INDEX row_journal_by_time ON row_journal USING brin (at) WITH (autosummarize = on)",
    # Moments are written in the session's time zone: one for all, or digests would differ.
    """
    CREATE FUNCTION journal_change() RETURNS trigger LANGUAGE plpgsql SET timezone = 'UTC' AS $$
    DECLARE
        was jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
        is_now jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    BEGIN
        INSERT INTO row_journal (table_name, key, before, after) VALUES (
            TG_TABLE_NAME, row_key(coalesce(is_now, was), TG_ARGV), row_digest(was),
            row_digest(is_now)
        );
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER row_journal_is_append_only
    BEFORE UPDATE OR DELETE ON row_journal
    FOR EACH ROW EXECUTE FUNCTION refuse_change()
    """,
    """
    CREATE TRIGGER row_journal_is_not_emptied
    BEFORE TRUNCATE ON row_journal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
    *(journal(table, key) for table, key in JOURNALED.items()),
    *(note_present(table, key) for table, key in JOURNALED.items()),
    journal("facts", ("member_id", "id"), "UPDATE OR DELETE"),
    # Rows of a table up to a moment, summed up once and compared ever after; each seal holds the
    # one before it.
    """
    CREATE TABLE seals (
        table_name text NOT NULL,
        number integer NOT NULL CHECK (number > 0),
        through timestamptz NOT NULL,
        rows bigint NOT NULL,
        -- The newest change noted when the seal was set.
        journal_id bigint NOT NULL,
        content bytea NOT NULL,
        digest bytea NOT NULL,
        sealed_at timestamptz NOT NULL,
        -- Since when its rows are no longer kept.
        retired_at timestamptz,
        PRIMARY KEY (table_name, number)
    )
    """,
    # Rows come in order of time, so these cost next to nothing; seals are compared through them.
    """
    CREATE INDEX facts_by_arrival ON facts USING brin (received_at) WITH (autosummarize = on)
    """,
    """
    CREATE INDEX ledger_entries_by_posting ON ledger_entries
    USING brin (posted_at) WITH (autosummarize = on)
    """,
    """
    CREATE TABLE proofs (
        id uuid PRIMARY KEY,
        started_at timestamptz NOT NULL,
        finished_at timestamptz NOT NULL,
        ok boolean NOT NULL,
        document jsonb NOT NULL
    )
    """,
    """
    CREATE TABLE retention_runs (
        id uuid PRIMARY KEY,
        finished_at timestamptz NOT NULL,
        document jsonb NOT NULL
    )
    """,
)

DOWN = (
    "DROP TABLE retention_runs",
    "DROP TABLE proofs",
    "DROP INDEX ledger_entries_by_posting",
    "DROP INDEX facts_by_arrival",
    "DROP TABLE seals",
    "DROP TRIGGER facts_are_journaled ON facts",
    *(f"DROP TRIGGER {table}_are_journaled ON {table}" for table in JOURNALED),
    "DROP TABLE row_journal",
    "DROP FUNCTION journal_change",
    "DROP FUNCTION row_key",
    "DROP FUNCTION row_digest",
    *AUDIT_V1_DOWN,
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
