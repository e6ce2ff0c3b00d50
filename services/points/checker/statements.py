"""What the checker reads."""

from services.points.leaderboards.snapshots import DIGEST
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
    SELECT f.year, f.revision, {FACT_COLUMNS}
    FROM facts f WHERE member_id = ANY(%s) AND state = 'present'
"""
ENTRIES = """
    SELECT e.member_id, e.year, e.id, e.fact_id, e.rule_code, e.reverses IS NULL AND r.id IS NULL,
        CASE WHEN e.reverses IS NULL THEN least(e.occurred_at, e.posted_at) END, e.organisation_id,
        e.points, e.category, e.occurred_at, e.rule_set_id, e.worth, e.limited_by, e.used, e.cap
    FROM ledger_entries e
    LEFT JOIN ledger_entries r ON r.member_id = e.member_id AND r.reverses = e.id
    WHERE e.member_id = ANY(%s)
"""
YEARS = """
    SELECT member_id, year, points, used, last_occurred_at, last_fact_id, version, stale
    FROM member_years WHERE member_id = ANY(%s)
"""
PERIODS = "SELECT member_id, period, points, version FROM period_points WHERE member_id = ANY(%s)"
BOARD = """
    SELECT p.member_id, CASE o.kind WHEN 'branch' THEN parent.path ELSE o.path END, p.points
    FROM period_points p
    JOIN members m ON m.id = p.member_id JOIN organisations o ON o.id = m.organisation_id
    LEFT JOIN organisations parent ON parent.id = o.parent_id
    WHERE p.period = %s AND p.points > 0 AND m.scored AND m.status <> 'left'
"""
RULES_FOR_THE_PAST = """
    SELECT EXISTS (SELECT FROM rule_sets WHERE retroactive AND state = 'approved')
"""
CODES = "SELECT code FROM organisations WHERE kind IN ('committee', 'unit', 'general_branch')"
# What the events service told: check-ins, and results that were confirmed there.
ATTENDED = """
    SELECT DISTINCT ON (id) id, member_id, revision, state FROM (
        SELECT id, member_id, revision, state FROM facts
        WHERE source = 'check_in' OR source_key LIKE 'result:%'
        UNION ALL
        SELECT fact_id, member_id, revision, state FROM held_facts
        WHERE recorded ->> 'source_key' IS NULL OR recorded ->> 'source_key' LIKE 'result:%'
    ) AS arrived
    ORDER BY id, revision DESC
"""

# What must find nothing. Each returns one column that says where.
NEVER = {
    "a reversal undoes its entry": """
        SELECT 'ledger_entries ' || r.id FROM ledger_entries r
        JOIN ledger_entries e ON e.member_id = r.member_id AND e.id = r.reverses
        WHERE (r.points, r.worth, r.fact_id, r.rule_code, r.year, r.rule_set_id, r.occurred_at,
               r.category, r.limited_by, r.used, r.cap, r.organisation_id)
            IS DISTINCT FROM
            (-e.points, -e.worth, e.fact_id, e.rule_code, e.year, e.rule_set_id, e.occurred_at,
             e.category, '', e.used - abs(e.points), e.cap, e.organisation_id)
            OR r.posted_at < e.posted_at
    """,
    "no reversal of a reversal": """
        SELECT 'ledger_entries ' || r.id FROM ledger_entries r
        JOIN ledger_entries e ON e.member_id = r.member_id AND e.id = r.reverses
        WHERE e.reverses IS NOT NULL
    """,
    "an entry says when its fact was": """
        SELECT 'ledger_entries ' || e.id FROM ledger_entries e
        JOIN facts f ON f.member_id = e.member_id AND f.id = e.fact_id
        WHERE (e.occurred_at, e.year) IS DISTINCT FROM (f.occurred_at, f.year)
    """,
    "no entry without a fact": """
        SELECT 'ledger_entries ' || e.id FROM ledger_entries e
        WHERE NOT EXISTS (
            SELECT FROM facts f WHERE f.member_id = e.member_id AND f.id = e.fact_id
        )
    """,
    "no entry before its fact": """
        SELECT 'ledger_entries ' || e.id FROM ledger_entries e
        JOIN facts f ON f.member_id = e.member_id AND f.id = e.fact_id
        WHERE e.posted_at < f.received_at
    """,
    "an entry's rules are approved, and were in force": """
        SELECT 'ledger_entries ' || e.id FROM ledger_entries e
        LEFT JOIN rule_sets s ON s.id = e.rule_set_id
        WHERE s.state IS DISTINCT FROM 'approved' OR s.effective_at > e.occurred_at
    """,
    "an entry's rule gives its category": """
        SELECT 'ledger_entries ' || e.id FROM ledger_entries e
        LEFT JOIN rules r ON r.rule_set_id = e.rule_set_id AND r.code = e.rule_code
        WHERE r.body ->> 'category' IS DISTINCT FROM e.category
    """,
    # A unit's is cut down to the city's, where that has become lower since.
    "an entry shows its rule's cap": """
        SELECT 'ledger_entries ' || e.id FROM ledger_entries e
        JOIN rules r ON r.rule_set_id = e.rule_set_id AND r.code = e.rule_code
        JOIN rule_sets s ON s.id = e.rule_set_id
        LEFT JOIN LATERAL (
            SELECT (c ->> 'points')::integer AS points
            FROM jsonb_array_elements(r.body -> 'caps') AS c WHERE c ->> 'per' = 'year'
        ) AS own ON true
        WHERE e.cap IS DISTINCT FROM
            CASE WHEN s.organisation_id IS NULL THEN own.points ELSE least(own.points, e.cap) END
    """,
    "a grant lies between nothing and its worth": """
        SELECT 'ledger_entries ' || id FROM ledger_entries
        WHERE abs(points) > abs(worth) OR sign(points) = -sign(worth) AND points <> 0
            OR (reverses IS NULL AND limited_by = '' AND points <> worth)
            OR (reverses IS NULL AND limited_by <> '' AND points = worth AND worth <> 0)
    """,
    "who is scored is what last changed": """
        SELECT 'members ' || m.id FROM members m JOIN (
            SELECT DISTINCT ON (member_id) member_id, scored FROM scoring_changes
            ORDER BY member_id, since DESC
        ) AS last ON last.member_id = m.id
        WHERE last.scored <> m.scored
    """,
    "a fact lies in its year": """
        SELECT 'facts ' || id FROM facts
        WHERE year <> extract(year FROM occurred_at AT TIME ZONE 'Asia/Shanghai')
    """,
    "a frozen board shows the places it was frozen with": f"""
        SELECT 'closed_boards ' || organisation_id || ' ' || period FROM closed_boards b
        FULL JOIN (
            SELECT organisation_id, period, count(*) AS size, {DIGEST} AS places
            FROM closed_board_places GROUP BY organisation_id, period
        ) AS found USING (organisation_id, period)
        WHERE (b.size, b.places) IS DISTINCT FROM (found.size, found.places)
    """,
    # A check-in's fact has the check-in's id, which is key enough.
    "a fact says what it came from": """
        SELECT 'facts ' || id FROM facts
        WHERE (source = 'check_in') <> (source_key IS NULL)
            OR source_key !~ '^[a-z_]+:.+' OR revision < 1
    """,
}
