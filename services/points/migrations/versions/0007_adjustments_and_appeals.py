"""Adjustments that two people stand behind, and members' appeals against what was posted."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

UP: tuple[str, ...] = (
    # What one person proposes and a second one approves. A reversal is one as well: it names the
    # adjustment it undoes. `worth` is what it would add before any limit, as it was proposed.
    """
    CREATE TABLE adjustments (
        id uuid PRIMARY KEY,
        member_id uuid NOT NULL REFERENCES members (id),
        kind text NOT NULL,
        day date NOT NULL,
        occurred_at timestamptz NOT NULL,
        points integer CHECK (points BETWEEN -200 AND 200 AND points <> 0),
        level text,
        reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
        evidence text,
        attachment_id uuid,
        corrects uuid,
        claim_id uuid,
        reverses uuid REFERENCES adjustments (id),
        worth integer NOT NULL DEFAULT 0,
        state text NOT NULL DEFAULT 'proposed' CHECK (
            state IN ('proposed', 'approved', 'rejected', 'withdrawn')
        ),
        proposed_by uuid NOT NULL,
        proposed_at timestamptz NOT NULL,
        decided_by uuid,
        decided_at timestamptz,
        decision_reason text,
        FOREIGN KEY (member_id, corrects) REFERENCES ledger_entries (member_id, id),
        -- Nobody decides about the own points, and nobody alone.
        CHECK (proposed_by <> member_id),
        CHECK (decided_by <> member_id),
        CHECK ((decided_by = proposed_by) = (state = 'withdrawn')),
        CHECK ((state = 'proposed') = (decided_at IS NULL)),
        CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
        CHECK (state <> 'rejected' OR decision_reason IS NOT NULL),
        CHECK ((points IS NOT NULL) = (kind = 'correction' AND reverses IS NULL)),
        CHECK ((claim_id IS NOT NULL) = (kind = 'false_claim' AND reverses IS NULL)),
        CHECK (reverses <> id)
    )
    """,
    "CREATE INDEX adjustments_of_a_member ON adjustments (member_id, id)",
    "CREATE INDEX adjustments_waiting ON adjustments (id) WHERE state = 'proposed'",
    """
    CREATE UNIQUE INDEX one_reversal_an_adjustment ON adjustments (reverses)
    WHERE state IN ('proposed', 'approved')
    """,
    """
    CREATE UNIQUE INDEX one_proposal_a_claim ON adjustments (claim_id) WHERE state = 'proposed'
    """,
    """
    CREATE TRIGGER decided_adjustments_stay BEFORE UPDATE ON adjustments
    FOR EACH ROW WHEN (OLD.state <> 'proposed') EXECUTE FUNCTION refuse_change()
    """,
    """
    CREATE TRIGGER adjustments_are_kept BEFORE DELETE ON adjustments
    FOR EACH ROW EXECUTE FUNCTION refuse_change()
    """,
    # About an entry, about an adjustment (or both: an entry that one gave), or about something
    # that was never posted. `involved` are the member and all who had a hand in it: none of them
    # decides, and a first decision's author is one of them once it is escalated.
    """
    CREATE TABLE appeals (
        id uuid PRIMARY KEY,
        member_id uuid NOT NULL REFERENCES members (id),
        entry_id uuid,
        adjustment_id uuid REFERENCES adjustments (id),
        fact_id uuid,
        fact_kind text,
        day date,
        occurred_at timestamptz NOT NULL,
        reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
        evidence text,
        attachment_id uuid,
        involved uuid[] NOT NULL,
        level text NOT NULL CHECK (level IN ('branch', 'unit', 'city')),
        escalated boolean NOT NULL DEFAULT false,
        due_on date NOT NULL,
        state text NOT NULL DEFAULT 'open' CHECK (
            state IN ('open', 'upheld', 'dismissed', 'withdrawn')
        ),
        lodged_at timestamptz NOT NULL,
        decided_by uuid,
        decided_at timestamptz,
        decided_level text CHECK (decided_level IN ('branch', 'unit', 'city')),
        decision_reason text,
        remedy text CHECK (remedy IN ('annul', 'correct')),
        points integer CHECK (points BETWEEN 1 AND 200),
        FOREIGN KEY (member_id, entry_id) REFERENCES ledger_entries (member_id, id),
        FOREIGN KEY (member_id, fact_id) REFERENCES facts (member_id, id),
        CHECK ((fact_id IS NULL) = (fact_kind IS NOT NULL)),
        CHECK ((fact_kind IS NULL) = (day IS NULL)),
        CHECK ((fact_id IS NULL) = (entry_id IS NULL AND adjustment_id IS NULL)),
        CHECK (member_id = ANY (involved)),
        CHECK (decided_by <> ALL (involved)),
        CHECK ((state IN ('upheld', 'dismissed')) = (decided_by IS NOT NULL)),
        CHECK (num_nulls(decided_by, decided_at, decided_level, decision_reason) IN (0, 4)),
        CHECK ((state = 'upheld') = (remedy IS NOT NULL)),
        CHECK ((points IS NOT NULL) = (coalesce(remedy, '') = 'correct')),
        CHECK (remedy <> 'annul' OR fact_id IS NOT NULL)
    )
    """,
    "CREATE INDEX appeals_of_a_member ON appeals (member_id, id)",
    "CREATE INDEX appeals_waiting ON appeals (id) WHERE state = 'open'",
    # What was decided is escalated, not appealed against anew.
    """
    CREATE UNIQUE INDEX one_appeal_an_entry ON appeals (member_id, entry_id)
    WHERE state <> 'withdrawn'
    """,
    """
    CREATE UNIQUE INDEX one_appeal_an_adjustment ON appeals (adjustment_id)
    WHERE state <> 'withdrawn'
    """,
    """
    CREATE UNIQUE INDEX one_appeal_a_missing_fact ON appeals (member_id, fact_kind, day)
    WHERE state <> 'withdrawn'
    """,
    """
    CREATE TRIGGER closed_appeals_stay BEFORE UPDATE ON appeals
    FOR EACH ROW WHEN (
        OLD.state IN ('upheld', 'withdrawn') OR (OLD.state = 'dismissed' AND OLD.escalated)
    ) EXECUTE FUNCTION refuse_change()
    """,
    """
    CREATE TRIGGER appeals_are_kept BEFORE DELETE ON appeals
    FOR EACH ROW EXECUTE FUNCTION refuse_change()
    """,
    """
    CREATE TABLE appeal_steps (
        appeal_id uuid NOT NULL REFERENCES appeals (id),
        id uuid NOT NULL,
        action text NOT NULL CHECK (
            action IN ('lodged', 'upheld', 'dismissed', 'escalated', 'withdrawn')
        ),
        level text NOT NULL,
        actor uuid NOT NULL,
        reason text NOT NULL,
        at timestamptz NOT NULL,
        PRIMARY KEY (appeal_id, id)
    )
    """,
    """
    CREATE TRIGGER appeal_steps_are_append_only BEFORE UPDATE OR DELETE ON appeal_steps
    FOR EACH ROW EXECUTE FUNCTION refuse_change()
    """,
    """
    CREATE TRIGGER appeal_steps_are_not_emptied BEFORE TRUNCATE ON appeal_steps
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
)

DOWN: tuple[str, ...] = (
    "DROP TABLE appeal_steps",
    "DROP TABLE appeals",
    "DROP TABLE adjustments",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
