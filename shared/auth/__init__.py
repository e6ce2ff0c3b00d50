"""Who is asking, and how far that person's roles reach in the organisation tree."""

from shared.auth.principal import PUBLIC, ROLES, SEPARATE_DUTIES, Grant, Permission, Principal
from shared.auth.tokens import TokenSigner, TokenVerifier

__all__ = [
    "PUBLIC",
    "ROLES",
    "SEPARATE_DUTIES",
    "Grant",
    "Permission",
    "Principal",
    "TokenSigner",
    "TokenVerifier",
]
