"""Who reads the audit log; source: the table of roles in the domain glossary."""

from typing import Final

from shared.auth import Permission

AUDIT_READ: Final = Permission("audit.read", frozenset({"auditor"}), audited=True)
"""Reading the log is itself noted in it."""
