"""Who takes a list along: whoever runs the event. Who tells of it later: whoever took it."""

from typing import Final

from shared.auth import Permission

LISTS_TAKE: Final = Permission(
    "offline_lists.take", frozenset({"member"}), audited=True, without_office=True
)
LISTS_TELL: Final = Permission("offline_lists.tell", frozenset({"member"}))
