"""The access token that WeChat wants with every message, shared by all processes.

`stable_token` gives the same token until five minutes before its end, and for those five minutes
the old one is good as well (developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-access-token/
getStableAccessToken). It is kept in Redis for as long as it stays the newest, and sealed, since it
sends in the mini-program's name.
"""

import logging
from typing import Final, cast

import httpx
import orjson
from redis import Redis
from redis.exceptions import RedisError

from services.gateway.identity.fields import FieldKey

_log = logging.getLogger(__name__)

_PURPOSE: Final = "wechat-access-token"
_OVERLAP_SECONDS: Final = 300
_SHORTEST_SECONDS: Final = 30
# Longer than WeChat may take to answer, so that nobody asks beside the one who does.
_LOCK_SECONDS: Final = 10


class TokenAwayError(Exception):
    """There is no token to be had now."""


class AccessTokens:
    """Gives the token of one mini-program; of those who lack it one asks, the others wait."""

    def __init__(
        self, http: httpx.Client, redis: Redis, key: FieldKey, app_id: str, app_secret: str
    ) -> None:
        self._http = http
        self._redis = redis
        self._key = key
        self._app_id = app_id
        self._app_secret = app_secret
        self._place = f"wechat:access-token:{app_id}"

    def get(self) -> str:
        """Return a token that should be good.

        Raises:
            TokenAwayError: WeChat or Redis is away, or WeChat refuses to give one.
        """
        try:
            if token := self._kept():
                return token
            with self._redis.lock(
                f"{self._place}:lock", timeout=_LOCK_SECONDS, blocking_timeout=_LOCK_SECONDS
            ):
                return self._kept() or self._ask()
        except RedisError as error:
            raise TokenAwayError(type(error).__name__) from error

    def forget(self, token: str) -> None:
        """Give up a token that WeChat does not take, unless another has taken its place."""
        try:
            if self._kept() == token:
                self._redis.delete(self._place)
        except RedisError as error:
            _log.warning("a token could not be given up: %s", type(error).__name__)

    def _kept(self) -> str | None:
        sealed = cast("bytes | None", self._redis.get(self._place))
        if sealed is None:
            return None
        try:
            return self._key.unseal(_PURPOSE, self._app_id.encode(), sealed).decode()
        except ValueError:
            return None

    def _ask(self) -> str:
        body = {
            "grant_type": "client_credential",
            "appid": self._app_id,
            "secret": self._app_secret,
        }
        try:
            response = self._http.post("/cgi-bin/stable_token", json=body)
            answer = orjson.loads(response.content)
        except (httpx.HTTPError, orjson.JSONDecodeError) as error:
            raise TokenAwayError(type(error).__name__) from error
        token, seconds, errcode = (
            answer.get(name) if isinstance(answer, dict) else None
            for name in ("access_token", "expires_in", "errcode")
        )
        if not isinstance(token, str) or not isinstance(seconds, int):
            # The error's text may name the address it does not know; the number is enough.
            _log.error("WeChat gives no access token (errcode %s); check WECHAT_APP_*", errcode)
            raise TokenAwayError(f"wechat_{errcode}")
        sealed = self._key.seal(_PURPOSE, self._app_id.encode(), token.encode())
        kept_for = max(seconds - _OVERLAP_SECONDS, _SHORTEST_SECONDS)
        self._redis.set(self._place, sealed, ex=kept_for)
        return token
