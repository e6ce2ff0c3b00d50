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

# Previews, which keep their file for a while, and undoing.
IMPORTS_V2_UP = (
    """
    ALTER TABLE imports
        ADD COLUMN mode text NOT NULL DEFAULT 'apply' CHECK (mode IN ('preview', 'apply', 'undo')),
        ADD COLUMN undone_by uuid,
        ADD COLUMN undo_reason text,
        DROP CONSTRAINT imports_state_check,
        DROP CONSTRAINT imports_check,
        ADD CONSTRAINT imports_state_check CHECK (
            state IN ('queued', 'previewed', 'done', 'refused', 'failed', 'dropped', 'undone')
        ),
        ADD CONSTRAINT imports_content_check CHECK (
            (content IS NOT NULL)
            = (state = 'previewed' OR state = 'queued' AND mode IN ('preview', 'apply'))
        ),
        ADD CONSTRAINT imports_undo_check CHECK (
            (mode = 'undo') = (undone_by IS NOT NULL AND undo_reason IS NOT NULL)
        )
    """,
)

IMPORTS_V2_DOWN = (
    """
    UPDATE imports SET content = NULL, mode = 'apply', undone_by = NULL, undo_reason = NULL,
        finished_at = coalesce(finished_at, created_at),
        state = CASE WHEN state IN ('previewed', 'dropped') THEN 'failed' ELSE 'done' END
    WHERE state IN ('previewed', 'dropped', 'undone') OR mode = 'undo'
    """,
    """
    ALTER TABLE imports
        DROP CONSTRAINT imports_undo_check,
        DROP CONSTRAINT imports_content_check,
        DROP CONSTRAINT imports_state_check,
        ADD CONSTRAINT imports_check CHECK ((content IS NULL) = (state <> 'queued')),
        ADD CONSTRAINT imports_state_check
            CHECK (state IN ('queued', 'done', 'refused', 'failed')),
        DROP COLUMN undo_reason,
        DROP COLUMN undone_by,
        DROP COLUMN mode
    """,
)

# What a preview found that its file would change, for whoever looks before applying it.
IMPORTS_V3_UP = (
    """
    CREATE TABLE import_changes (
        import_id uuid NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
        row_number integer NOT NULL,
        change text NOT NULL,
        subject text NOT NULL,
        details jsonb NOT NULL,
        PRIMARY KEY (import_id, change, row_number)
    )
    """,
)

IMPORTS_V3_DOWN = ("DROP TABLE import_changes",)
