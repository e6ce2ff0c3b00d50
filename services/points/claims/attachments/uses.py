"""What names a file: a claim that has it, or a case whose evidence it is."""

from typing import Final

# Each use of a file: whose it is, whom the case is about, in which branch and group, and since
# when it is over; NULL while it is not. A returned claim has been reviewed: whoever never takes it
# up again shall not have the file kept for good.
USES: Final = """
    SELECT c.member_id AS owner, c.attachment_id, c.member_id AS about, c.organisation_id,
        c.group_id, CASE c.state WHEN 'returned' THEN (
            SELECT max(s.done_at) FROM claim_steps s
            WHERE s.member_id = c.member_id AND s.claim_id = c.id
        ) ELSE c.closed_at END AS over_at
    FROM claims c WHERE c.attachment_id IS NOT NULL
    UNION ALL
    SELECT a.proposed_by, a.attachment_id, a.member_id, m.organisation_id, NULL, a.decided_at
    FROM adjustments a JOIN members m ON m.id = a.member_id WHERE a.attachment_id IS NOT NULL
    UNION ALL
    SELECT p.member_id, p.attachment_id, p.member_id, m.organisation_id, NULL,
        CASE WHEN p.state <> 'open' THEN (
            SELECT max(s.at) FROM appeal_steps s WHERE s.appeal_id = p.id
        ) END
    FROM appeals p JOIN members m ON m.id = p.member_id WHERE p.attachment_id IS NOT NULL
"""
