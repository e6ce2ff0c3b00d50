"""The SQL of posting; every statement takes arrays, one element a row.

Parameters are binary (%b): in text form psycopg escapes arrays a character at a time.
"""

STORE_FACTS = """
    INSERT INTO facts AS known (
        member_id, id, source, source_key, kind, tags, role, activity, title, occurred_at, year,
        minutes, level, quantity, state, reason, revision, received_at
    )
    SELECT member_id, id, source, source_key, kind,
        ARRAY(SELECT jsonb_array_elements_text(tags::jsonb)),
        role, activity, title, occurred_at, year, minutes, level, quantity, state, reason,
        revision, %s
    FROM unnest(
        %b::uuid[], %b::uuid[], %b::text[], %b::text[], %b::text[], %b::text[], %b::text[],
        %b::text[], %b::text[], %b::timestamptz[], %b::smallint[], %b::integer[], %b::text[],
        %b::integer[], %b::text[], %b::text[], %b::integer[]
    ) AS new (
        member_id, id, source, source_key, kind, tags, role, activity, title, occurred_at, year,
        minutes, level, quantity, state, reason, revision
    )
    ON CONFLICT (member_id, id) DO UPDATE SET
        role = excluded.role, tags = excluded.tags, minutes = excluded.minutes,
        level = excluded.level, quantity = excluded.quantity, state = excluded.state, reason = excluded.reason,
        revision = excluded.revision
    WHERE known.revision < excluded.revision
    RETURNING known.member_id, known.id
"""

# An existing row is left alone; the lock below waits for whoever holds it.
OPEN_YEARS = """
    INSERT INTO member_years (member_id, year)
    SELECT * FROM unnest(%b::uuid[], %b::smallint[]) ON CONFLICT DO NOTHING
"""

LOCK_YEARS = """
    SELECT wanted.place, y.used::text, y.last_occurred_at, y.last_fact_id::text, y.version,
        y.stale, m.organisation_id::text, h.since, coalesce(m.scored, true),
        EXISTS (SELECT FROM scoring_changes c WHERE c.member_id = y.member_id)
    FROM unnest(%b::uuid[], %b::smallint[]) WITH ORDINALITY AS wanted (member_id, year, place)
    JOIN member_years y USING (member_id, year)
    LEFT JOIN members m ON m.id = y.member_id
    LEFT JOIN memberships h ON h.member_id = y.member_id AND h.until IS NULL
    ORDER BY wanted.place
    FOR UPDATE OF y
"""

PRESENT = """
    SELECT m.id, m.organisation_id, h.since, m.scored,
        EXISTS (SELECT FROM scoring_changes c WHERE c.member_id = m.id)
    FROM members m
    LEFT JOIN memberships h ON h.member_id = m.id AND h.until IS NULL
    WHERE m.id = ANY(%b)
"""
# Where members belonged, for facts from before the present membership began.
MEMBERSHIPS = """
    SELECT member_id, since, organisation_id FROM memberships
    WHERE member_id = ANY(%b) ORDER BY member_id, since
"""
SCORING_CHANGES = """
    SELECT member_id, since, scored FROM scoring_changes
    WHERE member_id = ANY(%b) ORDER BY member_id, since
"""
# The third part of a path is its unit's code. What lies there now has no end, and comes last.
UNITS = """
    SELECT organisation_id, until, split_part(path, '/', 3) FROM organisation_moves
    WHERE organisation_id = ANY(%b)
    UNION ALL
    SELECT id, NULL, split_part(path, '/', 3) FROM organisations WHERE id = ANY(%b)
    ORDER BY 1, 2
"""

FACT_COLUMNS = (
    "f.id, f.member_id, f.kind, f.occurred_at, f.tags, f.role, f.source, f.activity,"
    " f.minutes, f.level, f.quantity"
)

READ_FACTS = f"""
    SELECT f.year, {FACT_COLUMNS}
    FROM unnest(%b::uuid[], %b::smallint[]) AS wanted (member_id, year)
    JOIN facts f USING (member_id, year)
    WHERE f.state = 'present'
"""

READ_STANDING = """
    SELECT e.member_id, e.year, e.fact_id, e.rule_code, e.id, e.points, e.occurred_at
    FROM unnest(%b::uuid[], %b::smallint[]) AS wanted (member_id, year)
    JOIN ledger_entries e USING (member_id, year)
    WHERE e.reverses IS NULL AND NOT EXISTS (
        SELECT FROM ledger_entries r WHERE r.member_id = e.member_id AND r.reverses = e.id
    )
"""

REVERSE = """
    INSERT INTO ledger_entries (
        member_id, id, fact_id, rule_code, category, rule_set_id, year, occurred_at, points,
        worth, limited_by, used, cap, reverses, organisation_id, posted_at
    )
    SELECT e.member_id, r.id, e.fact_id, e.rule_code, e.category, e.rule_set_id, e.year,
        e.occurred_at, -e.points, -e.worth, '', e.used - abs(e.points), e.cap, e.id,
        e.organisation_id, %s
    FROM unnest(%b::uuid[], %b::uuid[], %b::uuid[]) AS r (member_id, id, reverses)
    JOIN ledger_entries e ON e.member_id = r.member_id AND e.id = r.reverses
"""

COPY_ENTRIES = """
    COPY ledger_entries (
        member_id, id, fact_id, rule_code, category, rule_set_id, year, occurred_at, points,
        worth, limited_by, used, cap, organisation_id, posted_at
    ) FROM STDIN (FORMAT BINARY)
"""
ENTRY_TYPES = [
    "uuid", "uuid", "uuid", "text", "text", "uuid", "int2", "timestamptz", "int4", "int4", "text",
    "int4", "int4", "uuid", "timestamptz",
]  # fmt: skip

# Years that rules for the past made out of date.
STALE_YEARS = "SELECT member_id, year FROM member_years WHERE stale ORDER BY member_id LIMIT %s"

# Years with facts that may have been scored under another answer to "is this member scored?": those
# since it last changed, or all of a member whom the roster has never known as scored.
JUDGED_YEARS = """
    SELECT DISTINCT f.member_id, f.year
    FROM members m
    LEFT JOIN (
        SELECT member_id, max(since) AS since FROM scoring_changes
        WHERE member_id = ANY(%s) GROUP BY 1
    ) AS c ON c.member_id = m.id
    JOIN facts f ON f.member_id = m.id AND f.occurred_at >= coalesce(c.since, f.occurred_at)
    WHERE m.id = ANY(%s) AND (c.since IS NOT NULL OR NOT m.scored)
"""

CLOSE_YEARS = """
    UPDATE member_years y SET
        points = n.points, used = n.used::json, last_occurred_at = n.last_occurred_at,
        last_fact_id = n.last_fact_id, version = n.version, stale = false
    FROM unnest(
        %b::uuid[], %b::smallint[], %b::integer[], %b::text[], %b::timestamptz[], %b::text[]::uuid[], %b::integer[]
    ) AS n (member_id, year, points, used, last_occurred_at, last_fact_id, version)
    WHERE y.member_id = n.member_id AND y.year = n.year
"""

SET_PERIODS = """
    INSERT INTO period_points AS known (member_id, period, points, version)
    SELECT * FROM unnest(%b::uuid[], %b::text[], %b::integer[], %b::integer[])
    ON CONFLICT (period, member_id) DO UPDATE SET
        points = excluded.points, version = excluded.version
    WHERE known.version < excluded.version
"""
