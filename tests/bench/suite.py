"""The whole suite as `make run` starts it, filled with the full city's 200,000 members."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import psutil
import psycopg

from services.demo import city
from services.demo.files import xlsx
from services.demo.loader import ORGANISATION_HEADINGS, ROSTER_HEADINGS
from services.demo.suite import manage
from shared.auth import Grant, Principal, TokenSigner
from shared.auth.keys import read_jwks
from shared.embedded.child import answers
from shared.testing.plugin import ROOT
from tests.bench import cpu
from tests.bench.client import Client

MARKS = {
    "edge": "nginx",
    "gateway": "services.gateway.wsgi",
    "events": "shared/gunicorn.py services.events.wsgi",
    "events-live": "events-live",
    "points": "services.points.wsgi",
    "events-worker": "services.events.worker",
    "points-worker": "services.points.worker",
    "postgres": "bin/postgres",
    "valkey": "valkey-server",
}


@dataclass
class Suite:
    """A running suite: its processes, its databases, and tokens for anyone."""

    var: Path
    port: int
    supervisor: subprocess.Popen[bytes]
    members: list[tuple[UUID, str]] = field(default_factory=list)

    @property
    def client(self) -> Client:
        return Client(f"http://127.0.0.1:{self.port}")

    def settings(self, service: str) -> dict[str, str]:
        lines = (self.var / "env" / f"{service}.env").read_text().splitlines()
        pairs = (line.removeprefix("export ").split("=", 1) for line in lines)
        return {name: value.strip("'") for name, value in pairs}

    def sql(self, service: str, query: str, *parameters: Any) -> list[Any]:
        url = self.settings(service)["DATABASE_URL"].replace("+psycopg", "")
        with psycopg.connect(url, autocommit=True) as connection:
            cursor = connection.execute(query, parameters)
            return cursor.fetchall() if cursor.description else []

    def token(self, member: UUID, path: str, *roles: tuple[str, str]) -> str:
        keys = read_jwks(self.var / "secrets" / "token_public_keys.json")
        private = (self.var / "secrets" / "token_private_key.pem").read_bytes()
        signer = TokenSigner(private, next(iter(keys)))
        grants = (Grant("member", path), *(Grant(*role) for role in roles))
        lifetime = timedelta(hours=1)
        return signer.sign(Principal(member, "党员", path, grants), datetime.now(UTC), lifetime)

    def cpu(self) -> dict[str, float]:
        """CPU seconds so far, by the name of the process."""
        spent = dict.fromkeys(MARKS, 0.0)
        for child in psutil.Process(self.supervisor.pid).children():
            line = " ".join(child.cmdline())
            for name, mark in MARKS.items():
                if mark in line:
                    spent[name] += cpu.seconds(child.pid)
        return spent


@contextmanager
def running() -> Iterator[Suite]:
    """Start the suite on scratch data; stop it and throw the data away afterwards."""
    with TemporaryDirectory() as folder:
        var, port = Path(folder) / "var", _free_ports()
        environment = os.environ | {"VAR_DIR": str(var), "PORT": str(port), "DEMO": "none"}
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "shared.embedded.run"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
        )
        try:
            assert supervisor.stdout is not None
            for line in supervisor.stdout:
                if b"Ready after" in line:
                    break
            yield Suite(var, port, supervisor)
        finally:
            supervisor.terminate()
            supervisor.wait()


def _free_ports() -> int:
    """Return the first of eight ports in a row that nobody listens on.

    Below those the kernel hands out by itself, which may be taken between the look and the use.
    """
    return next(
        base
        for base in range(20_000, 32_000, 10)
        if not any(answers(base + place) for place in range(8))
    )


def fill(suite: Suite) -> None:
    """Import the full city's roster from its spreadsheets, as an administrator would."""
    size = city.SIZES["full"]
    boss = manage(
        suite.var / "env", "points", "bootstrap", "--member-no", "A0001", "--member-name", "高建国"
    )
    boss_id = UUID(json.loads(boss)["member_id"])
    token = suite.token(boss_id, "/city/", ("city_admin", "/city/"))
    places = xlsx(ORGANISATION_HEADINGS, map(astuple, city.organisations(size)))
    suite.client.import_file(token, "organisations", places)
    began = time.monotonic()
    people = xlsx(ROSTER_HEADINGS, map(astuple, city.members(size)))
    print(f"  roster.xlsx written in {time.monotonic() - began:.0f} s", flush=True)
    began = time.monotonic()
    suite.client.import_file(token, "roster", people)
    print(f"  200,000 members imported in {time.monotonic() - began:.0f} s", flush=True)
    suite.members = suite.sql(
        "points",
        "SELECT m.id, o.path FROM members m JOIN organisations o ON o.id = m.organisation_id"
        " WHERE m.scored ORDER BY m.member_no",
    )
    settle(suite, "events", "SELECT count(*) >= 200000 FROM roster_members")


def settle(suite: Suite, service: str, condition: str, seconds: float = 300) -> float:
    """Wait until a query answers true; return how long that took."""
    began = time.monotonic()
    while not suite.sql(service, condition)[0][0]:
        assert time.monotonic() - began < seconds, condition
        time.sleep(0.05)
    return time.monotonic() - began


def hold_for_all(suite: Suite, token: str) -> dict[str, Any]:
    """Publish an event for everyone that is on now, by somebody who may; return it."""
    root = suite.sql("points", "SELECT id FROM organisations WHERE kind = 'committee'")[0][0]
    now = datetime.now(UTC)
    body = {
        "title": "全市主题党日",
        "category": "theme_day",
        "organisation_id": str(root),
        "audience": "everyone",
        "starts_at": now.isoformat(),
        "ends_at": (now + timedelta(hours=2)).isoformat(),
    }
    event: dict[str, Any] = suite.client.call(token, "POST", "/events", json=body)
    suite.client.call(token, "POST", f"/events/{event['id']}/publish")
    return event
