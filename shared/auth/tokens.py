"""Access tokens: JWTs signed with Ed25519 by the gateway, checked by every service alone.

A service holds public keys only. Checking a signature costs about 150 µs, so a token found good
is remembered until it expires; forgetting the oldest keeps the memory bounded.
"""

from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Final
from uuid import UUID

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jwt.utils import base64url_decode

from shared.auth.principal import ROLES, Grant, Principal
from shared.errors import Unauthenticated
from shared.ids import new_id
from shared.text import Text

ISSUER: Final = "member-points"
ACCESS_LIFETIME: Final = timedelta(minutes=10)
_REMEMBERED: Final = 20_000


class TokenSigner:
    """Signs access tokens; only the gateway (and a test) holds one."""

    def __init__(self, private_pem: bytes, key_id: str) -> None:
        key = load_pem_private_key(private_pem, password=None)
        if not isinstance(key, Ed25519PrivateKey):
            message = "The signing key must be an Ed25519 private key."
            raise TypeError(message)
        self._key = key
        self._key_id = key_id

    @property
    def public_keys(self) -> dict[str, Ed25519PublicKey]:
        return {self._key_id: self._key.public_key()}

    def sign(
        self, principal: Principal, now: datetime, lifetime: timedelta = ACCESS_LIFETIME
    ) -> str:
        """Return a compact JWT for the principal, valid from `now` for `lifetime`."""
        claims = {
            "iss": ISSUER,
            "sub": str(principal.member_id),
            "name": principal.name,
            "org": principal.organisation_path,
            "grants": [[grant.role, grant.path] for grant in principal.grants],
            "iat": int(now.timestamp()),
            "exp": int((now + lifetime).timestamp()),
            "jti": str(new_id()),
        }
        if principal.session is not None:
            claims["sid"] = str(principal.session)
        return jwt.encode(claims, self._key, algorithm="EdDSA", headers={"kid": self._key_id})


class TokenVerifier:
    """Checks access tokens against the public keys in force, by key id."""

    def __init__(self, public_keys: Mapping[str, Ed25519PublicKey]) -> None:
        self._keys = dict(public_keys)
        self._known: OrderedDict[str, tuple[Principal, float]] = OrderedDict()
        self._lock = Lock()

    def verify(self, token: str, now: datetime) -> Principal:
        """Return who the token speaks for.

        Raises:
            Unauthenticated: `token_invalid` or `token_expired`.
        """
        known = self._known.get(token)
        if known is None:
            known = self._check(token)
            with self._lock:
                self._known[token] = known
                while len(self._known) > _REMEMBERED:
                    self._known.popitem(last=False)
        principal, expires = known
        if now.timestamp() >= expires:
            raise _expired()
        return principal

    def _check(self, token: str) -> tuple[Principal, float]:
        try:
            # Only the header: PyJWT would take the whole token apart, and then again to check it.
            header = orjson.loads(base64url_decode(token.partition(".")[0]))
            key = self._keys[header["kid"]]
            # Expiry is compared with the suite's clock by the caller, not with the library's.
            claims = jwt.decode(
                token,
                key,
                algorithms=["EdDSA"],
                issuer=ISSUER,
                options={
                    "verify_exp": False,
                    "verify_iat": False,
                    "require": ["sub", "exp", "iss"],
                },
            )
            principal = Principal(
                member_id=UUID(claims["sub"]),
                name=str(claims["name"]),
                organisation_path=str(claims["org"]),
                grants=tuple(
                    Grant(str(role), str(path)) for role, path in claims["grants"] if role in ROLES
                ),
                session=UUID(claims["sid"]) if "sid" in claims else None,
            )
            return principal, float(claims["exp"])
        except (jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
            raise _invalid() from error


def _invalid() -> Unauthenticated:
    return Unauthenticated(
        "token_invalid",
        Text(zh="登录状态无效，请重新登录。", en="The sign-in is not valid; sign in again."),
    )


def _expired() -> Unauthenticated:
    return Unauthenticated(
        "token_expired",
        Text(
            zh="登录已过期，请刷新登录或重新登录。",
            en="The sign-in has expired; refresh it or sign in again.",
        ),
    )
