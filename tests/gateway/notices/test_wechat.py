"""The client of subscription messages against the stand-in, and against a WeChat that misbehaves."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Thread
from typing import Any

import httpx
import pytest
from redis import Redis

from services.demo.wechat_messages import TOKEN_LIFETIME, TOKEN_OVERLAP, Messenger
from services.gateway.identity.fields import FieldKey
from services.gateway.notices.templates import Template
from services.gateway.notices.wechat import Outcome, SubscriptionMessages
from tests.gateway.conftest import OPENID_KEY, TEMPLATES

TEMPLATE = TEMPLATES["event_reminder"]
DATA = {"title": "专题党课", "time": "2026-11-26T14:00:00+08:00", "note": "将于 14:00 开始"}

GOOD = {"grant_type": "client_credential", "appid": "wx-test", "secret": "app-secret"}


@pytest.fixture
def messages(wechat_url: str, redis_client: Redis, messenger: Messenger) -> SubscriptionMessages:
    return made(wechat_url, redis_client)


def made(url: str, redis: Redis, secret: str = "app-secret") -> SubscriptionMessages:
    return SubscriptionMessages(url, "wx-test", secret, redis, FieldKey(OPENID_KEY))


def test_a_message_arrives_as_the_template_has_it(
    messages: SubscriptionMessages, messenger: Messenger, openid: str
) -> None:
    messenger.allow(openid, TEMPLATE.id)
    assert messages.send(openid, TEMPLATE, DATA) == Outcome("sent", consent="used")
    (message,) = messenger.sent
    assert message == {
        "touser": openid,
        "template_id": TEMPLATE.id,
        "lang": "zh_CN",
        "data": {
            "thing1": {"value": "专题党课"},
            "time2": {"value": "2026年11月26日 14:00"},
            "thing3": {"value": "将于 14:00 开始"},
        },
    }


def test_a_template_may_lead_to_a_page(
    messages: SubscriptionMessages, messenger: Messenger, openid: str
) -> None:
    messenger.allow(openid, TEMPLATE.id)
    messages.send(openid, Template(TEMPLATE.id, TEMPLATE.fields, page="pages/inbox"), DATA)
    assert messenger.sent[0]["page"] == "pages/inbox"


def test_who_has_allowed_no_more_is_not_sent_to(
    messages: SubscriptionMessages, messenger: Messenger, openid: str
) -> None:
    messenger.allow(openid, TEMPLATE.id)
    messages.send(openid, TEMPLATE, DATA)
    outcome = messages.send(openid, TEMPLATE, DATA)
    assert outcome == Outcome("refused", "wechat_43101", consent="gone")
    assert len(messenger.sent) == 1


def test_an_unknown_user_is_refused(messages: SubscriptionMessages, messenger: Messenger) -> None:
    assert messages.send("nobody", TEMPLATE, DATA) == Outcome("refused", "wechat_40003")


@pytest.mark.parametrize(
    ("template", "errcode"),
    [
        (Template("no-such", TEMPLATE.fields), 40037),
        (Template(TEMPLATE.id, {"thing1": "title"}), 47003),
    ],
)
def test_a_wrong_setting_is_the_operators_matter(
    messages: SubscriptionMessages,
    messenger: Messenger,
    openid: str,
    template: Template,
    errcode: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    messenger.allow(openid, TEMPLATE.id)
    assert messages.send(openid, template, DATA) == Outcome("refused", f"wechat_{errcode}")
    assert f"errcode {errcode}: the template's" in caplog.text
    assert messenger.consents[openid, TEMPLATE.id] == 1


@pytest.mark.parametrize(
    ("errcode", "outcome"),
    [
        (-1, Outcome("later", "wechat_busy")),
        (45009, Outcome("later", "wechat_45009", wait=3600)),
        (45011, Outcome("later", "wechat_45011")),
        (41030, Outcome("refused", "wechat_41030")),
        # One that nobody has heard of did not send either.
        (47001, Outcome("refused", "wechat_47001")),
    ],
)
def test_what_wechat_says_decides_whether_to_come_again(
    messages: SubscriptionMessages,
    messenger: Messenger,
    openid: str,
    errcode: int,
    outcome: Outcome,
) -> None:
    messenger.allow(openid, TEMPLATE.id)
    messenger.failing = [errcode]
    assert messages.send(openid, TEMPLATE, DATA) == outcome
    assert messages.send(openid, TEMPLATE, DATA).state == "sent"


class TestAccessToken:
    def test_one_token_serves_all_until_a_newer_one_is_there(
        self,
        messages: SubscriptionMessages,
        messenger: Messenger,
        openid: str,
        wechat_url: str,
        redis_client: Redis,
    ) -> None:
        messenger.allow(openid, TEMPLATE.id, 4)
        for client in (messages, messages, made(wechat_url, redis_client)):
            assert client.send(openid, TEMPLATE, DATA).state == "sent"
        assert messenger.tokens_asked == 1
        (kept,) = [key for key in redis_client.scan_iter() if b"access-token" in key]
        assert redis_client.ttl(kept) == pytest.approx(TOKEN_LIFETIME - TOKEN_OVERLAP, abs=5)

    def test_it_lies_in_redis_sealed(
        self, messages: SubscriptionMessages, messenger: Messenger, redis_client: Redis
    ) -> None:
        messages.send("nobody", TEMPLATE, DATA)
        (token,) = [token.text for token in messenger._tokens]
        kept = [redis_client.get(key) for key in redis_client.scan_iter()]
        assert kept
        assert not [value for value in kept if token.encode() in value]

    def test_many_who_lack_it_at_once_ask_once(
        self, wechat_url: str, messenger: Messenger, redis_client: Redis, openid: str
    ) -> None:
        messenger.allow(openid, TEMPLATE.id, 16)
        clients = [made(wechat_url, redis_client) for _ in range(4)]
        barrier = Barrier(16)

        def send(number: int) -> str:
            barrier.wait()
            return clients[number % 4].send(openid, TEMPLATE, DATA).state

        with ThreadPoolExecutor(16) as pool:
            assert set(pool.map(send, range(16))) == {"sent"}
        assert messenger.tokens_asked == 1
        assert len(messenger.sent) == 16

    def test_a_token_that_somebody_else_made_void_is_replaced_once(
        self, messages: SubscriptionMessages, messenger: Messenger, openid: str
    ) -> None:
        messenger.allow(openid, TEMPLATE.id, 2)
        assert messages.send(openid, TEMPLATE, DATA).state == "sent"
        messenger.stable_token(GOOD | {"force_refresh": True})
        asked = messenger.tokens_asked
        assert messages.send(openid, TEMPLATE, DATA).state == "sent"
        assert messenger.tokens_asked == asked + 1

    @pytest.mark.parametrize("errcode", [40001, 42001])
    def test_a_token_that_is_never_taken_is_the_operators_matter(
        self,
        messages: SubscriptionMessages,
        messenger: Messenger,
        openid: str,
        errcode: int,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        messenger.failing = [errcode, errcode]
        outcome = messages.send(openid, TEMPLATE, DATA)
        assert outcome == Outcome("later", f"wechat_{errcode}", wait=300)
        assert "check WECHAT_APP_" in caplog.text

    def test_a_wrong_secret_sends_nothing_and_is_not_logged(
        self, wechat_url: str, messenger: Messenger, redis_client: Redis, caplog: Any
    ) -> None:
        caplog.set_level("DEBUG")
        outcome = made(wechat_url, redis_client, "wrong-secret").send("x", TEMPLATE, DATA)
        assert outcome == Outcome("later", "no_token: wechat_40125")
        assert "errcode 40125" in caplog.text
        ours = [r.getMessage() for r in caplog.records if r.name != "werkzeug"]
        assert not [line for line in ours if "wrong-secret" in line]

    def test_the_token_is_never_logged(
        self, messages: SubscriptionMessages, messenger: Messenger, caplog: Any, openid: str
    ) -> None:
        caplog.set_level("DEBUG")
        messenger.allow(openid, TEMPLATE.id)
        assert messages.send(openid, TEMPLATE, DATA).state == "sent"
        ours = [r.getMessage() for r in caplog.records if r.name != "werkzeug"]
        assert ours
        assert not [line for line in ours if messenger._tokens[0].text in line or openid in line]

    def test_without_redis_nothing_is_sent_for_now(self, wechat_url: str) -> None:
        away = Redis("127.0.0.1", 9, retry=None)
        assert made(wechat_url, away).send("x", TEMPLATE, DATA) == Outcome(
            "later", "no_token: ConnectionError"
        )


class Misbehaving:
    """A server that gives tokens, and then does as it is told with a message."""

    def __init__(self) -> None:
        self.does = b""
        self.messages = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                asked = connection.recv(65536)
                if b"stable_token" in asked:
                    connection.sendall(http('{"access_token": "t", "expires_in": 7200}'))
                else:
                    self.messages += 1
                    connection.sendall(self.does)

    def close(self) -> None:
        self._socket.close()


def http(body: str, status: str = "200 OK") -> bytes:
    head = f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    return (head + body).encode()


@pytest.fixture
def misbehaving() -> Iterator[Misbehaving]:
    server = Misbehaving()
    yield server
    server.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        http("<html>", "502 Bad Gateway"),
        http("[]"),
        http("{}"),
        http('{"errcode": "0"}'),
    ],
)
def test_of_what_was_not_answered_nobody_knows_and_it_is_not_sent_again(
    misbehaving: Misbehaving, redis_client: Redis, answer: bytes
) -> None:
    misbehaving.does = answer
    outcome = made(misbehaving.url, redis_client).send("x", TEMPLATE, DATA)
    assert (outcome.state, outcome.consent) == ("unknown", "used")
    assert misbehaving.messages == 1


def test_what_never_reached_wechat_may_be_sent_later(
    messages: SubscriptionMessages, redis_client: Redis
) -> None:
    messages.send("nobody", TEMPLATE, DATA)  # so that there is a token
    away = made("http://127.0.0.1:9", redis_client)
    assert away.send("x", TEMPLATE, DATA) == Outcome("later", "ConnectError")


class TestStandIn:
    """It answers as the documentation says, so that the client is tried against something true."""

    @pytest.mark.parametrize(
        ("changes", "errcode"),
        [
            ({"grant_type": "x"}, 40002),
            ({"appid": ""}, 41002),
            ({"appid": "other"}, 40013),
            ({"secret": ""}, 41004),
            ({"secret": "wrong"}, 40125),
        ],
    )
    def test_it_gives_tokens_to_the_mini_program_only(
        self, wechat_url: str, messenger: Messenger, changes: dict[str, str], errcode: int
    ) -> None:
        answer = httpx.post(f"{wechat_url}/cgi-bin/stable_token", json=GOOD | changes)
        assert (answer.status_code, answer.json()["errcode"]) == (200, errcode)

    def test_a_token_is_the_same_until_shortly_before_its_end_and_the_old_one_overlaps(
        self, messenger: Messenger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        start = messenger.now()

        def at(seconds: float) -> dict[str, Any]:
            monkeypatch.setattr(messenger, "now", lambda: start + seconds)
            return messenger.stable_token(GOOD)

        first = at(0)
        assert first["expires_in"] == 7200
        assert at(6899) == first | {"expires_in": 301}
        second = at(6900)
        assert second["access_token"] != first["access_token"]
        for token in (first, second):
            messenger._check_token(token["access_token"])
        at(7200)
        with pytest.raises(Exception, match="42001"):
            messenger._check_token(first["access_token"])

    def test_what_a_phone_would_do_has_a_door(
        self, wechat_url: str, messages: SubscriptionMessages, messenger: Messenger, openid: str
    ) -> None:
        body = {"openid": openid, "template_id": TEMPLATE.id}
        assert httpx.post(f"{wechat_url}/stand-in/consents", json=body).status_code == 204
        assert messages.send(openid, TEMPLATE, DATA).state == "sent"
        (seen,) = httpx.get(f"{wechat_url}/stand-in/messages").json()["items"]
        assert seen["touser"] == openid

    @pytest.mark.parametrize("token", ["", "made up"])
    def test_it_takes_no_other_token(
        self, wechat_url: str, messenger: Messenger, token: str
    ) -> None:
        url = f"{wechat_url}/cgi-bin/message/subscribe/send"
        answer = httpx.post(url, params={"access_token": token}, json={})
        assert answer.json()["errcode"] == (40001 if token else 41001)
