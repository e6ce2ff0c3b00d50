"""The SQL of study hours: one statement a view, whether of one member or of the city.

What a length of time counts comes in as a table (`policy.credits_by_length`); here lengths are only
found and cut into days. Days are those of Asia/Shanghai.
"""

from typing import Final

_BELOW: Final = "m.path ^@ :path"
# Who belongs to an organisation, by its kind.
BELONGS: Final = {
    "committee": _BELOW,
    "unit": _BELOW,
    "general_branch": _BELOW,
    "branch": _BELOW,
    "group": "m.group_path = :path",
    "cross_cutting": ":path = ANY (m.cross_paths)",
}
ONESELF: Final = "m.id = :member"

_LOCAL: Final = "AT TIME ZONE 'Asia/Shanghai'"
_CATEGORIES: Final = "ANY (CAST(:categories AS text[]))"


def _credit(begins: str, ends: str) -> str:
    """Return SQL for what the time between two moments counts, 24 hours at most.

    Who arrives after the end, while the door is still open, was there for no time at all.
    """
    length = f"floor(extract(epoch FROM {ends} - {begins}) / 60)::integer"
    return f"(CAST(:credits AS integer[]))[1 + greatest(0, least({length}, 24 * 60))]"


_SESSIONS: Final = f"""
    SELECT s.id, s.starts_at, s.ends_at, e.id AS event_id, e.title,
        e.category = ANY (CAST(:timed AS text[])) AS timed
    FROM event_sessions s
    JOIN events e ON e.id = s.event_id
        AND (e.category = {_CATEGORIES} OR e.tags && CAST(:categories AS text[]))
    WHERE s.starts_at < :until AND s.ends_at > :since
        AND s.id IN (SELECT c.session_id FROM people p JOIN check_ins c ON c.member_id = p.id)
"""
# Where a stay's length matters and is known, it counts, from the arrival on; otherwise the session
# counts, as it does for points. Sessions are measured once, however many came.
_SPANS: Final = """
    SELECT id AS session_id, event_id, title, timed, NULL::uuid AS member_id,
        NULL::uuid AS check_in_id, starts_at AS begins, ends_at AS ends
    FROM sessions
    UNION ALL
    SELECT s.id, s.event_id, s.title, true, p.id, c.id, b.begins,
        least(b.begins + c.minutes * interval '1 minute', s.ends_at)
    FROM sessions s
    JOIN check_ins c ON c.session_id = s.id AND c.state = 'present' AND c.minutes IS NOT NULL
    JOIN people p ON p.id = c.member_id,
    LATERAL (SELECT greatest(c.checked_in_at, s.starts_at) AS begins) AS b
    WHERE s.timed
"""
# What lasts for up to 24 hours is one stretch, on the day it begins. Anything longer is cut at
# midnights.
_CUT: Final = f"""
    SELECT session_id, event_id, title, timed, member_id, check_in_id,
        (begins {_LOCAL})::date AS day, {_credit("begins", "ends")} AS credit
    FROM spans WHERE ends - begins <= interval '24 hours'
    UNION ALL
    SELECT session_id, event_id, title, timed, member_id, check_in_id, day::date, {
    _credit(f"greatest(begins, day {_LOCAL})", f"least(ends, (day + interval '1 day') {_LOCAL})")
}
    FROM spans, generate_series(
        date_trunc('day', begins {_LOCAL}),
        (ends - interval '1 microsecond') {_LOCAL},
        interval '1 day'
    ) AS day
    WHERE ends - begins > interval '24 hours'
"""
_ATTENDANCE: Final = """
    SELECT c.member_id, c.id, 'attendance' AS kind, u.title, u.event_id, u.day, u.credit
    FROM people p
    JOIN check_ins c ON c.member_id = p.id AND c.state = 'present'
    JOIN cut u ON u.session_id = c.session_id AND u.check_in_id IS NULL
    WHERE NOT (u.timed AND c.minutes IS NOT NULL)
    UNION ALL
    SELECT member_id, check_in_id, 'attendance', title, event_id, day, credit
    FROM cut WHERE check_in_id IS NOT NULL
"""
_COURSES: Final = """
    SELECT f.member_id, f.id, f.kind, f.title, NULL, f.day + n, CAST(:most_a_day AS integer)
    FROM people p JOIN study_facts f ON f.member_id = p.id,
        generate_series(0, coalesce(f.days, :course_days) - 1) AS n
    WHERE f.state = 'present' AND f.kind = 'training_course'
"""
# Make-up study counts what the missed session would have counted: the longest of that category on
# that day, at an organisation the member belongs to.
_MAKE_UPS: Final = f"""
    SELECT f.member_id, f.id, f.kind, f.title, missed.event_id, f.day,
        coalesce(missed.credit, :make_up)
    FROM people p JOIN study_facts f ON f.member_id = p.id
    LEFT JOIN LATERAL (
        SELECT e.id AS event_id, {_credit("s.starts_at", "s.ends_at")} AS credit
        FROM events e JOIN event_sessions s ON s.event_id = e.id
        WHERE e.organisation_path = ANY (
                ARRAY(
                    SELECT array_to_string((string_to_array(p.path, '/'))[1 : n], '/') || '/'
                    FROM generate_series(2, cardinality(string_to_array(p.path, '/')) - 1) AS n
                ) || p.cross_paths || p.group_path
            )
            AND (e.category = f.missed OR f.missed = ANY (e.tags))
            AND e.state IN ('published', 'open', 'closed')
            AND s.starts_at >= CAST(f.day AS timestamp) {_LOCAL}
            AND s.starts_at < CAST(f.day + 1 AS timestamp) {_LOCAL}
        ORDER BY credit DESC, s.id LIMIT 1
    ) AS missed ON true
    WHERE f.state = 'present' AND f.kind = 'make_up_study' AND f.missed = {_CATEGORIES}
"""
_STUDIED: Final = f"""
    WITH people AS (
        SELECT m.id, m.member_no, m.name, m.path, m.group_path, m.cross_paths,
            m.status <> ALL (CAST(:not_asked AS text[])) AS asked,
            EXISTS (
                SELECT FROM roster_duties d
                WHERE d.member_id = m.id AND d.role = ANY (CAST(:offices AS text[]))
            ) AS office
        FROM roster_members m WHERE m.status <> 'left' AND {{who}}
    ), sessions AS MATERIALIZED ({_SESSIONS}), spans AS ({_SPANS}),
    cut AS MATERIALIZED ({_CUT}), portions AS (
        {_ATTENDANCE} UNION ALL {_COURSES} UNION ALL {_MAKE_UPS}
    ), studied AS (
        SELECT * FROM portions WHERE day BETWEEN :first AND :last
    )
"""
# One day counts at most as a day, whatever was in it.
_TOTALS: Final = f"""
    {_STUDIED}, days AS (
        SELECT member_id, least(sum(credit), :most_a_day)::integer AS credit
        FROM studied GROUP BY member_id, day
    ), sums AS (
        SELECT member_id, sum(credit)::integer AS minutes FROM days GROUP BY member_id
    ), totals AS (
        SELECT p.*, coalesce(s.minutes, 0) AS minutes
        FROM people p LEFT JOIN sums s ON s.member_id = p.id
    )
"""

# Everything one member studied, in the order of time; a row without an item where there is nothing.
ITEMS: Final = f"""
    {_STUDIED}
    SELECT p.asked, p.office, s.id, s.kind, s.title, s.event_id, s.day, s.credit
    FROM people p LEFT JOIN studied s ON s.member_id = p.id
    ORDER BY s.day, s.id
"""
# In the order of the roster: nobody is ranked.
MEMBERS: Final = f"""
    {_TOTALS}
    SELECT id AS member_id, member_no, name, asked, office, minutes FROM totals ORDER BY member_no
"""
COUNTS: Final = f"""
    {_TOTALS}
    SELECT path, count(*) AS members, count(*) FILTER (WHERE asked) AS asked,
        count(*) FILTER (
            WHERE asked AND minutes >= CASE WHEN office THEN :office_minutes ELSE :member_minutes END
        ) AS met
    FROM totals GROUP BY 1 ORDER BY 1
"""
