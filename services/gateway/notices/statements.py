"""The SQL of sending: which notices are due, which need not be sent, what became of them."""

from typing import Final

from sqlalchemy import text

GIVE_UP: Final = text("""
    UPDATE notices SET send_state = 'unknown', send_error = 'interrupted'
    WHERE send_state = 'sending' AND send_at <= :before
""")
# What need not be sent any more, or cannot be. Of several that wait about one thing the newest is
# the one that is true.
DROP: Final = text("""
    WITH due AS (
        SELECT member_id, key FROM notices
        WHERE send_state = 'due' AND send_at <= :now AND (urgent OR NOT :quiet)
        ORDER BY send_at LIMIT :limit FOR UPDATE SKIP LOCKED
    ), judged AS (
        SELECT n.member_id, n.key, CASE
            WHEN n.send_until <= :now THEN 'over'
            WHEN EXISTS (
                SELECT FROM notices newer
                WHERE newer.member_id = n.member_id AND newer.subject_type = n.subject_type
                  AND newer.subject_id = n.subject_id
                  AND (newer.created_at, newer.id) > (n.created_at, n.id)
            ) THEN 'superseded'
            WHEN n.template <> ALL (CAST(:templates AS text[])) THEN 'no_template'
            WHEN w.openid_sealed IS NULL THEN 'no_wechat'
            WHEN c.remaining IS NULL OR c.remaining = 0 THEN 'no_consent'
        END AS reason
        FROM due JOIN notices n USING (member_id, key)
        LEFT JOIN accounts a ON a.member_id = n.member_id
        LEFT JOIN wechat_identities w ON w.account_id = a.id
        LEFT JOIN notice_consents c ON c.account_id = a.id AND c.template = n.template
    )
    UPDATE notices n SET send_state = 'dropped', send_error = reason
    FROM judged j WHERE j.reason IS NOT NULL AND (n.member_id, n.key) = (j.member_id, j.key)
""")
# Whose consents another sender holds is passed over. Of a member's notices that need the same
# consent there are as many sent as consents are left.
CLAIM: Final = text("""
    WITH due AS (
        SELECT n.member_id, n.key, n.send_at, c.account_id, c.template, c.remaining
        FROM notices n
        JOIN accounts a ON a.member_id = n.member_id
        JOIN wechat_identities w ON w.account_id = a.id AND w.openid_sealed IS NOT NULL
        JOIN notice_consents c ON c.account_id = a.id AND c.template = n.template
        WHERE n.send_state = 'due' AND n.send_at <= :now AND n.send_until > :now
          AND (n.urgent OR NOT :quiet) AND c.remaining > 0
        ORDER BY n.send_at LIMIT :limit FOR UPDATE OF n, c SKIP LOCKED
    ), allowed AS (
        SELECT * FROM (
            SELECT *, row_number() OVER (
                PARTITION BY account_id, template ORDER BY send_at, key
            ) AS place FROM due
        ) AS placed WHERE place <= remaining
    ), used AS (
        UPDATE notice_consents c SET remaining = c.remaining - u.times
        FROM (SELECT account_id, template, count(*) AS times FROM allowed GROUP BY 1, 2) AS u
        WHERE (c.account_id, c.template) = (u.account_id, u.template)
    )
    UPDATE notices n SET send_state = 'sending', send_at = :now
    FROM allowed d JOIN wechat_identities w ON w.account_id = d.account_id
    WHERE (n.member_id, n.key) = (d.member_id, d.key)
    RETURNING n.member_id, n.key, n.template, n.data, d.account_id, w.openid_sealed
""")
NOTE: Final = text("""
    UPDATE notices SET send_state = :state, send_error = :error, send_at = :send_at
    WHERE member_id = :member_id AND key = :key AND send_state = 'sending'
""")
# A message that was not sent leaves the consent it had taken.
GIVE_BACK: Final = text("""
    UPDATE notice_consents SET remaining = CASE WHEN :gone THEN 0 ELSE remaining + 1 END
    WHERE account_id = :account_id AND template = :template
""")
