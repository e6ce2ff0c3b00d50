"""Who looks after accounts; source: docs/adr/0025-separate-duties.md."""

from typing import Final

from shared.auth import Permission

_BOTH: Final = frozenset({"system_admin", "security_admin"})

ACCOUNTS_READ: Final = Permission("accounts.read", _BOTH, audited=True)

ACCOUNTS_LOCK: Final = Permission("accounts.lock", _BOTH)
"""A system administrator locks nobody who holds one of the separate duties."""

ACCOUNTS_SECURE: Final = Permission("accounts.secure", frozenset({"security_admin"}))
"""Sessions of others, and their second factors."""
