"""The client of WeChat's `code2Session`.

A phone's `wx.login` gives a code that lives five minutes and works once; WeChat's server turns it
into the user's openid (developers.weixin.qq.com/miniprogram/dev/server/API/user-login/
api_code2session). Answers are JSON sent as text/plain, errors come with HTTP 200. The session key
is not needed for anything the suite does, and is dropped at once.
"""

import logging
from threading import BoundedSemaphore
from typing import Final

import httpx
import orjson

from shared.errors import Forbidden, Invalid, Problem, TooMany, Unavailable
from shared.text import Text

_log = logging.getLogger(__name__)

_SYSTEM_BUSY: Final = -1
_BAD_CODE: Final = frozenset({40029, 40163})  # invalid or expired; used before
_BLOCKED: Final = 40226
_MINUTE_QUOTA: Final = 45011
_TIMEOUT: Final = httpx.Timeout(3.0)
# WeChat being slow must not take all of the service's threads.
_AT_ONCE: Final = 8


class WeChat:
    """Exchanges login codes for openids."""

    def __init__(self, base_url: str, app_id: str, app_secret: str) -> None:
        # httpx writes whole URLs to its log, and WeChat wants the secret in the URL.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self._app_id = app_id
        self._app_secret = app_secret
        self._http = httpx.Client(base_url=base_url, timeout=_TIMEOUT)
        self._turns = BoundedSemaphore(_AT_ONCE)

    def open_id(self, code: str) -> str:
        """Return the openid of the user whose phone gave this code.

        Raises:
            Invalid: `wechat_code_invalid`.
            Forbidden: `wechat_blocked`, WeChat takes the user for a risk.
            TooMany: `wechat_too_often`.
            Unavailable: `wechat_away`.
        """
        if not self._turns.acquire(timeout=_TIMEOUT.connect):
            raise _away()
        try:
            answer = self._ask(code)
        finally:
            self._turns.release()
        openid = answer.get("openid")
        if not answer.get("errcode") and isinstance(openid, str) and openid:
            return openid
        raise _refusal(answer.get("errcode"))

    def _ask(self, code: str) -> dict[str, object]:
        parameters = {
            "appid": self._app_id,
            "secret": self._app_secret,
            "js_code": code,
            "grant_type": "authorization_code",
        }
        try:
            response = self._http.get("/sns/jscode2session", params=parameters)
            answer = orjson.loads(response.content)
        except (httpx.HTTPError, orjson.JSONDecodeError) as error:
            # The error's text may hold the URL, and with it the secret.
            _log.warning("WeChat did not answer: %s", type(error).__name__)
            raise _away() from None
        return answer if isinstance(answer, dict) else {}


def _refusal(errcode: object) -> Problem:
    if errcode in _BAD_CODE:
        return Invalid(
            "wechat_code_invalid",
            Text(
                zh="微信登录凭证已失效，请重新打开小程序登录。",
                en="WeChat's login code is no longer valid; open the mini-program again.",
            ),
        )
    if errcode == _BLOCKED:
        return Forbidden(
            "wechat_blocked",
            Text(
                zh="微信限制了此账号登录，请改用账号密码，或请支部为您登记签到。",
                en="WeChat blocks this user's sign-in; use your password, or ask your branch.",
            ),
        )
    if errcode == _MINUTE_QUOTA:
        return TooMany(
            "wechat_too_often",
            Text(
                zh="微信登录过于频繁，请一分钟后再试。",
                en="Too many WeChat sign-ins; try again in a minute.",
            ),
            headers={"Retry-After": "60"},
        )
    if errcode != _SYSTEM_BUSY:
        # A wrong app id or secret, or an answer we do not know: for the operator, not the user.
        _log.error("WeChat refused code2Session with errcode %s; check WECHAT_APP_*", errcode)
    return _away()


def _away() -> Unavailable:
    return Unavailable(
        "wechat_away",
        Text(
            zh="微信服务暂时没有响应，请稍后重试，或使用账号密码登录。",
            en="WeChat does not answer just now; try again, or sign in with your password.",
        ),
        headers={"Retry-After": "3"},
    )
