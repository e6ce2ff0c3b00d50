"""Who may appeal and who decides; source: the table of roles in the domain glossary."""

from typing import Final

from shared.auth import Permission

APPEALS_OWN: Final = Permission("appeals.own", frozenset({"member"}), audited=True)
"""To appeal, escalate and withdraw, each one's own; to read what concerns the own points."""

APPEALS_DECIDE: Final = Permission(
    "appeals.decide", frozenset({"branch_secretary", "unit_admin", "city_admin"})
)
"""At which level each may decide is `policy.level_of`."""
