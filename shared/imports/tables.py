"""The tables an importing service's database has; its first migration executes the V1 tuples.

They never change: a later shape is a V2 beside them.
"""

IMPORTS_V1_UP = (
    # The runner keeps a job's row locked while it works, in the transaction that applies the
    # file: what was applied and `done` become true together, and a job whose process died is
    # free again at once. That is why there is no state `running` here: see import_progress.
    """
    CREATE TABLE imports (
        id uuid PRIMARY KEY,
        kind text NOT NULL,
        filename text NOT NULL,
        content bytea,
        -- Who asked, with the roles held then: {member_id, name, path, grants: [[role, path]]}.
        principal jsonb NOT NULL,
        created_by uuid NOT NULL,
        created_at timestamptz NOT NULL,
        finished_at timestamptz,
        state text NOT NULL DEFAULT 'queued'
            CHECK (state IN ('queued', 'done', 'refused', 'failed')),
        summary jsonb NOT NULL DEFAULT '{}',
        -- Other people's data is not kept once it was used.
        CHECK ((content IS NULL) = (state <> 'queued')),
        CHECK ((finished_at IS NULL) = (state = 'queued'))
    )
    """,
    "CREATE INDEX imports_queued ON imports (id) WHERE state = 'queued'",
    "CREATE INDEX imports_by_person ON imports (created_by, id)",
    # Written by transactions of its own, so that others see how far a job has come.
    """
    CREATE TABLE import_progress (
        import_id uuid PRIMARY KEY REFERENCES imports (id) ON DELETE CASCADE,
        attempts integer NOT NULL DEFAULT 0,
        total_rows integer,
        processed_rows integer NOT NULL DEFAULT 0
    )
    """,
    """
    CREATE TABLE import_errors (
        import_id uuid NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
        row_number integer NOT NULL,
        "column" text NOT NULL,
        code text NOT NULL,
        value text NOT NULL,
        PRIMARY KEY (import_id, row_number, "column", code)
    )
    """,
)

IMPORTS_V1_DOWN = (
    "DROP TABLE import_errors",
    "DROP TABLE import_progress",
    "DROP TABLE imports",
)
