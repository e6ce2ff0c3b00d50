"""The stand-in's subscription messages: access tokens, templates, users' consents, what was sent.

It follows the documentation of `getStableAccessToken` and of `subscribeMessage.send`
(developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-access-token/getStableAccessToken and
…/mp-message-management/subscribe-message/sendMessage). A token is good for two hours; asked for
again it is the same one until five minutes before its end, and the old one is good for those five
minutes as well. A user's yes in `wx.requestSubscribeMessage` allows one message of a template.
"""

import re
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from services.demo.wechat_codes import Refused

TOKEN_LIFETIME: Final = 7200.0
TOKEN_OVERLAP: Final = 300.0
FORCED_A_DAY: Final = 20

_MOMENT: Final = re.compile(
    r"(\d{4}年\d{1,2}月\d{1,2}日( \d{2}:\d{2}(:\d{2})?)?|\d{2}:\d{2}(:\d{2})?)"
)


@dataclass
class _Token:
    text: str
    issued_at: float
    ends_at: float


@dataclass
class Messenger:
    """What WeChat knows of messages. Times in seconds.

    `templates` is what the mini-program has picked: a template's id → its fields.
    """

    app_id: str
    app_secret: str
    templates: Mapping[str, tuple[str, ...]]
    now: Callable[[], float] = time.monotonic
    consents: Counter[tuple[str, str]] = field(default_factory=Counter)
    sent: list[dict[str, Any]] = field(default_factory=list)
    tokens_asked: int = 0
    failing: list[int] = field(default_factory=list)
    """The errcodes of the next calls of `send`, the first one first."""
    _tokens: list[_Token] = field(default_factory=list)
    _forced: int = 0
    _openids: set[str] = field(default_factory=set)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def allow(self, openid: str, template_id: str, times: int = 1) -> None:
        """What a user does who says yes in `wx.requestSubscribeMessage`."""
        with self._lock:
            self.know(openid)
            self.consents[openid, template_id] += times

    def know(self, openid: str) -> None:
        """Take somebody for a user of the mini-program."""
        self._openids.add(openid)

    def stable_token(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Answer `/cgi-bin/stable_token`.

        Raises:
            Refused: with WeChat's errcode.
        """
        with self._lock:
            self.tokens_asked += 1
            for name, missing in (("appid", 41002), ("secret", 41004)):
                if not body.get(name):
                    raise Refused(missing)
            if body.get("grant_type") != "client_credential":
                raise Refused(40002)
            if body["appid"] != self.app_id:
                raise Refused(40013)
            if body["secret"] != self.app_secret:
                raise Refused(40125)
            token = self._token(forced=body.get("force_refresh") is True)
            return {"access_token": token.text, "expires_in": int(token.ends_at - self.now())}

    def send(self, access_token: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Answer `/cgi-bin/message/subscribe/send`.

        Raises:
            Refused: with WeChat's errcode.
        """
        with self._lock:
            self._check_token(access_token)
            if self.failing:
                raise Refused(self.failing.pop(0))
            openid, template_id = str(body.get("touser")), str(body.get("template_id"))
            if openid not in self._openids:
                raise Refused(40003)
            if template_id not in self.templates:
                raise Refused(40037)
            _check_data(self.templates[template_id], body.get("data"))
            if self.consents[openid, template_id] <= 0:
                raise Refused(43101)
            self.consents[openid, template_id] -= 1
            self.sent.append(dict(body))
            return {"errcode": 0, "errmsg": "ok", "msgid": len(self.sent)}

    def _token(self, *, forced: bool) -> _Token:
        newest = self._tokens[-1] if self._tokens else None
        if forced and self._forced < FORCED_A_DAY:
            self._forced += 1
            self._tokens = []
        elif newest and newest.ends_at - self.now() > TOKEN_OVERLAP:
            return newest
        made = _Token(secrets.token_urlsafe(96), self.now(), self.now() + TOKEN_LIFETIME)
        self._tokens = [*self._tokens[-1:], made]
        return made

    def _check_token(self, text: str) -> None:
        if not text:
            raise Refused(41001)
        known = [token for token in self._tokens if token.text == text]
        if not known:
            raise Refused(40001)
        if known[0].ends_at <= self.now():
            raise Refused(42001)


def _check_data(fields: tuple[str, ...], data: object) -> None:
    if not isinstance(data, dict):
        raise Refused(47001)
    for name in fields:
        entry = data.get(name)
        value = entry.get("value") if isinstance(entry, dict) else None
        if not value:
            raise Refused(47003, f"data.{name}.value is empty")
        if name.startswith("thing") and (len(value) > 20 or not value.isprintable()):  # noqa: PLR2004 - the documented limit
            raise Refused(47003, f"data.{name}.value is invalid")
        if name.startswith(("time", "date")) and not _MOMENT.fullmatch(value):
            raise Refused(47003, f"data.{name}.value is invalid")
