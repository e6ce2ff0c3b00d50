"""The SQL of the branch calendar: one statement a view, whether of one branch or of 10,000.

What is asked comes in as rows of (rule, period, …); what the calendar says of days is decided by
`policy` alone, which knows from the day what an open period is.
"""

from typing import Final

_HELD: Final = "e.state IN ('published', 'open', 'closed')"

# Subjects are what rules ask something of: branches, their groups, cross-cutting groups. A group
# answers for its branch (`owner`). Nothing is asked of what had passed before an organisation was
# first told of, or before its first event where that was earlier; nor of a branch without members.
_SUBJECTS: Final = f"""
    WITH asked AS (
        SELECT * FROM unnest(
            CAST(:rules AS text[]), CAST(:periods AS text[]), CAST(:begins AS timestamptz[]),
            CAST(:ends AS timestamptz[]), CAST(:last_days AS date[]),
            CAST(:minimums AS integer[]), CAST(:subjects AS text[]), CAST(:above AS boolean[]),
            CAST(:least AS integer[]), CAST(:named AS text[])
        ) AS a (rule, period, begins, ends, last, minimum, subject, above, least, named)
    ), serving AS (
        SELECT * FROM unnest(CAST(:serving AS text[]), CAST(:kinds AS text[])) AS s (rule, kind)
    ), subjects AS MATERIALIZED (
        SELECT o.id, o.kind, o.name, o.path, w.id AS owner, w.path AS owner_path,
            (least(w.since, first.at) AT TIME ZONE 'Asia/Shanghai')::date AS begun,
            people.full_members
        FROM roster_organisations o
        JOIN roster_organisations w
            ON w.id = CASE o.kind WHEN 'group' THEN o.parent_id ELSE o.id END
        CROSS JOIN LATERAL (
            SELECT min(e.starts_at) AS at FROM events e WHERE e.organisation_id = w.id AND {_HELD}
        ) AS first
        CROSS JOIN LATERAL (
            SELECT count(*) AS members, count(*) FILTER (WHERE m.status = 'full') AS full_members
            FROM roster_members m WHERE m.path = w.path AND m.status <> 'left'
        ) AS people
        WHERE o.path ^@ :path AND o.kind = ANY (CAST(:subjects AS text[]))
            AND (o.kind = 'cross_cutting' OR people.members > 0)
    )
"""
# Sessions that satisfy a rule, once somebody was there. They are found before periods are looked
# at: there are few of those, and a session lies in one of each length.
_ATTENDED: Final = f"""
    {_SUBJECTS}, candidates AS MATERIALIZED (
        SELECT v.rule, e.id AS event_id, e.organisation_id, e.organisation_path,
            s.id AS session_id, s.starts_at
        FROM events e
        JOIN serving v ON v.kind = e.category OR v.kind = ANY (e.tags)
        JOIN event_sessions s ON s.event_id = e.id
            AND s.starts_at >= :since AND s.starts_at < :until
        WHERE {_HELD} AND e.starts_at < :until AND e.ends_at > :since
            AND (e.organisation_path ^@ :path
                OR e.organisation_path = ANY (CAST(:ancestors AS text[])))
    ), attended AS MATERIALIZED (
        SELECT n.*, a.period, a.subject, a.above
        FROM candidates n
        JOIN asked a ON a.rule = n.rule AND n.starts_at >= a.begins AND n.starts_at < a.ends
        WHERE EXISTS (
            SELECT FROM check_ins c WHERE c.session_id = n.session_id AND c.state = 'present'
        )
    )
"""
# Whom each of them serves: its own organisation; the groups of a branch whose event it was; and,
# where a rule lets events from above count, each branch below that had somebody there.
_SERVED: Final = f"""
    {_ATTENDED}, above AS (
        SELECT u.id, u.path,
            array_to_string((string_to_array(u.path, '/'))[1 : n], '/') || '/' AS organisation_path
        FROM subjects u, generate_series(2, cardinality(string_to_array(u.path, '/')) - 2) AS n
        WHERE u.kind = 'branch'
    ), served AS (
        SELECT u.id, a.rule, a.period, a.event_id, a.starts_at
        FROM attended a JOIN subjects u ON u.id = a.organisation_id AND u.kind = a.subject
        UNION ALL
        SELECT u.id, a.rule, a.period, a.event_id, a.starts_at
        FROM attended a JOIN subjects u ON u.owner = a.organisation_id AND u.kind = a.subject
        WHERE a.subject = 'group' AND u.id <> a.organisation_id
        UNION ALL
        SELECT u.id, a.rule, a.period, a.event_id, a.starts_at
        FROM attended a
        JOIN above u ON u.organisation_path = a.organisation_path
        CROSS JOIN LATERAL (
            SELECT FROM roster_members m JOIN check_ins c ON c.member_id = m.id
            WHERE m.path = u.path AND c.session_id = a.session_id AND c.state = 'present' LIMIT 1
        ) AS somebody
        WHERE a.above
    ), held AS (
        SELECT id, rule, period, event_id, min(starts_at) AS held_at
        FROM served GROUP BY id, rule, period, event_id
    )
"""
_PARTS: Final = f"""
    {_SERVED}, times AS (
        SELECT id, rule, period, count(*) AS held FROM held GROUP BY id, rule, period
        UNION ALL
        SELECT organisation_id, rule, year::text, 1 FROM cadence_marks
        WHERE done AND rule = ANY (CAST(:marked AS text[]))
    ), parts AS (
        -- Of the time before a branch was known only what all of its groups have done is told.
        SELECT owner, owner_path, id, name, rule, period, minimum, held FROM (
            SELECT u.owner, u.owner_path, u.id, u.name, a.rule, a.period, a.minimum,
                coalesce(t.held, 0) AS held, u.begun <= a.last AS begun,
                bool_and(coalesce(t.held, 0) >= a.minimum)
                    OVER (PARTITION BY u.owner, a.rule, a.period) AS whole
            FROM subjects u
            JOIN asked a ON a.subject = u.kind
            LEFT JOIN times t ON t.id = u.id AND t.rule = a.rule AND t.period = a.period
            WHERE coalesce(u.full_members, 0) >= a.least AND strpos(u.name, a.named) > 0
        ) AS asked_of
        WHERE begun OR whole
    ), cells AS (
        SELECT owner, owner_path, rule, period, bool_and(held >= minimum) AS done
        FROM parts GROUP BY owner, owner_path, rule, period
    )
"""

# Of one branch or group: what each subject of a rule did in each period.
PARTS: Final = f"""
    {_PARTS}
    SELECT id, name, rule, period, held, held >= minimum AS done FROM parts
    WHERE CAST(:only AS uuid) IS NULL OR id = :only
    ORDER BY rule, period, name, id
"""
# Of a unit: what each branch did of each rule in each period, its groups together.
CELLS: Final = f"""
    {_PARTS}
    SELECT owner, owner_path, rule, period, done FROM cells ORDER BY owner_path, rule, period
"""
# The events behind it, with how many of the subject's own were expected (应到), there (实到) and
# excused (请假). Who is expected is what `expected.sources` says, for many events at once.
EVENTS: Final = f"""
    {_SERVED}, people AS MATERIALIZED (
        SELECT u.id, m.id AS member_id FROM subjects u JOIN roster_members m ON m.path = u.path
        WHERE u.kind = 'branch' AND m.status <> 'left'
        UNION ALL
        SELECT u.id, m.id FROM subjects u
        JOIN roster_members m ON m.path = u.owner_path AND m.group_path = u.path
        WHERE u.kind = 'group' AND m.status <> 'left'
        UNION ALL
        SELECT u.id, m.id FROM subjects u JOIN roster_members m ON u.path = ANY (m.cross_paths)
        WHERE u.kind = 'cross_cutting' AND m.status <> 'left'
    )
    SELECT h.rule, h.period, u.name AS subject, e.id AS event_id, e.title, h.held_at,
        turnout.present,
        CASE WHEN list.basis IS NOT NULL THEN turnout.expected END AS expected,
        CASE WHEN list.basis IS NOT NULL THEN turnout.excused END AS excused
    FROM held h
    JOIN subjects u ON u.id = h.id
    JOIN events e ON e.id = h.event_id
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN EXISTS (SELECT FROM expected_lists l WHERE l.event_id = e.id AND l.named)
                THEN 'named'
            WHEN EXISTS (SELECT FROM registration_settings r WHERE r.event_id = e.id)
                THEN 'registered'
            WHEN e.audience = 'organisation' AND e.required_roles = '{{}}'
                AND (e.category || e.tags) && CAST(:roster AS text[]) THEN 'roster'
        END AS basis
    ) AS list
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE came) AS present,
            count(*) FILTER (WHERE wanted) AS expected,
            count(*) FILTER (WHERE wanted AND NOT came AND EXISTS (
                SELECT FROM leaves l WHERE l.event_id = e.id AND l.member_id = each.member_id
                    AND l.state = 'approved'
            )) AS excused
        FROM (
            SELECT p.member_id, EXISTS (
                SELECT FROM event_sessions s JOIN check_ins c ON c.session_id = s.id
                WHERE s.event_id = e.id AND c.member_id = p.member_id AND c.state = 'present'
            ) AS came, CASE
                WHEN list.basis = 'named' OR e.list_frozen_at IS NOT NULL THEN EXISTS (
                    SELECT FROM expected_members x
                    WHERE x.event_id = e.id AND x.member_id = p.member_id
                )
                WHEN list.basis = 'registered' THEN EXISTS (
                    SELECT FROM registrations r WHERE r.event_id = e.id
                        AND r.member_id = p.member_id AND r.state = 'registered'
                )
                ELSE list.basis = 'roster'
            END AS wanted
            FROM people p WHERE p.id = h.id
        ) AS each
    ) AS turnout
    WHERE CAST(:only AS uuid) IS NULL OR u.id = :only
    ORDER BY h.held_at, e.id, u.path
"""

# Each branch's newest secretary, since when, and when that one was trained: at an event, in a
# course, or as somebody noted it. Secretaries are few, and each is looked up.
TRAINING: Final = """
    WITH secretaries AS (
        SELECT DISTINCT ON (o.id) o.id AS owner, o.path AS owner_path, d.member_id, d.since,
            (d.since AT TIME ZONE 'Asia/Shanghai')::date AS since_day
        FROM roster_organisations o
        JOIN roster_duties d ON d.path = o.path AND d.role = 'branch_secretary'
        WHERE o.path ^@ :path AND o.kind = 'branch'
        ORDER BY o.id, d.since DESC, d.member_id
    )
    SELECT d.owner, d.owner_path, d.since_day, least(event.day, course.day, mark.day) AS trained_on
    FROM secretaries d
    CROSS JOIN LATERAL (
        SELECT (min(s.starts_at) AT TIME ZONE 'Asia/Shanghai')::date AS day
        FROM check_ins c
        JOIN event_sessions s ON s.id = c.session_id AND s.starts_at >= d.since
        JOIN events e ON e.id = s.event_id
        WHERE c.member_id = d.member_id AND c.state = 'present'
            AND (e.category = ANY (CAST(:kinds AS text[])) OR e.tags && CAST(:kinds AS text[]))
    ) AS event
    CROSS JOIN LATERAL (
        SELECT min(f.day) AS day FROM study_facts f
        WHERE f.member_id = d.member_id AND f.kind = 'training_course' AND f.state = 'present'
            AND f.day >= d.since_day
    ) AS course
    CROSS JOIN LATERAL (
        SELECT (min(m.set_at) AT TIME ZONE 'Asia/Shanghai')::date AS day FROM cadence_marks m
        WHERE m.organisation_id = d.owner AND m.rule = :rule AND m.done AND m.set_at >= d.since
    ) AS mark
    ORDER BY d.owner_path
"""

# Who answers for a rule unless somebody is named: the secretary; of a group, who leads it.
DEFAULT_OWNERS: Final = """
    SELECT DISTINCT ON (o.id) o.id AS organisation_id, m.id AS member_id, m.name
    FROM roster_organisations o
    JOIN roster_duties d ON d.path = o.path
        AND d.role = CASE o.kind WHEN 'branch' THEN 'branch_secretary' ELSE 'group_leader' END
    JOIN roster_members m ON m.id = d.member_id AND m.status <> 'left'
    WHERE o.path ^@ :path AND o.kind IN ('branch', 'group', 'cross_cutting')
    ORDER BY o.id, d.since, m.id
"""
# Whoever no longer belongs to the organisation no longer answers for it.
NAMED_OWNERS: Final = """
    SELECT c.organisation_id, c.rule, c.due_day, c.version, m.id AS member_id, m.name
    FROM cadence_duties c
    JOIN roster_organisations o ON o.id = c.organisation_id AND o.path ^@ :path
    LEFT JOIN roster_members m ON m.id = c.member_id AND m.status <> 'left'
        AND (m.path ^@ o.path OR m.group_path = o.path OR o.path = ANY (m.cross_paths))
"""
