"""Who looks after messages; source: the separate duties of the domain glossary (rule 9)."""

from typing import Final

from shared.auth import Permission

MESSAGES_READ: Final = Permission("messages.read", frozenset({"system_admin", "auditor"}))
"""Figures only, so that who watches them is not noted."""

DEAD_LETTERS: Final = Permission("dead_letters.decide", frozenset({"system_admin"}), audited=True)
"""To see which messages could not be applied, send them again and set them aside."""
