"""Who may do what in identity."""

from typing import Final

from shared.auth import ROLES, Permission

SELF: Final = Permission("self", frozenset(ROLES))
"""Everybody signed in, about themselves."""

INVITE: Final = Permission(
    "invitations.issue", frozenset({"branch_secretary", "unit_admin", "city_admin"})
)
