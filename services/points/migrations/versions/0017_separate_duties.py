"""System, security and audit are separate duties, of different people."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_ROLES = (
    "'group_leader', 'branch_secretary', 'unit_admin', 'city_admin', 'organiser', 'auditor',"
    " 'committee_member'"
)
_DUTIES = "'system_admin', 'security_admin', 'auditor'"
_KEEPERS = "'unit_admin', 'city_admin'"

UP = (
    "ALTER TABLE role_assignments DROP CONSTRAINT role_assignments_role_check",
    f"""
    ALTER TABLE role_assignments ADD CONSTRAINT role_assignments_role_check CHECK (
        role IN ({_ROLES}, 'system_admin', 'security_admin')
    )
    """,
    # By whichever door a role comes. The member's row is locked, so that two doors take turns. Pairs
    # from before stay until one of the two is taken away.
    f"""
    CREATE FUNCTION refuse_clashing_duty() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM 1 FROM members WHERE id = NEW.member_id FOR NO KEY UPDATE;
        IF EXISTS (
            SELECT 1 FROM role_assignments r
            WHERE r.member_id = NEW.member_id AND r.id <> NEW.id AND r.role <> NEW.role
              AND r.role IN ({_DUTIES}, {_KEEPERS}) AND NEW.role IN ({_DUTIES}, {_KEEPERS})
              AND (r.role IN ({_DUTIES}) OR NEW.role IN ({_DUTIES}))
        ) THEN
            RAISE EXCEPTION 'separate duties in one hand'
                USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'separate_duties';
        END IF;
        RETURN NEW;
    END $$
    """,  # noqa: S608 - roles of ours
    """
    CREATE TRIGGER separate_duties BEFORE INSERT OR UPDATE OF member_id, role ON role_assignments
    FOR EACH ROW EXECUTE FUNCTION refuse_clashing_duty()
    """,
)

DOWN = (
    "DROP TRIGGER separate_duties ON role_assignments",
    "DROP FUNCTION refuse_clashing_duty",
    "DELETE FROM role_assignments WHERE role IN ('system_admin', 'security_admin')",
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
