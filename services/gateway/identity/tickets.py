"""The ticket between "WeChat says who this is" and "the branch's invitation says which member".

It is sealed, lives ten minutes, and holds nothing but the openid and its end.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Final

from services.gateway.identity.fields import FieldKey
from services.gateway.identity.policy import WECHAT_TICKET_LIFETIME

_PURPOSE: Final = "wechat-ticket"
_END: Final = 8


def write_ticket(key: FieldKey, openid: str, now: datetime) -> str:
    """Return a ticket for a WeChat user."""
    ends = int((now + WECHAT_TICKET_LIFETIME).timestamp())
    sealed = key.seal(_PURPOSE, b"", ends.to_bytes(_END) + openid.encode())
    return urlsafe_b64encode(sealed).rstrip(b"=").decode()


def read_ticket(key: FieldKey, ticket: str, now: datetime) -> str | None:
    """Return the openid, or None when the ticket is over or was not written here."""
    try:
        sealed = urlsafe_b64decode(ticket.encode("ascii") + b"==")
        plain = key.unseal(_PURPOSE, b"", sealed)
    except ValueError:
        return None
    if now.timestamp() >= int.from_bytes(plain[:_END]):
        return None
    return plain[_END:].decode()
