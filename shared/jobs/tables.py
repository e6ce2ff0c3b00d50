"""The table of jobs. It never changes: a later shape is a V2 beside it."""

JOBS_V1_UP = (
    # The runner holds an advisory lock on a job's id while it works: a job whose process died is
    # free again at once, while progress and a wish to cancel stay visible to everybody.
    """
    CREATE TABLE jobs (
        id uuid PRIMARY KEY,
        kind text NOT NULL,
        parameters jsonb NOT NULL,
        principal jsonb,
        created_by uuid,
        created_at timestamptz NOT NULL,
        started_at timestamptz,
        finished_at timestamptz,
        state text NOT NULL DEFAULT 'queued'
            CHECK (state IN ('queued', 'done', 'failed', 'cancelled')),
        cancelled_by uuid,
        attempts integer NOT NULL DEFAULT 0,
        done bigint NOT NULL DEFAULT 0,
        total bigint,
        result jsonb,
        CHECK ((finished_at IS NULL) = (state = 'queued')),
        CHECK ((result IS NOT NULL) = (state = 'done'))
    )
    """,
    "CREATE INDEX jobs_queued ON jobs (id) WHERE state = 'queued'",
    "CREATE INDEX jobs_by_kind ON jobs (kind, id)",
)

JOBS_V1_DOWN = ("DROP TABLE jobs",)
