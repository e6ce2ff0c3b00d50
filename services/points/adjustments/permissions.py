"""Who may propose and decide adjustments; source: the table of roles in the domain glossary."""

from typing import Final

from shared.auth import Permission

ADJUSTMENTS_READ: Final = Permission("adjustments.read", frozenset({"member"}), audited=True)
"""Everybody reads what concerns the own points; others' need ADJUSTMENTS_DECIDE."""

ADJUSTMENTS_DECIDE: Final = Permission(
    "adjustments.decide", frozenset({"branch_secretary", "unit_admin", "city_admin"})
)
"""To propose, and to approve what somebody else has proposed."""
