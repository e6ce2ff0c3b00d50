"""Units' rules, rules for the past, facts that people decide on, closed months; notices."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

UP = (
    # A unit's own set holds what differs from the city's. A set for the past names the simulation
    # whose difference the second person signs.
    """
    ALTER TABLE rule_sets
        ADD COLUMN organisation_id uuid REFERENCES organisations (id),
        ADD COLUMN retroactive boolean NOT NULL DEFAULT false,
        ADD COLUMN reason text,
        ADD COLUMN simulation_id uuid,
        ADD COLUMN difference jsonb,
        ADD COLUMN revoked_by uuid,
        ADD COLUMN revoked_at timestamptz,
        DROP CONSTRAINT rule_sets_state_check,
        DROP CONSTRAINT rule_sets_check1,
        DROP CONSTRAINT rule_sets_check2,
        ADD CONSTRAINT rule_sets_state_check
            CHECK (state IN ('draft', 'submitted', 'approved', 'revoked')),
        ADD CONSTRAINT approved_by_somebody
            CHECK ((state IN ('approved', 'revoked')) = (approved_by IS NOT NULL)),
        ADD CONSTRAINT approved_for_a_moment
            CHECK ((state IN ('approved', 'revoked')) = (effective_at IS NOT NULL)),
        ADD CONSTRAINT revoked_before_it_counts
            CHECK ((state = 'revoked') = (revoked_at IS NOT NULL) AND revoked_at < effective_at),
        ADD CONSTRAINT the_past_needs_a_reason
            CHECK (NOT retroactive OR (reason IS NOT NULL AND simulation_id IS NOT NULL)),
        ADD CONSTRAINT the_past_is_signed
            CHECK (NOT retroactive OR state <> 'approved' OR difference IS NOT NULL)
    """,
    "DROP INDEX one_rule_set_a_day",
    """
    CREATE UNIQUE INDEX one_rule_set_a_day
    ON rule_sets (coalesce(organisation_id, '00000000-0000-0000-0000-000000000000'), effective_from)
    WHERE state = 'approved' AND NOT retroactive
    """,
    # What was approved stays as it was; it can only be revoked before it counts.
    """
    CREATE FUNCTION refuse_change_of_approved_rules() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        revoking CONSTANT text[] := '{state,revoked_by,revoked_at,version}';
        frozen boolean;
    BEGIN
        IF TG_TABLE_NAME = 'rules' THEN
            frozen := EXISTS (
                SELECT FROM rule_sets
                WHERE id = OLD.rule_set_id AND state IN ('approved', 'revoked')
            );
        ELSIF TG_OP = 'UPDATE' AND OLD.state = 'approved' AND NEW.state = 'revoked' THEN
            frozen := to_jsonb(NEW) - revoking <> to_jsonb(OLD) - revoking;
        ELSE
            frozen := OLD.state IN ('approved', 'revoked');
        END IF;
        IF frozen THEN
            RAISE EXCEPTION 'approved rules never change: draft a new set instead';
        END IF;
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END $$
    """,
    """
    CREATE TRIGGER approved_rule_sets_stay BEFORE UPDATE OR DELETE ON rule_sets
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_approved_rules()
    """,
    """
    CREATE TRIGGER approved_rules_stay BEFORE UPDATE OR DELETE ON rules
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_approved_rules()
    """,
    # Years to be scored again from the beginning, because rules for the past were approved.
    "ALTER TABLE member_years ADD COLUMN stale boolean NOT NULL DEFAULT false",
    "CREATE INDEX member_years_stale ON member_years (member_id, year) WHERE stale",
    # How much of something, where a rule counts neither pieces nor hours; tenths where it is points.
    "ALTER TABLE facts ADD COLUMN quantity integer",
    "ALTER TABLE facts DROP CONSTRAINT facts_source_check",
    """
    ALTER TABLE facts ADD CONSTRAINT facts_source_check
    CHECK (source IN ('check_in', 'claim', 'import', 'manual', 'system'))
    """,
    # A branch's month whose statement is closed. Facts that lie in it need a decision from then on.
    """
    CREATE TABLE closed_months (
        organisation_id uuid NOT NULL REFERENCES organisations (id),
        month text NOT NULL CHECK (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
        closed_at timestamptz NOT NULL,
        PRIMARY KEY (organisation_id, month)
    )
    """,
    # What came too late for its month: as it would have been recorded, until somebody decides.
    """
    CREATE TABLE held_facts (
        member_id uuid NOT NULL,
        fact_id uuid NOT NULL,
        revision integer NOT NULL CHECK (revision > 0),
        id uuid NOT NULL UNIQUE,
        organisation_id uuid NOT NULL REFERENCES organisations (id),
        month text NOT NULL,
        state text NOT NULL CHECK (state IN ('present', 'annulled')),
        recorded jsonb NOT NULL,
        received_at timestamptz NOT NULL,
        decision text CHECK (decision IN ('released', 'refused', 'superseded')),
        reason text,
        decided_by uuid,
        decided_at timestamptz,
        PRIMARY KEY (member_id, fact_id, revision),
        CHECK (decided_by <> member_id),
        CHECK ((decision IS NULL) = (decided_at IS NULL))
    )
    """,
    """
    CREATE INDEX held_facts_waiting ON held_facts (organisation_id, id) WHERE decision IS NULL
    """,
    # What a member is told; the sentence is kept in both languages.
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
        -- Nothing is told twice.
        UNIQUE (member_id, kind, subject_id)
    )
    """,
)

DOWN = (
    "DROP TABLE notices",
    "DROP TABLE held_facts",
    "DROP TABLE closed_months",
    "ALTER TABLE facts DROP CONSTRAINT facts_source_check",
    """
    ALTER TABLE facts ADD CONSTRAINT facts_source_check
    CHECK (source IN ('check_in', 'claim', 'import', 'manual'))
    """,
    "ALTER TABLE facts DROP COLUMN quantity",
    "ALTER TABLE member_years DROP COLUMN stale",
    "DROP TRIGGER approved_rules_stay ON rules",
    "DROP TRIGGER approved_rule_sets_stay ON rule_sets",
    "DROP FUNCTION refuse_change_of_approved_rules",
    "DROP INDEX one_rule_set_a_day",
    """
    CREATE UNIQUE INDEX one_rule_set_a_day ON rule_sets (effective_from)
    WHERE state = 'approved'
    """,
    """
    ALTER TABLE rule_sets
        DROP CONSTRAINT the_past_is_signed,
        DROP CONSTRAINT the_past_needs_a_reason,
        DROP CONSTRAINT revoked_before_it_counts,
        DROP CONSTRAINT approved_for_a_moment,
        DROP CONSTRAINT approved_by_somebody,
        DROP CONSTRAINT rule_sets_state_check,
        ADD CONSTRAINT rule_sets_state_check CHECK (state IN ('draft', 'submitted', 'approved')),
        ADD CONSTRAINT rule_sets_check1 CHECK ((state = 'approved') = (approved_by IS NOT NULL)),
        ADD CONSTRAINT rule_sets_check2 CHECK ((state = 'approved') = (effective_at IS NOT NULL)),
        DROP COLUMN revoked_at,
        DROP COLUMN revoked_by,
        DROP COLUMN difference,
        DROP COLUMN simulation_id,
        DROP COLUMN reason,
        DROP COLUMN retroactive,
        DROP COLUMN organisation_id
    """,
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
