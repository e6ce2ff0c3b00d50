"""Members with WeChat, what they are told, and the sender that tells them."""

import secrets
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import text
from werkzeug.test import TestResponse

from services.demo.wechat import Platform
from services.demo.wechat_messages import Messenger
from services.gateway.identity import openids
from services.gateway.identity.fields import FieldKey
from services.gateway.identity.models import WechatIdentity
from services.gateway.notices import consents, storing
from services.gateway.notices.quiet_hours import QuietHours
from services.gateway.notices.sending import Sender
from services.gateway.notices.wechat import SubscriptionMessages
from shared.contracts.notices import REQUESTED_V1, NoticeRequestedV1
from shared.database import Database
from shared.ids import new_id
from shared.messaging.envelope import Envelope
from shared.testing.plugin import TokenFor
from tests.gateway.conftest import OPENID_KEY, TEMPLATES, People

QUIET = QuietHours.read("22:00-07:00")
MakeSender = Callable[..., Sender]


def requested(*members: UUID, at: datetime, **changes: Any) -> Envelope:
    """Return a message that asks to tell members something."""
    data = {
        "key": str(new_id()),
        "member_ids": [str(member) for member in members],
        "kind": "event.reminder.hour",
        "subject_type": "event",
        "subject_id": str(new_id()),
        "zh": "专题党课将于 10:00 开始。",
        "en": "“Lecture” begins at 10:00.",
        "urgent": False,
        "expires_at": None,
        "template": "event_reminder",
        "data": {"title": "专题党课", "time": at.isoformat(), "note": "将于 10:00 开始"},
    } | changes
    assert NoticeRequestedV1().validate(data) == {}
    return Envelope(new_id(), REQUESTED_V1, data["subject_id"], at, data)


class Post:
    """Tells members things, and looks at what became of it."""

    def __init__(
        self,
        database: Database,
        people: People,
        client: FlaskClient,
        token_for: TokenFor,
        messenger: Messenger,
    ) -> None:
        self.database = database
        self._messenger = messenger
        self.now = database.clock.now
        self._people = people
        self._client = client
        self._token_for = token_for

    def member(self, openid: str | None = None, **allowed: int) -> UUID:
        """Add a member; with an openid bound to WeChat, allowing some messages of each template."""
        member, account = self._people.member(), new_id()
        with self.database.unit_of_work() as uow:
            uow.session.execute(
                text(
                    "INSERT INTO accounts (id, member_id, created_at) VALUES (:id, :member, now())"
                ),
                {"id": account, "member": member},
            )
            if openid is not None:
                uow.session.add(
                    WechatIdentity(
                        account_id=account,
                        openid_index=secrets.token_bytes(32),
                        openid_sealed=openids.seal(FieldKey(OPENID_KEY), account, openid),
                        bound_at=uow.clock.now(),
                    )
                )
                uow.session.flush()
                self._messenger.know(openid)
                for template, times in allowed.items():
                    self._messenger.allow(openid, TEMPLATES[template].id, times)
                    for _ in range(times):
                        consents.add(uow, TEMPLATES, member, [template])
            uow.commit()
        return member

    def tell(self, *members: UUID, ago: float = 0, **changes: Any) -> Envelope:
        """Let a request to tell members something arrive; return it."""
        message = requested(*members, at=self.now() - timedelta(seconds=ago), **changes)
        self.deliver(message)
        return message

    def deliver(self, *messages: Envelope) -> None:
        """Hand messages to the consumer's handler as one batch."""
        with self.database.unit_of_work() as uow:
            storing.take(uow, messages)
            uow.commit()

    def call(
        self, who: UUID, method: str, path: str, body: Any = None, **headers: str
    ) -> TestResponse:
        given = {"Authorization": f"Bearer {self._token_for(who)}", "Accept-Language": "en"}
        return self._client.open(
            f"/api/v1/me{path}", method=method, json=body, headers=given | headers
        )

    def inbox(self, who: UUID, **query: Any) -> dict[str, Any]:
        words = "&".join(f"{name}={value}" for name, value in query.items())
        answer = self.call(who, "GET", f"/inbox?{words}")
        assert answer.status_code == 200, answer.text
        return answer.json  # type: ignore[no-any-return]

    def states(self, who: UUID) -> list[tuple[str | None, str | None]]:
        """Return (state, error) of what a member was to be sent, oldest first."""
        query = text(
            "SELECT send_state, send_error FROM notices WHERE member_id = :who"
            " ORDER BY created_at, id"
        )
        with self.database.unit_of_work() as uow:
            return [tuple(row) for row in uow.session.execute(query, {"who": who})]

    def left(self, who: UUID) -> dict[str, int]:
        with self.database.unit_of_work() as uow:
            return dict(consents.left(uow, who))


@pytest.fixture
def post(
    database: Database,
    people: People,
    client: FlaskClient,
    token_for: TokenFor,
    messenger: Messenger,
) -> Post:
    return Post(database, people, client, token_for, messenger)


@pytest.fixture
def openid() -> str:
    return f"o{secrets.token_urlsafe(20)}"


@pytest.fixture
def messenger(platform: Platform) -> Iterator[Messenger]:
    """WeChat's side of messages, as before the first one."""
    fresh = Messenger("wx-test", "app-secret", platform.messenger.templates)
    for name, value in vars(fresh).items():
        setattr(platform.messenger, name, value)
    yield platform.messenger
    platform.messenger.failing.clear()


@pytest.fixture
def make_sender(
    database: Database, redis_client: Redis, wechat_url: str, messenger: Messenger
) -> MakeSender:
    def make(url: str = wechat_url, **changes: Any) -> Sender:
        key = FieldKey(OPENID_KEY)
        messages = SubscriptionMessages(url, "wx-test", "app-secret", redis_client, key)
        parts = {"templates": TEMPLATES, "quiet_hours": QUIET} | changes
        return Sender(database, messages, key, **parts)

    return make


@pytest.fixture
def sender(make_sender: MakeSender) -> Sender:
    return make_sender()
