"""Who sees a branch calendar, who keeps it, and who says what rules ask."""

from typing import Final

from shared.auth import ROLES, Permission

_KEEPERS: Final = frozenset({"branch_secretary", "unit_admin", "city_admin"})

CADENCE_READ: Final = Permission("cadence.read", _KEEPERS | {"group_leader"})
CADENCE_KEEP: Final = Permission("cadence.keep", _KEEPERS)
CADENCE_RULES_READ: Final = Permission("cadence.rules", frozenset(ROLES))
CADENCE_RULES_SET: Final = Permission("cadence.set", frozenset({"city_admin"}))
