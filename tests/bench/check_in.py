"""Check-in end to end (edge, service, PostgreSQL) against a bare Flask hello in the same run.

Print a table: ``python -m tests.bench.check_in``.
"""

import itertools
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import httpx
import orjson
import psycopg

from services.events.codes import rotating
from services.gateway.edge.render import Edge, render
from shared.auth import Grant, Principal, TokenSigner
from shared.auth.keys import generate_private_key, to_jwks
from shared.database.migrate import migrate
from shared.embedded import PostgresServer, ValkeyServer, nginx_command
from shared.embedded.child import answers, free_port, start, stop
from shared.ids import new_id
from shared.testing.plugin import ROOT
from tests.bench import cpu, load

KEY = b"a key of the benchmark"
BRANCH = "/city/u001/b0001/"
MEMBERS = 2000
# Short rounds by turns, so that whatever else the machine does weighs on both alike.
ROUNDS = 10
REQUESTS = 1000
PARTS = ("edge", "events", "postgres")


class Site:
    """Running servers: what to measure, and where to send requests."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        (folder / "pg").mkdir()
        self.postgres = stack.enter_context(PostgresServer(folder / "pg" / "data"))
        self.redis = stack.enter_context(ValkeyServer(folder / "valkey"))
        self.signer = TokenSigner(generate_private_key(), "bench")
        keys = folder / "keys.json"
        keys.write_text(to_jwks(self.signer.public_keys))
        self.url = f"postgresql+psycopg://postgres@127.0.0.1:{self.postgres.port}/postgres"
        migrate(ROOT / "services" / "events" / "migrations", self.url)
        self.hello_port, self.hello = self._gunicorn("tests.bench.hello:app", {})
        self.events_port, self.events = self._gunicorn(
            "services.events.wsgi:app",
            {
                "DATABASE_URL": self.url,
                "REDIS_URL": f"redis://127.0.0.1:{self.redis.port}/0",
                "TOKEN_PUBLIC_KEYS": str(keys),
                "CODE_KEY": KEY.decode(),
                "PUBLIC_URL": "http://127.0.0.1",
            },
        )
        self.edge_port, self.edge = self._nginx()

    def _gunicorn(self, app: str, environment: dict[str, str]) -> tuple[int, int]:
        port = free_port()
        name = app.partition(":")[0]
        child = start_with(
            [sys.executable, "-m", "gunicorn", "-c", "shared/gunicorn.py", app],
            os.environ | environment | {"BIND": f"127.0.0.1:{port}"},
            self._folder / f"{name}.log",
            lambda: answers_http(port),
        )
        self._stack.callback(stop, child)
        return port, child.pid

    def _nginx(self) -> tuple[int, int]:
        port, var = free_port(), self._folder / "edge"
        var.mkdir()
        events = f"127.0.0.1:{self.events_port}"
        edge = Edge(f"127.0.0.1:{port}", events, events, events, events, var)
        configuration = var / "nginx.conf"
        configuration.write_text(render(edge))
        child = start(nginx_command(configuration), var / "log", lambda: answers(port), "nginx")
        self._stack.callback(stop, child)
        return port, child.pid

    def cpu(self) -> dict[str, float]:
        postmaster = int((self.postgres.data / "postmaster.pid").read_text().split()[0])
        return {
            "edge": cpu.seconds(self.edge),
            "events": cpu.seconds(self.events),
            "postgres": cpu.seconds(postmaster),
            "hello": cpu.seconds(self.hello),
        }


def start_with(
    command: list[str], environment: dict[str, str], log: Path, ready: Callable[[], bool]
) -> subprocess.Popen[bytes]:
    """Start a server with an environment of its own."""
    return start(["env", *(f"{k}={v}" for k, v in environment.items()), *command], log, ready, "it")


@contextmanager
def site() -> Iterator[Site]:
    with TemporaryDirectory() as folder, ExitStack() as stack:
        yield Site(Path(folder), stack)


def add_sessions(url: str, count: int) -> list[tuple[UUID, int]]:
    """Make one open event with sessions; return their ids and short ids."""
    now, organisation, event = datetime.now(UTC), new_id(), new_id()
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute(
            "INSERT INTO roster_organisations (id, code, name, kind, path, version)"
            " VALUES (%s, 'b0001', '第一党支部', 'branch', %s, 1)",
            (organisation, BRANCH),
        )
        connection.execute(
            "INSERT INTO events (id, title, category, organisation_id, organisation_path,"
            " audience, place, starts_at, ends_at, state, tags, created_by, created_at,"
            " published_at, version)"
            " VALUES (%s, '党课', 'lecture', %s, %s, 'organisation', '礼堂', %s, %s, 'open', '{}',"
            " %s, %s, %s, 1)",
            (event, organisation, BRANCH, now, now + timedelta(hours=2), new_id(), now, now),
        )
        return [
            connection.execute(
                "INSERT INTO event_sessions (id, event_id, starts_at, ends_at, opens_at, closes_at)"
                " VALUES (%s, %s, %s, %s, %s, %s) RETURNING id, short_id",
                (new_id(), event, now, now + timedelta(hours=2), now, now + timedelta(hours=2)),
            ).fetchone()
            for _ in range(count)
        ]


def scans(tokens: list[str], sessions: list[tuple[UUID, int]]) -> Iterator[bytes]:
    """Every member scans once in every session, session by session."""
    for _, short_id in sessions:
        for token in tokens:
            code = rotating.issue(KEY, short_id, datetime.now(UTC))
            body = orjson.dumps({"code": code, "client_ref": str(new_id())})
            yield load.post("127.0.0.1", "/api/v1/check-ins", body, token)


def sign(signer: TokenSigner, count: int) -> list[str]:
    """Return the access tokens of so many members."""
    now, grants = datetime.now(UTC), (Grant("member", BRANCH),)
    return [signer.sign(Principal(new_id(), "测试党员", BRANCH, grants), now) for _ in range(count)]


def answers_http(port: int) -> bool:
    """Tell whether the application behind the port is loaded."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz").status_code in (200, 404)
    except httpx.TransportError:
        return False


def measure(concurrency: int = 48) -> dict[str, float]:
    """Return CPU µs a request by process, ratios to hello, requests a second and latencies (ms).

    `first_scan` is the check-in of somebody whose token the service has not seen yet.
    """
    with site() as running:
        hello = itertools.repeat(load.post("127.0.0.1", "/hello", b'{"name":"world"}'))
        tokens = sign(running.signer, MEMBERS)
        sessions = add_sessions(running.url, 2 + ROUNDS * REQUESTS // MEMBERS)
        scan = scans(tokens, sessions)
        spent, done = dict.fromkeys((*PARTS, "hello"), 0.0), load.Result()

        def send(port: int, requests: Iterator[bytes], count: int) -> dict[str, float]:
            before = running.cpu()
            result = load.run(port, itertools.islice(requests, count), concurrency)
            if set(result.statuses) != {201}:
                raise AssertionError(result.statuses)
            if requests is scan:
                done.seconds.extend(result.seconds)
                done.elapsed += result.elapsed
            return {part: value - before[part] for part, value in running.cpu().items()}

        send(running.hello_port, hello, REQUESTS)
        send(running.edge_port, scans(tokens[:100], sessions[-1:]), 100)
        first = send(running.edge_port, scan, MEMBERS)
        done.seconds.clear()
        done.elapsed = 0.0
        for _ in range(ROUNDS):
            spent["hello"] += send(running.hello_port, hello, REQUESTS)["hello"]
            used = send(running.edge_port, scan, REQUESTS)
            for part in PARTS:
                spent[part] += used[part]
    figures = {part: 1e6 * value / (ROUNDS * REQUESTS) for part, value in spent.items()}
    figures["check_in"] = sum(figures[part] for part in PARTS)
    figures["first_scan"] = 1e6 * sum(first[part] for part in PARTS) / MEMBERS
    figures["ratio"] = figures["check_in"] / figures["hello"]
    figures["ratio_first_scan"] = figures["first_scan"] / figures["hello"]
    figures["requests_per_second"] = done.count / done.elapsed
    figures["p50_ms"] = 1e3 * done.percentile(50)
    figures["p99_ms"] = 1e3 * done.percentile(99)
    return figures


if __name__ == "__main__":
    for concurrency in (32, 48, 64):
        print(f"concurrency {concurrency}")
        for name, value in measure(concurrency).items():
            print(f"  {name:20} {value:10.2f}")
