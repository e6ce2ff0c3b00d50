"""The three services as applications over fresh databases, for tests that look at all of them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from apiflask import APIFlask
from redis import Redis

from services.events.app import create_app as create_events
from services.events.config import Settings as EventsSettings
from services.gateway.app import create_app as create_gateway
from services.gateway.config import Settings as GatewaySettings
from services.points.app import create_app as create_points
from services.points.config import Settings as PointsSettings
from shared.clock import Clock, FixedClock
from shared.config import Environment
from shared.database import UnitOfWork
from shared.testing.plugin import MakeDatabase

MakeService = Callable[..., APIFlask]

SERVICES = ("points", "events", "gateway")


def create(
    service: str, database_url: str, redis_url: str, public_keys: Path, key: Path, clock: Clock
) -> APIFlask:
    """Return a service's application; what it would ask of others is not there."""
    environment = Environment(
        {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "TOKEN_PUBLIC_KEYS": str(public_keys),
            "TOKEN_PRIVATE_KEY": str(key),
            "PUBLIC_URL": "http://testserver",
            "EVENTS_URL": "http://127.0.0.1:9",
            "POINTS_URL": "http://127.0.0.1:9",
            "CODE_KEY": "test-code-key",
            "FIELD_KEY": "0" * 64,
            "OPENID_KEY": "1" * 64,
            "WECHAT_API_URL": "http://127.0.0.1:9",
            "WECHAT_APP_ID": "wx-test",
            "WECHAT_APP_SECRET": "secret",
            "THREADS": "2",
            "STORAGE": str(public_keys.parent / "storage"),
        }
    )
    make: dict[str, Callable[[], APIFlask]] = {
        "points": lambda: create_points(PointsSettings.from_environment(environment), clock),
        "events": lambda: create_events(EventsSettings.from_environment(environment), clock),
        "gateway": lambda: create_gateway(GatewaySettings.from_environment(environment), clock),
    }
    return make[service]()


@pytest.fixture
def make_service(
    make_database: MakeDatabase,
    redis_url: str,
    redis_client: Redis,
    public_keys: Path,
    signing_key_file: Path,
    clock: FixedClock,
) -> Iterator[MakeService]:
    """Make a service over a database of its own: ``make_service("events", fill)``."""
    made: list[APIFlask] = []

    def make(service: str, fill: Callable[[UnitOfWork], None] | None = None) -> APIFlask:
        database = make_database(service)
        if fill is not None:
            with database.unit_of_work() as uow:
                fill(uow)
                uow.commit()
        app = create(service, database.url, redis_url, public_keys, signing_key_file, clock)
        made.append(app)
        return app

    yield make
    for app in made:
        app.extensions["suite"].database.close()
        app.extensions["suite"].redis.close()
