"""The SQL of reports. A subtree of organisations is a prefix of paths."""

# Everybody who was ever in one of the branches, so that facts and entries are found by member.
_PEOPLE = """
    places AS (
        SELECT id, code, name, path FROM organisations WHERE path ^@ :path AND kind = 'branch'
    ), people AS (
        SELECT b.member_id FROM memberships b JOIN places ON places.id = b.organisation_id
        UNION SELECT m.id FROM members m JOIN places ON places.id = m.organisation_id
    )
"""
_THEN_IN = """
        LEFT JOIN LATERAL (
            SELECT organisation_id FROM memberships b
            WHERE b.member_id = {0}.member_id AND b.since <= {0}.occurred_at
            ORDER BY b.since DESC LIMIT 1
        ) then_in ON true
"""
# A fact's branch is that of its entries. Where it brought none (a member who is not scored, an
# activity without a rule), it is the one the member belonged to that day.
_DONE = f"""
    {_PEOPLE}, done AS (
        SELECT f.member_id, f.kind, f.tags, f.source, f.activity, f.occurred_at,
            coalesce(e.organisation_id, then_in.organisation_id, m.organisation_id)
                AS organisation_id
        FROM people p JOIN facts f USING (member_id) JOIN members m ON m.id = f.member_id
        LEFT JOIN LATERAL (
            SELECT organisation_id FROM ledger_entries e
            WHERE e.member_id = f.member_id AND e.fact_id = f.id ORDER BY e.id DESC LIMIT 1
        ) e ON true
        {_THEN_IN.format("f")}
        WHERE f.state = 'present' AND f.occurred_at >= :since AND f.occurred_at < :until
    )
"""
_MONTH = "to_char(occurred_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')"

ACTIVITIES = f"""
    WITH {_DONE}, by_kind AS (
        SELECT done.*, {_MONTH} AS month, k.kind AS counted
        FROM done JOIN places ON places.id = done.organisation_id
        CROSS JOIN LATERAL unnest(array_append(done.tags, done.kind)) AS k (kind)
        WHERE done.source = 'check_in'
    )
    SELECT counted AS kind, month, count(DISTINCT activity) AS activities,
        count(DISTINCT (activity, member_id)) AS attendances
    FROM by_kind GROUP BY GROUPING SETS ((counted, month), (counted), (month), ())
"""
SOURCES = f"""
    WITH {_DONE}
    SELECT done.source, count(*) AS facts
    FROM done JOIN places ON places.id = done.organisation_id GROUP BY done.source
"""
POINTS = f"""
    WITH {_PEOPLE}
    SELECT e.organisation_id, e.category, {_MONTH} AS month, sum(e.points)::integer AS points
    FROM people p JOIN ledger_entries e USING (member_id)
    JOIN places ON places.id = e.organisation_id
    WHERE e.occurred_at >= :since AND e.occurred_at < :until
    GROUP BY 1, 2, 3
"""
BRANCHES = f"""
    WITH {_DONE}, present AS (
        SELECT b.organisation_id, b.member_id, m.scored, EXISTS (
            SELECT FROM done WHERE done.member_id = b.member_id
                AND done.organisation_id = b.organisation_id AND done.source = 'check_in'
        ) AS took_part
        FROM memberships b JOIN places ON places.id = b.organisation_id
        JOIN members m ON m.id = b.member_id
        WHERE b.since <= :as_of AND (b.until IS NULL OR b.until > :as_of)
    )
    SELECT places.id, places.code, places.name, count(member_id) AS members,
        count(*) FILTER (WHERE scored) AS scored, count(*) FILTER (WHERE took_part) AS took_part
    FROM places LEFT JOIN present ON present.organisation_id = places.id
    GROUP BY places.id, places.code, places.name, places.path ORDER BY places.path
"""

# What people asked for and decided, by the day it is about. A claim names its branch itself.
_ASKED = "\n        UNION ALL\n".join(
    f"""
        SELECT '{table}' AS what, x.state, coalesce(then_in.organisation_id, m.organisation_id)
        FROM people p JOIN {table} x USING (member_id) JOIN members m ON m.id = x.member_id
        {_THEN_IN.format("x")}
        WHERE x.occurred_at >= :since AND x.occurred_at < :until
    """
    for table in ("adjustments", "appeals")
)
DECISIONS = f"""
    WITH {_PEOPLE}, asked (what, state, organisation_id) AS (
        SELECT 'claims', state, organisation_id FROM claims
        WHERE day >= CAST(:first AS date) AND day <= CAST(:last AS date)
        UNION ALL {_ASKED}
    )
    SELECT what, state, count(*) AS number
    FROM asked JOIN places ON places.id = asked.organisation_id GROUP BY what, state
"""

_OF_BRANCHES = f"""
    WITH {_PEOPLE}, chosen AS (
        SELECT e.* FROM people p JOIN ledger_entries e USING (member_id)
        WHERE e.organisation_id IN (SELECT id FROM places)
            AND e.occurred_at >= :since AND e.occurred_at < :until
    )
"""
# The city's is the whole ledger: also entries that name no branch, of members whom the roster did
# not know.
_OF_THE_CITY = """
    WITH chosen AS (
        SELECT * FROM ledger_entries WHERE occurred_at >= :since AND occurred_at < :until
    )
"""
_COUNT = "SELECT count(*) FROM chosen"
_ENTRIES = """
    SELECT e.id, e.rule_code, e.rule_set_id, e.category, e.occurred_at, e.points, e.worth,
        e.limited_by, e.posted_at, e.reverses, f.title, coalesce(m.member_no, '') AS member_no,
        coalesce(m.name, '') AS name, coalesce(o.name, '') AS branch
    FROM chosen e JOIN facts f ON f.member_id = e.member_id AND f.id = e.fact_id
    LEFT JOIN members m ON m.id = e.member_id LEFT JOIN organisations o ON o.id = e.organisation_id
    ORDER BY e.member_id, e.id
"""
COUNT_ENTRIES, COUNT_ALL_ENTRIES = _OF_BRANCHES + _COUNT, _OF_THE_CITY + _COUNT
ENTRIES, ALL_ENTRIES = _OF_BRANCHES + _ENTRIES, _OF_THE_CITY + _ENTRIES
