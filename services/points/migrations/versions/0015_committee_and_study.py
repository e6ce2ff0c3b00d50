"""A branch's committee has a role; courses and make-up study from before are told of."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_ROLES = "'group_leader', 'branch_secretary', 'unit_admin', 'city_admin', 'organiser', 'auditor'"

UP = (
    "ALTER TABLE role_assignments DROP CONSTRAINT role_assignments_role_check",
    f"""
    ALTER TABLE role_assignments ADD CONSTRAINT role_assignments_role_check CHECK (
        role IN ({_ROLES}, 'committee_member')
    )
    """,
    # As `ledger.study` tells of them from now on; how many days courses had was not kept.
    """
    INSERT INTO outbox (id, stream, type, key, data)
    SELECT gen_random_uuid(), 'study', 'study.recorded.v1', member_id::text, jsonb_build_object(
        'fact_id', id, 'member_id', member_id, 'kind', kind, 'title', title,
        'occurred_at', occurred_at, 'days', NULL,
        'missed', CASE kind WHEN 'make_up_study' THEN level END,
        'state', state, 'reason', reason, 'revision', revision
    )
    FROM facts WHERE kind IN ('training_course', 'make_up_study')
    """,
)

DOWN = (
    "DELETE FROM outbox WHERE stream = 'study'",
    "DELETE FROM role_assignments WHERE role = 'committee_member'",
    "ALTER TABLE role_assignments DROP CONSTRAINT role_assignments_role_check",
    f"""
    ALTER TABLE role_assignments ADD CONSTRAINT role_assignments_role_check CHECK (
        role IN ({_ROLES})
    )
    """,
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
