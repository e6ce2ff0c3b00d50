"""Study hours and the branch calendar."""

import json

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_COUNTED = {"watched": True, "minimum": 1}
_MONTHLY = _COUNTED | {"period": "month", "remind_days": 7}
_QUARTERLY = _COUNTED | {"period": "quarter", "remind_days": 14}
_YEARLY = _COUNTED | {"period": "year", "remind_days": 30}

# What rules ask as delivered; source: the cadence rules of the domain glossary. The length of a
# day and of half a day, the hours of a session nobody can find, and who is not asked are estimates.
DELIVERED = {
    "R1": _QUARTERLY,
    "R2": _MONTHLY | {"least_members": 7},
    "R3": _MONTHLY,
    "R4": _QUARTERLY,
    "R5": _MONTHLY,
    "R6": _YEARLY,
    "R7": _YEARLY,
    "R8": _YEARLY,
    "R9": {
        "watched": True,
        "remind_days": 60,
        "member_hours": 32,
        "office_hours": 56,
        "day_hours": 8,
        "day_minutes": 360,
        "half_day_hours": 4,
        "half_day_minutes": 180,
        "make_up_hours": 2,
        "course_days": 3,
        "categories": ["lecture", "study_session", "youth_study", "training"],
        "not_asked": ["mobile", "retired"],
    },
    "R10": {"watched": True, "months": 6, "remind_days": 60},
    "R13": _MONTHLY | {"named": "青年"},
}

UP = (
    # What rules ask, from a year on. Only ever added to: the newest that applies is in force.
    """
    CREATE TABLE rule_figures (
        rule text NOT NULL,
        number integer NOT NULL CHECK (number > 0),
        from_year smallint NOT NULL,
        figures jsonb NOT NULL,
        set_by uuid,
        set_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (rule, number)
    )
    """,
    *(
        f"""
        INSERT INTO rule_figures (rule, number, from_year, figures)
        VALUES ('{rule}', 1, 2000, '{json.dumps(figures, ensure_ascii=False)}')
        """  # noqa: S608 - the constants above
        for rule, figures in DELIVERED.items()
    ),
    # An office at an organisation, by its code, which stays when the organisation moves; and when
    # its holder was first told of as such.
    """
    CREATE TABLE roster_duties (
        member_id uuid NOT NULL,
        role text NOT NULL,
        code text NOT NULL,
        path text NOT NULL,
        since timestamptz NOT NULL,
        PRIMARY KEY (member_id, role, code)
    )
    """,
    "CREATE INDEX roster_duties_by_path ON roster_duties (path text_pattern_ops)",
    # When an organisation was first told of.
    "ALTER TABLE roster_organisations ADD COLUMN since timestamptz NOT NULL DEFAULT now()",
    """
    CREATE TABLE study_facts (
        member_id uuid NOT NULL,
        id uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('training_course', 'make_up_study')),
        title text NOT NULL,
        day date NOT NULL,
        days integer CHECK (days > 0),
        missed text,
        state text NOT NULL CHECK (state IN ('present', 'annulled')),
        revision integer NOT NULL CHECK (revision > 0),
        PRIMARY KEY (member_id, id)
    )
    """,
    # Counted ahead, unit by unit; it can be thrown away.
    """
    CREATE TABLE unit_counts (
        kind text NOT NULL,
        organisation_id uuid NOT NULL,
        year smallint NOT NULL,
        counts jsonb NOT NULL,
        counted_at timestamptz NOT NULL,
        PRIMARY KEY (kind, organisation_id, year)
    )
    """,
    # Done or not, and no more: what was said is nobody's business here.
    """
    CREATE TABLE cadence_marks (
        organisation_id uuid NOT NULL,
        rule text NOT NULL,
        year smallint NOT NULL,
        done boolean NOT NULL,
        set_by uuid NOT NULL,
        set_at timestamptz NOT NULL,
        version integer NOT NULL,
        PRIMARY KEY (organisation_id, rule, year)
    )
    """,
    """
    CREATE TABLE cadence_duties (
        organisation_id uuid NOT NULL,
        rule text NOT NULL,
        member_id uuid,
        due_day smallint CHECK (due_day BETWEEN 1 AND 31),
        set_by uuid NOT NULL,
        set_at timestamptz NOT NULL,
        version integer NOT NULL,
        PRIMARY KEY (organisation_id, rule)
    )
    """,
)

DOWN = (
    "DROP TABLE cadence_duties",
    "DROP TABLE cadence_marks",
    "DROP TABLE unit_counts",
    "DROP TABLE study_facts",
    "ALTER TABLE roster_organisations DROP COLUMN since",
    "DROP TABLE roster_duties",
    "DROP TABLE rule_figures",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
