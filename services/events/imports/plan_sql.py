"""The SQL of importing a plan: checks and writes over ``staged``, whole files at a time."""

from typing import Final

# One plan at a time is looked at and applied, so that what a check found is so when it counts.
LOCK: Final = "SELECT pg_advisory_xact_lock(7236008)"

# What a row says, to be compared with what it said before.
_SAID: Final = """jsonb_build_object(
    'title', s.title, 'category', s.category, 'tags', to_jsonb(coalesce(s.tags, '{}')),
    'day', s.day, 'starts', s.starts, 'ends', s.ends, 'place', coalesce(s.place, '')
)"""
_ROWS: Final = f"""
    SELECT s.row_number, s.new_id, s.plan_ref, s.title, s.category, s.tags, s.place,
        (s.day + s.starts) AT TIME ZONE 'Asia/Shanghai' AS starts_at,
        (s.day + s.ends) AT TIME ZONE 'Asia/Shanghai' AS ends_at,
        o.id AS organisation_id, o.path, 'plan:' || o.id || ':' || s.plan_ref AS key,
        {_SAID} AS said
    FROM staged s JOIN roster_organisations o ON o.code = s.organisation_code
"""  # noqa: S608 - constants of this file, here and below

ROW_DOUBLED: Final = """
    SELECT row_number, plan_ref FROM (
        SELECT row_number, plan_ref, row_number() OVER (
            PARTITION BY organisation_code, plan_ref ORDER BY row_number
        ) AS nth
        FROM staged WHERE organisation_code IS NOT NULL AND plan_ref IS NOT NULL
    ) AS counted
    WHERE nth > 1
"""
ENDS_BEFORE_START: Final = "SELECT row_number, ends::text FROM staged WHERE ends <= starts"
# A year too far is a slip of the finger.
DAY_UNLIKELY: Final = """
    SELECT row_number, day::text FROM staged
    WHERE day NOT BETWEEN CAST(:today AS date) - 366 AND CAST(:today AS date) + 1100
"""
ROW_DIFFERS: Final = f"""
    SELECT r.row_number, r.plan_ref FROM ({_ROWS}) AS r JOIN events e ON e.import_key = r.key
    WHERE num_nulls(r.title, r.category, r.starts_at, r.ends_at) = 0
        AND NOT EXISTS (SELECT FROM plan_rows p WHERE p.event_id = e.id AND p.said = r.said)
"""  # noqa: S608

# Of :codes, :early and :late, one a category: when check-in opens and closes.
PUT: Final = f"""
    WITH rows AS MATERIALIZED ({_ROWS}), made AS (
        INSERT INTO events (
            id, title, category, tags, organisation_id, organisation_path, audience, place,
            starts_at, ends_at, state, import_key, created_by, created_at
        )
        SELECT new_id, title, category, coalesce(tags, '{{}}'), organisation_id, path,
            'organisation', coalesce(place, ''), starts_at, ends_at, 'draft', key, :by, :now
        FROM rows ORDER BY row_number
        ON CONFLICT (import_key) DO NOTHING
        RETURNING id, category, starts_at, ends_at
    ), sessions AS (
        INSERT INTO event_sessions (id, event_id, starts_at, ends_at, opens_at, closes_at)
        SELECT id, id, starts_at, ends_at, starts_at - early * interval '1 minute',
            ends_at + late * interval '1 minute'
        FROM made JOIN unnest(
            CAST(:codes AS text[]), CAST(:early AS integer[]), CAST(:late AS integer[])
        ) AS usual (category, early, late) USING (category)
    ), named AS (
        INSERT INTO plan_rows (import_id, event_id, said)
        SELECT :import_id, coalesce(e.id, r.new_id), r.said
        FROM rows r LEFT JOIN events e ON e.import_key = r.key
    )
    SELECT (SELECT count(*) FROM made), (SELECT count(*) FROM rows)
"""  # noqa: S608

# What an import made and nobody has touched: a draft as it came, that no other import names.
_UNTOUCHED: Final = """
    SELECT e.id FROM plan_rows p JOIN events e ON e.id = p.event_id
    WHERE p.import_id = :import_id AND e.state = 'draft' AND e.version = 1
        AND NOT EXISTS (
            SELECT FROM plan_rows o JOIN imports i ON i.id = o.import_id
            WHERE o.event_id = e.id AND o.import_id <> p.import_id AND i.state <> 'undone'
        )
        AND NOT EXISTS (SELECT FROM expected_lists l WHERE l.event_id = e.id)
        AND NOT EXISTS (SELECT FROM team_settings t WHERE t.event_id = e.id)
    ORDER BY e.id
"""
ANY_UNTOUCHED: Final = f"SELECT EXISTS ({_UNTOUCHED})"
LOCK_UNTOUCHED: Final = f"{_UNTOUCHED} FOR UPDATE OF e"
REMOVE: Final = """
    WITH sessions AS (DELETE FROM event_sessions WHERE event_id = ANY(:ids)),
        parts AS (DELETE FROM event_roles WHERE event_id = ANY(:ids))
    DELETE FROM events WHERE id = ANY(:ids)
"""
NAMED: Final = "SELECT count(*) FROM plan_rows WHERE import_id = :import_id"
