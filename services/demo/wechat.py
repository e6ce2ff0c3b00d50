"""A stand-in for WeChat's server API, for tests and the demo: `python -m services.demo.wechat`.

It follows the documentation of `code2Session` (developers.weixin.qq.com/miniprogram/dev/server/
API/user-login/api_code2session) and of `wx.login`: every answer is HTTP 200 with a body of JSON
sent as `text/plain`; a code lives five minutes and works once; one user may ask 100 times a
minute. What a phone would do by `wx.login`, a test does by `POST /stand-in/codes {openid}`, and what
it would do by `wx.requestSubscribeMessage`, by `POST /stand-in/consents {openid, template_id}`.
"""

import os
import secrets
import threading
import time
from base64 import b64encode
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from flask import Flask, Response, request

from services.demo.wechat_codes import MESSAGES, Refused
from services.demo.wechat_messages import Messenger

CODE_LIFETIME: Final = 300.0
USER_QUOTA: Final = 100


@dataclass
class _Code:
    openid: str
    issued_at: float
    used: bool = False


@dataclass
class Platform:
    """What WeChat knows: issued codes, blocked users, recent calls. Times in seconds."""

    app_id: str
    app_secret: str
    messenger: Messenger
    now: Callable[[], float] = time.monotonic
    blocked: set[str] = field(default_factory=set)
    failing: int = 0
    """How many further calls answer with -1, `system error`."""
    _codes: dict[str, _Code] = field(default_factory=dict)
    _calls: dict[str, deque[float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def issue(self, openid: str) -> str:
        """What `wx.login` gives on that user's phone."""
        code = secrets.token_urlsafe(24)
        with self._lock:
            self._forget_old_codes()
            self.messenger.know(openid)
            self._codes[code] = _Code(openid, self.now())
        return code

    def code_to_session(self, parameters: dict[str, str]) -> dict[str, str]:
        """Answer `/sns/jscode2session`.

        Raises:
            Refused: with WeChat's errcode.
        """
        with self._lock:
            if self.failing > 0:
                self.failing -= 1
                raise Refused(-1)
            self._check_caller(parameters)
            code = self._codes.get(parameters["js_code"])
            if code is None or self.now() - code.issued_at >= CODE_LIFETIME:
                raise Refused(40029)
            if code.used:
                raise Refused(40163)
            self._count_call(code.openid)
            if code.openid in self.blocked:
                raise Refused(40226)
            code.used = True
        session_key = secrets.token_bytes(16)
        return {"session_key": b64encode(session_key).decode(), "openid": code.openid}

    def _check_caller(self, parameters: dict[str, str]) -> None:
        for name, missing in (("appid", 41002), ("secret", 41004), ("js_code", 41008)):
            if not parameters.get(name):
                raise Refused(missing)
        if parameters.get("grant_type") != "authorization_code":
            raise Refused(40002)
        if parameters["appid"] != self.app_id:
            raise Refused(40013)
        if not secrets.compare_digest(parameters["secret"].encode(), self.app_secret.encode()):
            raise Refused(40125)

    def _count_call(self, openid: str) -> None:
        calls = self._calls.setdefault(openid, deque())
        while calls and self.now() - calls[0] >= 60:  # noqa: PLR2004 - a minute
            calls.popleft()
        if len(calls) >= USER_QUOTA:
            raise Refused(45011)
        calls.append(self.now())

    def _forget_old_codes(self) -> None:
        oldest = self.now() - CODE_LIFETIME
        for text in [text for text, code in self._codes.items() if code.issued_at < oldest]:
            del self._codes[text]


def create_app(platform: Platform) -> Flask:
    """The API over one platform, with the doors a test needs under `/stand-in`."""
    app = Flask(__name__)
    messenger = platform.messenger

    @app.get("/sns/jscode2session")
    def jscode2session() -> Response:
        return _answer(lambda: platform.code_to_session(request.args.to_dict()), "text/plain")

    @app.post("/cgi-bin/stable_token")
    def stable_token() -> Response:
        return _answer(lambda: messenger.stable_token(request.get_json(force=True)))

    @app.post("/cgi-bin/message/subscribe/send")
    def send() -> Response:
        token = request.args.get("access_token", "")
        return _answer(lambda: messenger.send(token, request.get_json(force=True)))

    @app.post("/stand-in/consents")
    def post_consent() -> tuple[str, int]:
        body = request.get_json()
        messenger.allow(str(body["openid"]), str(body["template_id"]))
        return "", 204

    @app.get("/stand-in/messages")
    def get_messages() -> dict[str, Any]:
        return {"items": messenger.sent}

    @app.post("/stand-in/codes")
    def post_code() -> dict[str, str]:
        return {"code": platform.issue(str(request.get_json()["openid"]))}

    @app.post("/stand-in/blocked")
    def post_blocked() -> tuple[str, int]:
        platform.blocked.add(str(request.get_json()["openid"]))
        return "", 204

    @app.post("/stand-in/failing")
    def post_failing() -> tuple[str, int]:
        platform.failing = int(request.get_json()["times"])
        return "", 204

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    return app


def _answer(act: Callable[[], Mapping[str, Any]], mimetype: str = "application/json") -> Response:
    """Return what the API answers; a refusal is HTTP 200 as well."""
    try:
        body = act()
    except Refused as refused:
        rid = f"{secrets.token_hex(4)}-{secrets.token_hex(4)}-{secrets.token_hex(4)}"
        said = " ".join((MESSAGES[refused.errcode], refused.detail)).rstrip()
        body = {"errcode": refused.errcode, "errmsg": f"{said}, rid: {rid}"}
    return Response(orjson.dumps(body), mimetype=mimetype)


def main() -> None:
    """Serve on loopback at PORT with WECHAT_APP_ID, WECHAT_APP_SECRET and WECHAT_TEMPLATES."""
    app_id = os.environ.get("WECHAT_APP_ID", "wx0000000000000000")
    app_secret = os.environ.get("WECHAT_APP_SECRET", "demo-secret")
    templates = orjson.loads(os.environ.get("WECHAT_TEMPLATES", "{}")).values()
    fields = {template["id"]: tuple(template["fields"]) for template in templates}
    platform = Platform(app_id, app_secret, Messenger(app_id, app_secret, fields))
    create_app(platform).run(
        host="127.0.0.1", port=int(os.environ.get("PORT", "8006")), threaded=True
    )


if __name__ == "__main__":
    main()
