"""Who may read and keep statements; source: the table of roles in the domain glossary."""

from typing import Final

from shared.auth import Permission

_KEEPERS: Final = frozenset({"branch_secretary", "unit_admin", "city_admin"})

STATEMENTS_READ: Final = Permission("statements.read", _KEEPERS | {"member"}, audited=True)
"""Members read what their branch has published; drafts are for those who keep them."""

STATEMENTS_KEEP: Final = Permission("statements.keep", _KEEPERS)
"""Prepare, publish, answer objections, close."""

OBJECTIONS_READ: Final = Permission("objections.read", _KEEPERS, audited=True)
"""The queue of who answers; an objection says who raised it."""

OWN_LINES: Final = Permission("statements.own", frozenset({"member"}))

OBJECT: Final = Permission("statements.object", frozenset({"member"}))
