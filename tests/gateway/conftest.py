"""Fixtures of the gateway's tests: the service, a member to be, and WeChat's stand-in."""

from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from uuid import UUID

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from redis import Redis
from werkzeug.serving import make_server

from services.demo.wechat import Platform
from services.demo.wechat import create_app as create_wechat
from services.demo.wechat_messages import Messenger
from services.gateway.app import create_app
from services.gateway.config import Settings
from services.gateway.identity import accounts, roster
from services.gateway.identity.fields import FieldKey
from services.gateway.notices.templates import Template
from shared.clock import FixedClock
from shared.contracts.roster import MEMBERS_V1, MembersChangedV1
from shared.database import Database
from shared.ids import new_id
from shared.messaging.envelope import Envelope
from shared.testing.plugin import MakeDatabase

FIELD_KEY = b"f" * 32
OPENID_KEY = b"o" * 32
PATH = "/city/u001/b0001/"
PASSWORD = "a good long password"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
TEMPLATES = {
    name: Template(f"wx-{name}", {"thing1": "title", "time2": "time", "thing3": "note"})
    for name in ("event_reminder", "event_news", "decision")
}


@pytest.fixture(scope="session")
def platform() -> Platform:
    fields = {template.id: tuple(template.fields) for template in TEMPLATES.values()}
    return Platform("wx-test", "app-secret", Messenger("wx-test", "app-secret", fields))


@pytest.fixture(scope="session")
def wechat_url(platform: Platform) -> Iterator[str]:
    """WeChat's API, stood in for, on a port of its own."""
    server = make_server("127.0.0.1", 0, create_wechat(platform), threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def database(make_database: MakeDatabase) -> Database:
    return make_database("gateway")


@pytest.fixture
def settings(
    database: Database, redis_url: str, public_keys: Path, signing_key_file: Path, wechat_url: str
) -> Settings:
    return Settings(
        database_url=database.url,
        redis_url=redis_url,
        public_keys=public_keys,
        threads=4,
        public_url="http://testserver",
        events_url="http://127.0.0.1:9",
        points_url="http://127.0.0.1:9",
        private_key=signing_key_file.read_bytes(),
        field_key=FIELD_KEY,
        openid_key=OPENID_KEY,
        wechat_api_url=wechat_url,
        wechat_app_id="wx-test",
        wechat_app_secret="app-secret",
        wechat_templates=TEMPLATES,
    )


@pytest.fixture
def app(settings: Settings, redis_client: Redis, clock: FixedClock) -> Iterator[APIFlask]:
    app = create_app(settings, clock)
    yield app
    app.extensions["suite"].database.close()
    app.extensions["suite"].redis.close()


@pytest.fixture
def client(app: APIFlask) -> FlaskClient:
    return app.test_client()


class People:
    """Puts members into the copy as the stream would, and gives them accounts."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._versions: dict[UUID, int] = {}

    def member(
        self,
        member_id: UUID | None = None,
        *,
        path: str = PATH,
        roles: list[tuple[str, str]] | None = None,
        groups: tuple[str, ...] = (),
        status: str = "full",
    ) -> UUID:
        """Add or change a member, each time with the next version; the first group is the branch's."""
        member_id = member_id or new_id()
        self._versions[member_id] = self._versions.get(member_id, 0) + 1
        row = {
            "id": str(member_id),
            "member_no": f"M{member_id.hex[-8:]}",
            "name": "张三",
            "organisation_id": str(UUID(int=1)),
            "path": path,
            "group_path": groups[0] if groups else None,
            "cross_paths": list(groups[1:]),
            "status": status,
            "scored": True,
            "roles": [{"role": role, "path": at} for role, at in roles or []],
            "version": self._versions[member_id],
        }
        assert MembersChangedV1().validate({"members": [row]}) == {}
        self.deliver(
            Envelope(new_id(), MEMBERS_V1, str(member_id), self._now(), {"members": [row]})
        )
        return member_id

    def deliver(self, *envelopes: Envelope) -> None:
        with self._database.unit_of_work() as uow:
            roster.take(uow, envelopes)
            uow.commit()

    def account(self, member_id: UUID, username: str, totp_secret: str | None = None) -> None:
        with self._database.unit_of_work() as uow:
            accounts.put(uow, FieldKey(FIELD_KEY), username, member_id, PASSWORD, totp_secret)
            uow.commit()

    def _now(self) -> object:
        return self._database.clock.now()


@pytest.fixture
def people(database: Database) -> People:
    return People(database)
