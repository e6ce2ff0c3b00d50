"""What the checker reads."""

from services.points.ledger.statements import FACT_COLUMNS

MEMBERS = """
    SELECT member_id FROM (
        SELECT member_id FROM facts WHERE member_id > %s
        UNION SELECT member_id FROM ledger_entries WHERE member_id > %s
        UNION SELECT member_id FROM member_years WHERE member_id > %s
        UNION SELECT member_id FROM period_points WHERE member_id > %s
    ) AS everybody ORDER BY member_id LIMIT %s
"""
FACTS = f"""
    SELECT f.year, {FACT_COLUMNS} FROM facts f WHERE member_id = ANY(%s) AND state = 'present'
"""
UNSCORED = "SELECT id FROM members WHERE id = ANY(%s) AND NOT scored"
ENTRIES = """
    SELECT e.member_id, e.year, e.fact_id, e.rule_code, e.occurred_at, e.points,
        e.reverses IS NULL AND r.id IS NULL
    FROM ledger_entries e
    LEFT JOIN ledger_entries r ON r.member_id = e.member_id AND r.reverses = e.id
    WHERE e.member_id = ANY(%s)
"""
YEARS = "SELECT member_id, year, points, used FROM member_years WHERE member_id = ANY(%s)"
PERIODS = "SELECT member_id, period, points FROM period_points WHERE member_id = ANY(%s)"
BOARD = """
    SELECT p.member_id, CASE o.kind WHEN 'branch' THEN parent.path ELSE o.path END, p.points
    FROM period_points p
    JOIN members m ON m.id = p.member_id JOIN organisations o ON o.id = m.organisation_id
    LEFT JOIN organisations parent ON parent.id = o.parent_id
    WHERE p.period = %s AND p.points > 0 AND m.scored AND m.status <> 'left'
"""
CODES = "SELECT code FROM organisations WHERE kind IN ('committee', 'unit', 'general_branch')"
ATTENDED = """
    SELECT id, member_id, revision, state FROM facts
    WHERE source = 'check_in' ORDER BY id
"""

# What must find nothing. Each returns one column that says where.
NEVER = {
    "a reversal undoes its entry": """
        SELECT r.id FROM ledger_entries r
        JOIN ledger_entries e ON e.member_id = r.member_id AND e.id = r.reverses
        WHERE (r.points, r.worth, r.fact_id, r.rule_code, r.year, r.rule_set_id, r.occurred_at)
            IS DISTINCT FROM
            (-e.points, -e.worth, e.fact_id, e.rule_code, e.year, e.rule_set_id, e.occurred_at)
    """,
    "no reversal of a reversal": """
        SELECT r.id FROM ledger_entries r
        JOIN ledger_entries e ON e.member_id = r.member_id AND e.id = r.reverses
        WHERE e.reverses IS NOT NULL
    """,
    "an entry says when its fact was": """
        SELECT e.id FROM ledger_entries e
        JOIN facts f ON f.member_id = e.member_id AND f.id = e.fact_id
        WHERE (e.occurred_at, e.year) IS DISTINCT FROM (f.occurred_at, f.year)
    """,
    "no entry without a fact": """
        SELECT e.id FROM ledger_entries e
        WHERE NOT EXISTS (
            SELECT FROM facts f WHERE f.member_id = e.member_id AND f.id = e.fact_id
        )
    """,
    "an entry's rules are approved, and were in force": """
        SELECT e.id FROM ledger_entries e LEFT JOIN rule_sets s ON s.id = e.rule_set_id
        WHERE s.state IS DISTINCT FROM 'approved' OR s.effective_at > e.occurred_at
    """,
    "an entry's rule gives its category": """
        SELECT e.id FROM ledger_entries e
        LEFT JOIN rules r ON r.rule_set_id = e.rule_set_id AND r.code = e.rule_code
        WHERE r.body ->> 'category' IS DISTINCT FROM e.category
    """,
    "a grant lies between nothing and its worth": """
        SELECT id FROM ledger_entries
        WHERE abs(points) > abs(worth) OR sign(points) = -sign(worth) AND points <> 0
            OR (reverses IS NULL AND limited_by = '' AND points <> worth)
    """,
}
