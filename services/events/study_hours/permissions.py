"""Who sees whose study hours."""

from typing import Final

from shared.auth import Permission

STUDY_HOURS_OWN: Final = Permission("study_hours.own", frozenset({"member"}))
STUDY_HOURS_READ: Final = Permission(
    "study_hours.read", frozenset({"branch_secretary", "unit_admin", "city_admin"}), audited=True
)
STUDY_HOURS_LIST: Final = Permission(
    "study_hours.list", frozenset({"branch_secretary"}), audited=True
)
"""Who sees members by name: the branch's own; those above see counts."""
