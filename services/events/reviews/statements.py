"""The SQL of reviews: over all check-ins of an event at once."""

from typing import Final

# Reasons are computed when the list is read, so that the first of many late arrivals is listed as
# the last one is. A code's step is told by when the screen showed it: `shown`. Those that were
# annulled have been dealt with, and count against nobody.
REVIEWS: Final = """
    WITH seen AS (
        SELECT c.*, 'late' = ANY(flags) AS late,
            floor(extract(epoch FROM checked_in_at)) - code_age AS shown,
            coalesce(code_age >= :step AND NOT 'late' = ANY(flags), false) AS left_the_screen
        FROM check_ins c WHERE event_id = :event_id AND state <> 'annulled'
    ), shared AS (
        SELECT device FROM seen WHERE device IS NOT NULL
        GROUP BY device HAVING count(DISTINCT member_id) >= :device_members
    ), counted AS (
        SELECT seen.*,
            count(*) FILTER (WHERE late) OVER (PARTITION BY session_id, checked_in_at) AS together,
            count(*) FILTER (WHERE left_the_screen) OVER (PARTITION BY session_id, shown) AS of_code,
            count(*) FILTER (WHERE left_the_screen) OVER (PARTITION BY session_id) AS of_session,
            count(*) FILTER (WHERE code_age IS NOT NULL AND NOT late)
                OVER (PARTITION BY session_id) AS scans
        FROM seen
    ), reasoned AS (
        SELECT counted.*, flags || array_remove(ARRAY[
            CASE WHEN late AND together >= :burst THEN 'burst' END,
            CASE WHEN device IN (SELECT device FROM shared) THEN 'device_shared' END,
            CASE WHEN left_the_screen AND (
                of_code >= :passed_on
                OR of_session >= :passed_on_least AND of_session >= :passed_on_share * scans
            ) THEN 'passed_on' END,
            CASE WHEN NOT inside THEN 'outside' END,
            CASE WHEN method = 'static' THEN 'static_code' END
        ], NULL) AS reasons
        FROM counted WHERE reviewed_at IS NULL
    )
    SELECT r.id, r.session_id, r.member_id, m.name, r.method, r.state, r.checked_in_at,
        r.received_at, r.reasons
    FROM reasoned r LEFT JOIN roster_members m ON m.id = r.member_id
    WHERE cardinality(reasons) > 0
      AND (CAST(:session_id AS uuid) IS NULL OR r.session_id = :session_id)
      AND (CAST(:after_at AS timestamptz) IS NULL
           OR (r.checked_in_at, r.id) > (:after_at, CAST(:after_id AS uuid)))
    ORDER BY r.checked_in_at, r.id LIMIT :limit
"""

REVIEWED: Final = """
    UPDATE check_ins SET reviewed_by = :by, reviewed_at = :now
    WHERE id = ANY(CAST(:ids AS uuid[]))
"""

# Scans as they were at the moment of the count: who came later, or had left, was not there.
HEADCOUNTS: Final = """
    SELECT h.id, h.session_id, h.counted, h.note, h.counted_by, h.counted_at,
        scans.present, scans.pending, h.counted - scans.present AS difference
    FROM headcounts h CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE state = 'present') AS present,
            count(*) FILTER (WHERE state = 'pending') AS pending
        FROM check_ins c
        WHERE c.event_id = h.event_id AND c.session_id = h.session_id
          AND c.checked_in_at <= h.counted_at
          AND (c.checked_out_at IS NULL OR c.checked_out_at > h.counted_at)
    ) AS scans
    WHERE h.event_id = :event_id
      AND (CAST(:after_at AS timestamptz) IS NULL
           OR (h.counted_at, h.id) > (:after_at, CAST(:after_id AS uuid)))
    ORDER BY h.counted_at, h.id LIMIT :limit
"""

FORGET_DEVICES: Final = """
    WITH marks AS (
        UPDATE check_in_marks SET device = NULL WHERE device IS NOT NULL AND at < :before
    )
    UPDATE check_ins SET device = NULL WHERE id IN (
        SELECT id FROM check_ins WHERE device IS NOT NULL AND checked_in_at < :before
        ORDER BY checked_in_at LIMIT :batch FOR UPDATE SKIP LOCKED
    )
"""
