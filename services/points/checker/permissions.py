"""Who may see proofs and ask for one; source: the table of roles in the domain glossary."""

from typing import Final

from shared.auth import Permission

PROOFS_READ: Final = Permission(
    "proofs.read", frozenset({"auditor", "system_admin", "city_admin", "unit_admin"})
)
PROOFS_ASK: Final = Permission("proofs.ask", frozenset({"auditor", "system_admin", "city_admin"}))
