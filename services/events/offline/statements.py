"""The SQL of what was noted without network: whole lists at a time."""

from typing import Final

# Lists of one event that are told at once take turns; the event does not change meanwhile, and
# people go on checking in.
HOLD: Final = """
    SELECT FROM events WHERE id = (SELECT event_id FROM event_sessions WHERE id = :id)
    FOR NO KEY UPDATE
"""

KEEP_MARKS: Final = """
    INSERT INTO offline_marks (
        event_id, session_id, client_ref, member_id, direction, method, at, received_at,
        recorded_by, request_hash
    )
    SELECT :event_id, :session_id, told.* FROM unnest(
        CAST(:id AS uuid[]), CAST(:member_id AS uuid[]), CAST(:direction AS text[]),
        CAST(:method AS text[]), CAST(:at AS timestamptz[]), CAST(:received_at AS timestamptz[]),
        CAST(:recorded_by AS uuid[]), CAST(:request_hash AS bytea[])
    ) AS told
    ON CONFLICT DO NOTHING
"""

KEPT_MARKS: Final = """
    SELECT client_ref, member_id, request_hash FROM offline_marks
    WHERE event_id = :event_id AND client_ref = ANY(CAST(:ids AS uuid[]))
"""

MEMBERS_KNOWN: Final = "SELECT id FROM roster_members WHERE id = ANY(CAST(:ids AS uuid[]))"
