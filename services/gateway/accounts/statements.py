"""The statements of the list of accounts: members, and how each can sign in."""

from typing import Final

from sqlalchemy import TextClause, text

from services.gateway.identity.policy import SECOND_FACTOR_ROLES

# As the index members_with_office has it, so that those few are not looked for among all.
_OFFICES: Final = " || ".join(f'@.role == "{role}"' for role in sorted(SECOND_FACTOR_ROLES))
WITH_OFFICE: Final = f"m.roles @? '$[*] ? ({_OFFICES})'"

# What a list can be narrowed to.
STATES: Final = {
    "password": "a.password_hash IS NOT NULL",
    "wechat": "w.account_id IS NOT NULL",
    "second_factor": "a.totp_sealed IS NOT NULL",
    "factor_missing": f"{WITH_OFFICE} AND a.totp_sealed IS NULL",
    "locked": "a.locked_at IS NOT NULL",
    "never_signed_in": "a.signed_in_at IS NULL",
}

_SELECT: Final = """
    SELECT m.id AS member_id, m.member_no, m.name, m.organisation_id, o.name AS organisation_name,
        m.path, m.roles, a.id AS account_id, a.username, w.bound_at AS wechat_bound_at,
        a.totp_sealed IS NOT NULL AS second_factor, a.signed_in_at, a.locked_at, a.locked_reason,
        by.name AS locked_by_name, c.issued_at AS enrolment_issued_at,
        c.expires_at AS enrolment_expires_at
    FROM members m
    LEFT JOIN organisations o ON o.id = m.organisation_id
    LEFT JOIN accounts a ON a.member_id = m.id
    LEFT JOIN wechat_identities w ON w.account_id = a.id
    LEFT JOIN members by ON by.id = a.locked_by
    LEFT JOIN enrolment_codes c ON c.account_id = a.id
    WHERE m.path ^@ ANY (CAST(:reaches AS text[]))
"""
ONE: Final = text(f"{_SELECT} AND m.id = :member_id")

_FOUND: Final = """
    AND m.id IN (
        SELECT id FROM members WHERE member_no LIKE :begins
        UNION ALL SELECT id FROM members WHERE strpos(name, :q) > 0
        UNION ALL SELECT member_id FROM accounts WHERE username LIKE lower(:begins)
    )
"""


def page(*, state: str | None, found: bool, below: bool, after: bool) -> TextClause:
    """Return the statement of a page; only what is asked for is in it, so that it can be planned."""
    return text(
        f"{_SELECT} AND m.status <> 'left'"
        + (f" AND {STATES[state]}" if state else "")
        + (_FOUND if found else "")
        + (" AND m.path LIKE :below" if below else "")
        + (" AND m.member_no > :after" if after else "")
        + " ORDER BY m.member_no LIMIT :limit"
    )


# The accounts of all security administrators, in one order whoever asks, so that two who lock each
# other take turns. `usable`: able to sign in as one.
SECURITY_ADMINISTRATORS: Final = text(f"""
    SELECT a.member_id, a.locked_at IS NULL AND a.totp_sealed IS NOT NULL AS usable
    FROM accounts a JOIN members m ON m.id = a.member_id
    WHERE {WITH_OFFICE} AND m.roles @> '[{{"role": "security_admin"}}]' AND m.status <> 'left'
    ORDER BY a.id FOR UPDATE OF a
""")
