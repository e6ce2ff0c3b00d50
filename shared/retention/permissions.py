"""Who sees what is kept for how long; source: the separate duties of the domain glossary (rule 9)."""

from typing import Final

from shared.auth import Permission

RETENTION_READ: Final = Permission("retention.read", frozenset({"system_admin", "auditor"}))
