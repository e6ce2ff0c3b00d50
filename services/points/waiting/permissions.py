"""Who is told what waits: everybody, each of the own queues."""

from typing import Final

from shared.auth import ROLES, Permission

WAITING_READ: Final = Permission("waiting.read", frozenset(ROLES))
