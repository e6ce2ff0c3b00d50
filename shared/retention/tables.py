"""The table in which a service writes down what it gave up. It never changes: a later shape is a V2.

The points service's has the same shape, from a migration of its own.
"""

RETENTION_V1_UP = (
    """
    CREATE TABLE retention_runs (
        id uuid PRIMARY KEY,
        finished_at timestamptz NOT NULL,
        document jsonb NOT NULL
    )
    """,
)

RETENTION_V1_DOWN = ("DROP TABLE retention_runs",)
