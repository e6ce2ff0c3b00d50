"""Boards of periods that are over, as they ended."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

UP = (
    """
    CREATE TABLE closed_boards (
        organisation_id uuid NOT NULL REFERENCES organisations (id),
        period text NOT NULL,
        size integer NOT NULL CHECK (size >= 0),
        -- Of its places, so that none of them changes unseen.
        places bytea NOT NULL,
        frozen_at timestamptz NOT NULL,
        PRIMARY KEY (organisation_id, period)
    )
    """,
    """
    CREATE TABLE closed_board_places (
        organisation_id uuid NOT NULL,
        period text NOT NULL,
        -- The order on the board; those with the same points share a rank.
        place integer NOT NULL CHECK (place > 0),
        rank integer NOT NULL CHECK (rank BETWEEN 1 AND place),
        member_id uuid NOT NULL,
        points integer NOT NULL CHECK (points > 0),
        PRIMARY KEY (organisation_id, period, place),
        UNIQUE (organisation_id, period, member_id),
        FOREIGN KEY (organisation_id, period) REFERENCES closed_boards
    )
    """,
    """
    CREATE TABLE closed_units (
        period text NOT NULL,
        unit_id uuid NOT NULL REFERENCES organisations (id),
        -- Of those who were scored.
        members integer NOT NULL CHECK (members > 0),
        points bigint NOT NULL,
        taking_part integer NOT NULL CHECK (taking_part BETWEEN 0 AND members),
        PRIMARY KEY (period, unit_id)
    )
    """,
    *(
        f"""
        CREATE TRIGGER {table}_are_journaled AFTER INSERT OR UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION journal_change({key})
        """
        for table, key in (
            ("closed_boards", "'organisation_id', 'period'"),
            ("closed_units", "'period', 'unit_id'"),
        )
    ),
)

DOWN = ("DROP TABLE closed_units", "DROP TABLE closed_board_places", "DROP TABLE closed_boards")


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
