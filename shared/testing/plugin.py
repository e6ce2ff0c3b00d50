"""Pytest fixtures over a real PostgreSQL and a real Valkey, started once a test run.

A database for a test is cloned from a migrated template in some 30 ms, so each test has its own
and none needs to clean up after another.
"""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from redis import Redis

from shared.auth import Grant, Principal, TokenSigner
from shared.auth.keys import generate_private_key, to_jwks
from shared.clock import FixedClock
from shared.database import Database
from shared.database.migrate import migrate
from shared.embedded import PostgresServer, ValkeyServer
from shared.ids import new_id
from shared.messaging.tables import MESSAGING_V1_UP, MESSAGING_V2_UP
from shared.redis import connect

ROOT = Path(__file__).parents[2]
MakeDatabase = Callable[[str], Database]
TokenFor = Callable[..., str]
# The name of a schema without any service's tables, for the tests of `shared` itself.
MESSAGING_ONLY = "messaging"


class Servers:
    """The test run's PostgreSQL; knows how to make databases of a service's schema."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._templates: set[str] = set()

    def url(self, name: str, driver: str = "postgresql+psycopg") -> str:
        return f"{driver}://postgres@127.0.0.1:{self._port}/{name}"

    def execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url("postgres", "postgresql"), autocommit=True) as connection:
            connection.execute(statement)

    def create(self, service: str) -> str:
        """Return the name of a new database with the service's newest schema."""
        template = f"template_{service}"
        if service not in self._templates:
            self.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(template)))
            if service == MESSAGING_ONLY:
                self._create_messaging(template)
            else:
                migrate(ROOT / "services" / service / "migrations", self.url(template))
            self._templates.add(service)
        name = f"{service}_{new_id().hex[-12:]}"
        self.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        return name

    def _create_messaging(self, name: str) -> None:
        with psycopg.connect(self.url(name, "postgresql"), autocommit=True) as connection:
            for statement in MESSAGING_V1_UP + MESSAGING_V2_UP:
                connection.execute(statement)

    def drop(self, name: str) -> None:
        self.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with PostgresServer(tmp_path_factory.mktemp("postgres") / "data", durable=False) as server:
        yield Servers(server.port)


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with ValkeyServer(tmp_path_factory.mktemp("valkey")) as server:
        yield f"redis://127.0.0.1:{server.port}/0"


@pytest.fixture
def redis_client(redis_url: str) -> Iterator[Redis]:
    """An empty Redis; each xdist process has a server of its own."""
    client = connect(redis_url)
    client.flushall()
    yield client
    client.close()


@pytest.fixture
def make_database(servers: Servers, clock: FixedClock) -> Iterator[MakeDatabase]:
    """Make migrated databases: ``make_database("points")``; they go when the test ends."""
    made: list[tuple[Database, str]] = []

    def make(service: str) -> Database:
        name = servers.create(service)
        database = Database(servers.url(name), clock=clock)
        made.append((database, name))
        return database

    yield make
    for database, name in made:
        database.close()
        servers.drop(name)


@pytest.fixture
def clock() -> FixedClock:
    """A clock at a Monday morning in Shanghai, 2026-11-23 09:00."""
    return FixedClock(datetime(2026, 11, 23, 1, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def signing_key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "private.pem"
    path.write_bytes(generate_private_key())
    return path


@pytest.fixture(scope="session")
def signer(signing_key_file: Path) -> TokenSigner:
    return TokenSigner(signing_key_file.read_bytes(), "test")


@pytest.fixture(scope="session")
def public_keys(signer: TokenSigner, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The path of the key set that verifies the tokens of `signer`."""
    path = tmp_path_factory.mktemp("keys") / "public.json"
    path.write_text(to_jwks(signer.public_keys))
    return path


@pytest.fixture
def token_for(signer: TokenSigner, clock: FixedClock) -> TokenFor:
    """Sign tokens: ``token_for(member_id, "/city/u1/b1/", [("branch_secretary", "/city/u1/b1/")])``."""

    def sign(
        member_id: UUID | None = None,
        path: str = "/city/u001/b0001/",
        roles: list[tuple[str, str]] | None = None,
        name: str = "测试党员",
    ) -> str:
        grants = (Grant("member", path), *(Grant(role, at) for role, at in roles or []))
        principal = Principal(member_id or new_id(), name, path, grants)
        return signer.sign(principal, clock.now())

    return sign


def pytest_configure() -> None:
    # A test run brings its own servers; it never touches those a person has running.
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
