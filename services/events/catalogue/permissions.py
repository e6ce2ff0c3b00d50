"""Who may see and run events; source: the table of roles in the domain glossary.

An organiser of one event needs no role in the tree: running an event is open to every member here,
and `access.may_run` then asks whether this event is theirs to run.
"""

from typing import Final

from services.events.catalogue.categories import CATEGORIES
from shared.auth import Permission

EVENTS_READ: Final = Permission("events.read", frozenset({"member"}))
EVENTS_RUN: Final = Permission("events.run", frozenset({"member"}))
ATTENDANCE_READ: Final = Permission(
    "attendance.read", frozenset({"member"}), audited=True, without_office=True
)

EVENTS_OF: Final = {
    code: Permission(f"events.create.{code}", category.makers)
    for code, category in CATEGORIES.items()
}
"""Category → who makes its events; the service asks once it knows category and organisation."""

EVENTS_CREATE: Final = Permission(
    "events.create", frozenset().union(*(category.makers for category in CATEGORIES.values()))
)
EVENTS_FOR_EVERYONE: Final = Permission(
    "events.create_for_everyone", frozenset({"unit_admin", "city_admin"})
)
EVENTS_MANAGE: Final = Permission(
    "events.manage", frozenset({"branch_secretary", "unit_admin", "city_admin"})
)
EVENTS_IMPORT: Final = Permission(
    "events.import", frozenset({"branch_secretary", "unit_admin", "city_admin"})
)
"""Who may import something; all of them make events of every category."""

ATTENDANCE_IMPORT: Final = Permission("attendance.import", frozenset({"unit_admin", "city_admin"}))
