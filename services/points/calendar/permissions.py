"""Who may read and adjust the calendar."""

from shared.auth import ROLES, Permission

CALENDAR_READ = Permission("calendar.read", frozenset(ROLES))
CALENDAR_WRITE = Permission("calendar.write", frozenset({"city_admin"}))
