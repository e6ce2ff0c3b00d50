"""Many ask for few seats at the same moment, again and again: are more given than there are?

``python -m tests.bench seats`` has 500 ask for 100 seats 50 times over, against the real service:
gunicorn with two processes, PostgreSQL.
"""

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import psycopg

from shared.auth import TokenSigner
from shared.auth.keys import generate_private_key, to_jwks
from shared.database.migrate import migrate
from shared.embedded import PostgresServer, ValkeyServer
from shared.embedded.child import free_port, stop
from shared.ids import new_id
from shared.testing.plugin import ROOT
from tests.bench import load
from tests.bench.check_in import BRANCH, answers_http, sign, start_with

_GUARDS = ("seats_are_not_oversold", "seats_are_not_oversold_later")


@dataclass(frozen=True, slots=True)
class Rush:
    """What one rush for an event's seats came to."""

    statuses: Counter[int]
    seated: int
    places: list[int]


@contextmanager
def service(
    url: str, redis_url: str, public_keys: Path, folder: Path, app: str = "services.events.wsgi:app"
) -> Iterator[int]:
    """Run the events service over a database; give its port."""
    port = free_port()
    environment = {
        "DATABASE_URL": url,
        "REDIS_URL": redis_url,
        "TOKEN_PUBLIC_KEYS": str(public_keys),
        "CODE_KEY": "bench",
        "PUBLIC_URL": "http://127.0.0.1",
        "BIND": f"127.0.0.1:{port}",
        "WORKERS": "2",
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "shared/gunicorn.py", app]
    child = start_with(
        command, os.environ | environment, folder / "service.log", lambda: answers_http(port)
    )
    try:
        yield port
    finally:
        stop(child)


def rush(url: str, port: int, tokens: list[str], seats: int) -> Rush:
    """Have everybody ask for a seat of a new event at the same moment."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        event = _event(connection, seats)
        path = f"/api/v1/events/{event}/registrations"
        asked = [load.post("127.0.0.1", path, b"", token) for token in tokens]
        answers = load.at_once(port, asked)
        (seated,) = connection.execute(
            "SELECT count(*) FROM registrations WHERE event_id = %s AND state = 'registered'",
            (event,),
        ).fetchone() or (0,)
    places = [json.loads(body)["place"] for status, body in answers if status == 201]
    return Rush(Counter(status for status, _ in answers), seated, [p for p in places if p])


def unguard(url: str) -> None:
    """Take away what the database says to a seat too many."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        for guard in _GUARDS:
            connection.execute(f"DROP TRIGGER {guard} ON registrations")


def _event(connection: "psycopg.Connection[tuple[int]]", seats: int) -> UUID:
    event, now = new_id(), datetime.now(UTC)
    connection.execute(
        "INSERT INTO events (id, title, category, organisation_id, organisation_path, audience,"
        " starts_at, ends_at, state, created_by, created_at, published_at) VALUES (%s, '讲座',"
        " 'study_session', %s, %s, 'organisation', %s, %s, 'published', %s, %s, %s)",
        (
            event, new_id(), BRANCH, now + timedelta(days=1), now + timedelta(days=1, hours=2),
            new_id(), now, now,
        ),
    )  # fmt: skip
    connection.execute(
        "INSERT INTO registration_settings (event_id, capacity, required) VALUES (%s, %s, false)",
        (event, seats),
    )
    return event


def measure(runs: int = 50, requests: int = 500, seats: int = 100) -> dict[str, float]:
    """Return how many runs gave a seat too many, and how long a rush takes."""
    oversold, undersold, seconds = 0, 0, []
    with TemporaryDirectory() as name:
        folder = Path(name)
        signer = TokenSigner(generate_private_key(), "bench")
        keys = folder / "keys.json"
        keys.write_text(to_jwks(signer.public_keys))
        with (
            PostgresServer(folder / "pg" / "data") as postgres,
            ValkeyServer(folder / "valkey") as redis,
        ):
            url = f"postgresql+psycopg://postgres@127.0.0.1:{postgres.port}/postgres"
            migrate(ROOT / "services" / "events" / "migrations", url)
            with service(url, f"redis://127.0.0.1:{redis.port}/0", keys, folder) as port:
                for run in range(runs):
                    tokens = sign(signer, requests)
                    began = time.monotonic()
                    result = rush(url, port, tokens, seats)
                    seconds.append(time.monotonic() - began)
                    if result.statuses != {201: requests}:
                        raise AssertionError(result.statuses)
                    oversold += result.seated > seats
                    undersold += result.seated < seats
                    print(
                        f"  run {run + 1}: {result.seated} seats, {seconds[-1]:.1f} s", flush=True
                    )
    return {
        "runs": runs,
        "requests_each": requests,
        "seats_each": seats,
        "oversold": oversold,
        "undersold": undersold,
        "seconds": sum(seconds),
        "requests_per_second": runs * requests / sum(seconds),
    }
