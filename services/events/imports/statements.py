"""The SQL of importing attendance: checks and writes over ``staged``, whole files at a time."""

from typing import Final

from shared.contracts.attendance import RECORDED_V1, STREAM

# What an event that came from a file is known by, so that the same file again finds it.
_KEY: Final = "o.id || ':' || s.event_ref"

_RESOLVED: Final = f"""
    staged s
    JOIN roster_organisations o ON o.code = s.organisation_code
    JOIN events e ON e.import_key = {_KEY}
"""

ORGANISATION_UNKNOWN: Final = """
    SELECT row_number, organisation_code FROM staged
    WHERE organisation_code IS NOT NULL
      AND NOT EXISTS (SELECT FROM roster_organisations WHERE code = organisation_code)
"""
ORGANISATION_OUT_OF_REACH: Final = """
    SELECT row_number, organisation_code FROM staged
    JOIN roster_organisations ON code = organisation_code
    WHERE NOT EXISTS (
        SELECT FROM unnest(CAST(:reaches AS text[])) AS reach WHERE starts_with(path, reach)
    )
"""
MEMBER_UNKNOWN: Final = """
    SELECT row_number, member_no FROM staged
    WHERE member_no IS NOT NULL
      AND NOT EXISTS (SELECT FROM roster_members m WHERE m.member_no = staged.member_no)
"""
MEMBER_LEFT: Final = """
    SELECT row_number, member_no FROM staged JOIN roster_members m USING (member_no)
    WHERE m.status = 'left'
"""
ROW_DOUBLED: Final = """
    SELECT row_number, member_no FROM (
        SELECT row_number, member_no, row_number() OVER (
            PARTITION BY organisation_code, event_ref, member_no ORDER BY row_number
        ) AS place
        FROM staged
        WHERE organisation_code IS NOT NULL AND event_ref IS NOT NULL AND member_no IS NOT NULL
    ) AS placed
    WHERE place > 1
"""
ENDS_BEFORE_START: Final = """
    SELECT row_number, NULL FROM staged WHERE ends_at <= starts_at
"""
NOT_OVER: Final = """
    SELECT row_number, NULL FROM staged WHERE ends_at > now()
"""
MINUTES_IMPOSSIBLE: Final = """
    SELECT row_number, minutes::text FROM staged
    WHERE minutes < 0 OR minutes * interval '1 minute' > ends_at - starts_at
"""
ROWS_DISAGREE: Final = """
    SELECT row_number, event_ref FROM (
        SELECT row_number, event_ref, (title, category, starts_at, ends_at)
            IS DISTINCT FROM first_value((title, category, starts_at, ends_at)) OVER (
                PARTITION BY organisation_code, event_ref ORDER BY row_number
            ) AS differs
        FROM staged
        WHERE num_nulls(organisation_code, event_ref, title, category, starts_at, ends_at) = 0
    ) AS compared
    WHERE differs
"""
EVENT_DIFFERS: Final = f"""
    SELECT s.row_number, s.event_ref FROM {_RESOLVED}
    WHERE num_nulls(s.title, s.category, s.starts_at, s.ends_at) = 0
      AND (s.title, s.category, s.starts_at, s.ends_at)
          IS DISTINCT FROM (e.title, e.category, e.starts_at, e.ends_at)
"""

# Their paths must not change before the events that take them stand.
LOCK_ORGANISATIONS: Final = """
    SELECT FROM roster_organisations
    WHERE code IN (SELECT organisation_code FROM staged) ORDER BY id FOR SHARE
"""

# An imported event is over, and has one session, which takes its id.
PUT_EVENTS: Final = f"""
    WITH made AS (
        INSERT INTO events (
            id, title, category, organisation_id, organisation_path, audience, starts_at, ends_at,
            state, import_key, created_by, created_at, published_at
        )
        SELECT DISTINCT ON (o.id, s.event_ref)
            s.new_id, s.title, s.category, o.id, o.path, 'organisation', s.starts_at, s.ends_at,
            'closed', {_KEY}, :by, :now, :now
        FROM staged s JOIN roster_organisations o ON o.code = s.organisation_code
        ORDER BY o.id, s.event_ref, s.row_number
        ON CONFLICT (import_key) DO NOTHING
        RETURNING id, starts_at, ends_at
    ), sessions AS (
        INSERT INTO event_sessions (id, event_id, starts_at, ends_at, opens_at, closes_at)
        SELECT id, id, starts_at, ends_at, starts_at, ends_at FROM made
    )
    SELECT count(*) FROM made
"""

# A row's new id serves its check-in where it makes one, and its message in either case. Where a
# stay's length matters and nobody wrote it down, it was the whole event. A row that says what
# stands changes nothing; an annulled check-in stays annulled.
PUT_CHECK_INS: Final = f"""
    WITH attended AS (
        SELECT s.new_id, e.id AS event_id, e.title, e.category, e.tags, e.level, e.starts_at,
            m.id AS member_id, coalesce(s.role, 'participant') AS role,
            CASE WHEN e.category = ANY(:timed) THEN
                coalesce(s.minutes, extract(epoch FROM e.ends_at - e.starts_at)::integer / 60)
            ELSE s.minutes END AS minutes
        FROM {_RESOLVED} JOIN roster_members m USING (member_no)
    ), written AS (
        INSERT INTO check_ins AS known (
            id, event_id, session_id, member_id, role, method, client_ref, request_hash,
            checked_in_at, minutes, recorded_by
        )
        SELECT new_id, event_id, event_id, member_id, role, 'import', new_id, '',
            starts_at, minutes, :by
        FROM attended
        ON CONFLICT (session_id, member_id) DO UPDATE
        SET role = excluded.role, minutes = excluded.minutes, revision = known.revision + 1
        WHERE known.state = 'present'
          AND (known.role, known.minutes) IS DISTINCT FROM (excluded.role, excluded.minutes)
        RETURNING id, event_id, member_id, role, minutes, revision
    ), told AS (
        INSERT INTO outbox (id, stream, type, key, data)
        SELECT a.new_id, '{STREAM}', '{RECORDED_V1}', w.member_id::text, jsonb_build_object(
            'check_in_id', w.id, 'event_id', w.event_id, 'session_id', w.event_id,
            'member_id', w.member_id, 'category', a.category, 'tags', to_jsonb(a.tags),
            'role', w.role, 'title', a.title, 'occurred_at', a.starts_at, 'minutes', w.minutes,
            'level', a.level, 'state', 'present', 'reason', NULL, 'revision', w.revision
        )
        FROM written w JOIN attended a USING (event_id, member_id)
    )
    SELECT count(*) FILTER (WHERE revision = 1), count(*) FILTER (WHERE revision > 1) FROM written
"""
