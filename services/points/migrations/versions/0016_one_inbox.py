"""Members' notices go to the gateway's inbox."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

UP = (
    # What members were told goes along, with the time it was told at; nothing of it is sent again.
    """
    INSERT INTO outbox (id, stream, type, key, data, created_at)
    SELECT gen_random_uuid(), 'notices', 'notices.requested.v1', subject_id::text,
        jsonb_build_object(
            'key', kind || ':' || subject_id, 'member_ids', jsonb_build_array(member_id),
            'kind', kind, 'subject_type', split_part(kind, '.', 1), 'subject_id', subject_id,
            'zh', text_zh, 'en', text_en, 'urgent', false, 'expires_at', NULL,
            'template', NULL, 'data', jsonb_build_object()
        ), created_at
    FROM notices
    """,
    "DROP TABLE notices",
)

DOWN = (
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
        UNIQUE (member_id, kind, subject_id)
    )
    """,
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
