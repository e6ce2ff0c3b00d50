"""Who may read boards and set their policy; source: the table of roles in the domain glossary."""

from shared.auth import ROLES, SEPARATE_DUTIES, Permission

BOARDS_READ = Permission("boards.read", frozenset(ROLES) - SEPARATE_DUTIES)
POLICIES_READ = Permission("board_policies.read", frozenset(ROLES))
POLICIES_WRITE = Permission("board_policies.write", frozenset({"unit_admin", "city_admin"}))
PREFERENCES = Permission("preferences.own", frozenset({"member"}))
