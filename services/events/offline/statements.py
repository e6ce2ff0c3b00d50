"""The SQL of what was noted without network: whole lists at a time."""

from typing import Final

MEMBERS_KNOWN: Final = "SELECT id FROM roster_members WHERE id = ANY(CAST(:ids AS uuid[]))"
