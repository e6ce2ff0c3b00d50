"""Who may do what in the roster; how far each reaches is asked by the service functions."""

from typing import Final

from shared.auth import ROLES, Permission

_KEEPERS: Final = frozenset({"unit_admin", "city_admin"})
_BRANCH: Final = _KEEPERS | {"branch_secretary"}

ORGANISATIONS_READ: Final = Permission("organisations.read", frozenset(ROLES))
"""The tree holds no personal data; every page names organisations."""

ORGANISATIONS_WRITE: Final = Permission("organisations.write", _KEEPERS)

MEMBER_READ: Final = Permission("roster.read_one", frozenset(ROLES), audited=True)
"""Everybody reads the own entry; another's needs MEMBERS_READ."""

MEMBERS_READ: Final = Permission(
    "roster.read", _BRANCH | {"group_leader", "security_admin"}, audited=True
)

MEMBERS_WRITE: Final = Permission("roster.write", _KEEPERS)

GROUPS_WRITE: Final = Permission("roster.groups", _BRANCH)

ROLES_READ: Final = Permission("roles.read", _BRANCH | {"security_admin"}, audited=True)

ROLES_GIVE: Final = Permission("roles.give", _BRANCH | {"security_admin"})
"""Which role may be given by whom is `policy.GIVEN_BY`."""

ROSTER_IMPORT: Final = Permission("roster.import", _KEEPERS)
