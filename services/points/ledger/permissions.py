"""Who may read whose points; source: the table of roles in the domain glossary."""

from shared.auth import Permission

OWN_POINTS = Permission("points.own", frozenset({"member"}))
POINTS_READ = Permission(
    "points.read", frozenset({"branch_secretary", "unit_admin", "city_admin"}), audited=True
)
HELD_DECIDE = Permission(
    "held_facts.decide", frozenset({"branch_secretary", "unit_admin", "city_admin"}), audited=True
)
