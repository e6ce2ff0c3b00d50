"""The openid at rest: needed to send its user a message, and sealed for nothing else.

It has a key of its own, OPENID_KEY, since the worker that sends is given no other.
"""

from typing import Final
from uuid import UUID

from services.gateway.identity.fields import FieldKey

_PURPOSE: Final = "openid-to-send"


def seal(openid_key: FieldKey, account_id: UUID, openid: str) -> bytes:
    """Return an openid that opens in its own account's row only."""
    return openid_key.seal(_PURPOSE, account_id.bytes, openid.encode())


def kept(openid_key: FieldKey, account_id: UUID, openid: str, sealed: bytes | None) -> bytes:
    """Return what is kept of an openid, sealed anew where nothing is, or nothing that opens."""
    try:
        if sealed is not None and unseal(openid_key, account_id, sealed) == openid:
            return sealed
    except ValueError:
        pass
    return seal(openid_key, account_id, openid)


def unseal(openid_key: FieldKey, account_id: UUID, sealed: bytes) -> str:
    """Return the openid.

    Raises:
        ValueError: it was not sealed for this account with this key.
    """
    return openid_key.unseal(_PURPOSE, account_id.bytes, sealed).decode()
