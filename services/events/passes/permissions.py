"""Who has a pass, and who prints those of others; source: the table of roles in the glossary."""

from typing import Final

from shared.auth import Permission

OWN_PASS: Final = Permission("passes.own", frozenset({"member"}))
PASS_CARDS: Final = Permission(
    "passes.print", frozenset({"branch_secretary", "unit_admin", "city_admin"}), audited=True
)
