"""Who may do what in identity."""

from typing import Final

from shared.auth import ROLES, Permission

SELF: Final = Permission("self", frozenset(ROLES))
"""Everybody signed in, about themselves."""

INBOX: Final = Permission("inbox.own", frozenset(ROLES), private=True)
"""The own inbox: when somebody reads what is kept nowhere."""

INVITE: Final = Permission(
    "invitations.issue", frozenset({"branch_secretary", "unit_admin", "city_admin"})
)
