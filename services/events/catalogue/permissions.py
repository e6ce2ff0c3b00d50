"""Who may see and run events; source: the table of roles in the domain glossary.

An organiser of one event needs no role in the tree: running an event is open to every member here,
and `access.may_run` then asks whether this event is theirs to run.
"""

from shared.auth import Permission

EVENTS_READ = Permission("events.read", frozenset({"member"}))
EVENTS_RUN = Permission("events.run", frozenset({"member"}))
EVENTS_CREATE = Permission(
    "events.create",
    frozenset({"group_leader", "branch_secretary", "unit_admin", "city_admin", "organiser"}),
)
EVENTS_MANAGE = Permission(
    "events.manage", frozenset({"branch_secretary", "unit_admin", "city_admin"})
)
EVENTS_IMPORT = Permission("events.import", frozenset({"unit_admin", "city_admin"}))
