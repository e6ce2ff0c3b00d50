"""Tables whose rows change: every change goes through a trigger that notes it in `row_journal`.

A row that is not as its newest note says was changed by somebody who switched the triggers off; so
was one without any note, and a note without its row. The journal itself is append-only and sealed.
"""

from typing import Any, Final

from psycopg import Cursor

from services.points.checker.proof import Proof

# With the columns of their keys. `facts` are noted when they change only: how they first came is
# sealed, and they are too many to be noted one by one.
TABLES: Final = {
    "rule_sets": ("id",),
    "rules": ("rule_set_id", "code"),
    "held_facts": ("id",),
    "closed_months": ("organisation_id", "month"),
    "claims": ("member_id", "id"),
    "claim_steps": ("member_id", "claim_id", "number"),
    "adjustments": ("id",),
    "appeals": ("id",),
    "appeal_steps": ("appeal_id", "id"),
    "statements": ("id",),
    "statement_lines": ("statement_id", "member_id"),
    "objections": ("id",),
    "calendar_days": ("day",),
    "closed_boards": ("organisation_id", "period"),
    "closed_units": ("period", "unit_id"),
}

# What keeps the promises that the checker relies on.
TRIGGERS: Final = frozenset(
    {
        "audit_log_is_append_only",
        "audit_log_is_not_emptied",
        "facts_are_journaled",
        "ledger_entries_are_append_only",
        "ledger_entries_are_not_emptied",
        "row_journal_is_append_only",
        "row_journal_is_not_emptied",
        *(f"{table}_are_journaled" for table in TABLES),
    }
)

_ROWS = """
    SELECT coalesce(noted.key, present.key) FROM (
        SELECT DISTINCT ON (key) key, after FROM row_journal WHERE table_name = %s
        ORDER BY key, id DESC
    ) AS noted
    FULL JOIN (
        SELECT row_key(row, %s) AS key, row_digest(row) AS digest
        FROM (SELECT to_jsonb(t) AS row FROM {table} t) AS rows
    ) AS present USING (key)
    WHERE noted.after IS DISTINCT FROM present.digest
    ORDER BY 1
"""
_FACTS = """
    SELECT noted.key FROM (
        SELECT DISTINCT ON (key) key, after FROM row_journal WHERE table_name = 'facts'
        ORDER BY key, id DESC
    ) AS noted
    LEFT JOIN facts t ON t.member_id = split_part(noted.key, '/', 1)::uuid
        AND t.id = split_part(noted.key, '/', 2)::uuid
    WHERE noted.after IS DISTINCT FROM row_digest(to_jsonb(t)) ORDER BY 1
"""
_LINKS = """
    SELECT table_name || ' ' || key FROM (
        SELECT table_name, key, before, lag(after) OVER notes AS known, row_number() OVER notes AS n
        FROM row_journal WINDOW notes AS (PARTITION BY table_name, key ORDER BY id)
    ) AS linked
    WHERE before IS DISTINCT FROM known AND (n > 1 OR table_name <> 'facts')
"""
_TRIGGERS = "SELECT tgname, tgenabled IN ('O', 'A') FROM pg_trigger WHERE NOT tgisinternal"


def check(cursor: Cursor[Any], proof: Proof) -> None:
    """Compare the journaled tables with their journal."""
    for table, key in TABLES.items():
        # S608: constants of this file.
        cursor.execute(_ROWS.format(table=table).encode(), [table, list(key)])
        for (where,) in cursor.fetchall():
            proof.never("a row nobody noted", f"{table} {where}")
    cursor.execute(_FACTS)
    for (where,) in cursor.fetchall():
        proof.never("a row nobody noted", f"facts {where}")
    cursor.execute(_LINKS)
    for (where,) in cursor.fetchall():
        proof.never("a change whose note is missing", where)
    cursor.execute(_TRIGGERS)
    on = dict(cursor.fetchall())
    for trigger in sorted(TRIGGERS | on.keys()):
        proof.report("the guards are on", trigger, "on", "on" if on.get(trigger) else "off")
