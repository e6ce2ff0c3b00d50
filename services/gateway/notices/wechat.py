"""The client of WeChat's subscription messages (`subscribeMessage.send`).

A user allows one message of a template at a time. Answers are JSON, errors come with HTTP 200
(developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-message-management/subscribe-message/
sendMessage). Whoever sends must know whether a message left: what was answered is certain, what
never reached WeChat may be tried again, and of anything between nobody knows.
"""

import logging
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

import httpx
import orjson
from redis import Redis

from services.gateway.identity.fields import FieldKey
from services.gateway.notices.access_token import AccessTokens, TokenAwayError
from services.gateway.notices.templates import Template

_log = logging.getLogger(__name__)

_TIMEOUT: Final = httpx.Timeout(3.0)
_SENT: Final = 0
_TOKEN_BAD: Final = frozenset({40001, 40014, 42001})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message.

    Attributes:
        state: `later` did certainly not leave, and may be tried again in `wait` seconds.
        error: why it was not sent.
        consent: what is left of the user's consent: `used` up by this message, still `there`, or
            all of them `gone`.
    """

    state: Literal["sent", "refused", "later", "unknown"]
    error: str | None = None
    consent: Literal["used", "there", "gone"] = "there"
    wait: int = 60


_REFUSALS: Final = MappingProxyType(
    {
        -1: Outcome("later", "wechat_busy"),
        # The user has said no since, or used it up with another service.
        43101: Outcome("refused", "wechat_43101", consent="gone"),
        40003: Outcome("refused", "wechat_40003"),
        45009: Outcome("later", "wechat_45009", wait=3600),
        45011: Outcome("later", "wechat_45011"),
    }
)
# Nobody's fault but the operator's, and only they can mend it.
_MISTAKES: Final = MappingProxyType(
    {
        40037: "the template's id is not one of this mini-program's",
        41030: "the template's page is not one of the mini-program's",
        47003: "the template's fields are not those of the setting",
    }
)


class SubscriptionMessages:
    """Sends messages to the mini-program's users; safe for threads."""

    def __init__(
        self, base_url: str, app_id: str, app_secret: str, redis: Redis, key: FieldKey
    ) -> None:
        # httpx writes whole URLs to its log, and WeChat wants the token in the URL.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self._http = httpx.Client(base_url=base_url, timeout=_TIMEOUT)
        self._tokens = AccessTokens(self._http, redis, key, app_id, app_secret)

    def send(self, openid: str, template: Template, data: dict[str, str]) -> Outcome:
        """Send one message; every way it can end is an outcome."""
        body: dict[str, object] = {
            "touser": openid,
            "template_id": template.id,
            "data": template.filled(data),
            "lang": "zh_CN",
        }
        if template.page is not None:
            body["page"] = template.page
        try:
            token = self._tokens.get()
            errcode = self._post(token, body)
            if errcode in _TOKEN_BAD:
                # Somebody else had a new one made: what replaced it is asked for, once.
                self._tokens.forget(token)
                errcode = self._post(self._tokens.get(), body)
        except TokenAwayError as error:
            return Outcome("later", f"no_token: {error}")
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            return Outcome("later", type(error).__name__)
        except (httpx.HTTPError, ValueError) as error:
            _log.warning("nobody knows whether WeChat took a message: %s", type(error).__name__)
            return Outcome("unknown", type(error).__name__, consent="used")
        return _outcome(errcode)

    def _post(self, token: str, body: dict[str, object]) -> int:
        """Return WeChat's errcode.

        Raises:
            ValueError: the answer is none of WeChat's.
        """
        response = self._http.post(
            "/cgi-bin/message/subscribe/send", params={"access_token": token}, json=body
        )
        answer = orjson.loads(response.content)
        if not isinstance(answer, dict) or not isinstance(answer.get("errcode"), int):
            message = "an answer without errcode"
            raise ValueError(message)  # noqa: TRY004 - what was sent is wrong, not a type of ours
        return int(answer["errcode"])


def _outcome(errcode: int) -> Outcome:
    if errcode == _SENT:
        return Outcome("sent", consent="used")
    if errcode in _TOKEN_BAD:
        _log.error("WeChat takes no token it gives (errcode %s); check WECHAT_APP_*", errcode)
        return Outcome("later", f"wechat_{errcode}", wait=300)
    if errcode in _REFUSALS:
        return _REFUSALS[errcode]
    why = _MISTAKES.get(errcode, "see the list of return codes")
    _log.error("WeChat refused a message with errcode %s: %s", errcode, why)
    return Outcome("refused", f"wechat_{errcode}")
