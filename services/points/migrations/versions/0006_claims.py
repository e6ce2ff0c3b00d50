"""Claims, who did what to them when, and what members attach to them."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

UP = (
    # Files themselves are kept outside the database; the row stays when the file is deleted.
    """
    CREATE TABLE attachments (
        member_id uuid NOT NULL REFERENCES members (id),
        id uuid NOT NULL,
        media_type text NOT NULL CHECK (
            media_type IN ('image/jpeg', 'image/png', 'image/webp', 'application/pdf')
        ),
        size integer NOT NULL CHECK (size > 0),
        uploaded_at timestamptz NOT NULL,
        deleted_at timestamptz,
        PRIMARY KEY (member_id, id),
        CHECK (deleted_at >= uploaded_at)
    )
    """,
    "CREATE INDEX attachments_by_id ON attachments (id)",
    "CREATE INDEX attachments_kept ON attachments (uploaded_at) WHERE deleted_at IS NULL",
    """
    CREATE TABLE claims (
        member_id uuid NOT NULL REFERENCES members (id),
        id uuid NOT NULL,
        client_ref uuid,
        -- The branch the member belonged to on that day, whose statement will show the points.
        organisation_id uuid NOT NULL REFERENCES organisations (id),
        -- The group whose leader reviews first; without one the branch reviews at once.
        group_id uuid REFERENCES organisations (id),
        kind text NOT NULL,
        day date NOT NULL,
        level text,
        title text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
        description text NOT NULL,
        attachment_id uuid,
        round text NOT NULL CHECK (round ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
        state text NOT NULL CHECK (
            state IN ('first_review', 'branch_review', 'returned',
                      'approved', 'rejected', 'withdrawn', 'annulled')
        ),
        due_on date,
        created_at timestamptz NOT NULL,
        closed_at timestamptz,
        steps integer NOT NULL CHECK (steps > 0),
        version integer NOT NULL DEFAULT 1,
        PRIMARY KEY (member_id, id),
        UNIQUE (member_id, client_ref),
        -- One attachment a claim, one claim an attachment, and both of the same member.
        UNIQUE (member_id, attachment_id),
        FOREIGN KEY (member_id, attachment_id) REFERENCES attachments (member_id, id),
        CHECK ((state = 'first_review') <= (group_id IS NOT NULL)),
        CHECK ((state IN ('first_review', 'branch_review')) = (due_on IS NOT NULL)),
        CHECK ((state IN ('first_review', 'branch_review', 'returned')) = (closed_at IS NULL))
    )
    """,
    "CREATE INDEX claims_by_id ON claims (id)",
    "CREATE INDEX claims_of_a_branch ON claims (organisation_id, id)",
    """
    CREATE INDEX claims_waiting ON claims (due_on, id)
    WHERE state IN ('first_review', 'branch_review')
    """,
    # The same thing is claimed once; who withdrew it may claim it anew.
    """
    CREATE UNIQUE INDEX claims_made_once ON claims (member_id, kind, day, title)
    WHERE state <> 'withdrawn'
    """,
    """
    CREATE TABLE claim_steps (
        member_id uuid NOT NULL,
        claim_id uuid NOT NULL,
        number integer NOT NULL,
        step text NOT NULL CHECK (
            step IN ('submitted', 'resubmitted', 'withdrawn', 'forwarded', 'returned',
                     'approved', 'rejected', 'annulled')
        ),
        done_by uuid,
        done_at timestamptz NOT NULL,
        reason text,
        -- What was claimed, as the reviewers saw it.
        content jsonb,
        PRIMARY KEY (member_id, claim_id, number),
        FOREIGN KEY (member_id, claim_id) REFERENCES claims (member_id, id),
        -- Nobody reviews the own claim. An annulment is decided elsewhere.
        CHECK ((step = 'annulled') = (done_by IS NULL)),
        CHECK ((step IN ('submitted', 'resubmitted', 'withdrawn')) = (done_by = member_id)),
        CHECK ((step IN ('submitted', 'resubmitted')) = (content IS NOT NULL)),
        CHECK (step NOT IN ('returned', 'rejected', 'annulled') OR length(reason) > 0)
    )
    """,
    """
    CREATE TRIGGER claim_steps_are_append_only
    BEFORE UPDATE OR DELETE ON claim_steps
    FOR EACH ROW EXECUTE FUNCTION refuse_change()
    """,
    """
    CREATE TRIGGER claim_steps_are_not_emptied
    BEFORE TRUNCATE ON claim_steps
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
)

DOWN = (
    "DROP TABLE claim_steps",
    "DROP TABLE claims",
    "DROP TABLE attachments",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
