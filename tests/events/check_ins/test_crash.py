"""A door killed in the middle of a crowd: nobody is lost, nobody is in twice."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from services.events.catalogue.models import SessionRow
from services.events.catalogue.snapshot import read_snapshots
from services.events.codes import claims
from shared.auth import Grant, Principal, TokenSigner
from shared.database import Database
from shared.embedded.child import free_port, start, stop
from shared.ids import new_id
from shared.testing.plugin import ROOT
from tests.events.door import BRANCH, MakeEvent, check_ins, news

KEY = "a key of the tests"
CROWD = 40

pytestmark = pytest.mark.fault


@dataclass(frozen=True)
class Scan:
    client_ref: UUID
    claim: str
    token: str


class Hall:
    """An event that is open now by the machine's clock, and a service to check in at."""

    def __init__(
        self, database: Database, environment: dict[str, str], make_event: MakeEvent, log: Path
    ) -> None:
        now = datetime.now(UTC)
        day = timedelta(days=1)
        event = make_event(
            starts_at=now - day, ends_at=now + day, opens_at=now - day, closes_at=now + day
        )
        with database.unit_of_work() as uow:
            session = read_snapshots(uow, SessionRow.event_id == event.id)[0]
        self._short_id = session.short_id
        self._environment = environment
        self._log = log

    def crowd(self, signer: TokenSigner) -> list[Scan]:
        """Return members who have scanned; claims, since a code could be old after a restart."""
        now, grants = datetime.now(UTC), (Grant("member", BRANCH),)
        return [
            Scan(
                new_id(),
                claims.issue(KEY.encode(), self._short_id, now),
                signer.sign(Principal(new_id(), "党员", BRANCH, grants), now),
            )
            for _ in range(CROWD)
        ]

    @contextmanager
    def service(self, crash_at: str = "") -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
        port = free_port()
        environment = self._environment | {"BIND": f"127.0.0.1:{port}", "CRASH_AT": crash_at}
        # `env` sets it for this process only: the tests' own process must not crash.
        command = ["env", *(f"{name}={value}" for name, value in environment.items())]
        command += [sys.executable, "-m", "gunicorn", "-c", "shared/gunicorn.py"]
        url = f"http://127.0.0.1:{port}"
        child = start(
            [*command, "services.events.wsgi:app"], self._log, lambda: answers(url), "events"
        )
        try:
            yield url, child
        finally:
            stop(child)


@pytest.fixture
def hall(
    database: Database, redis_url: str, public_keys: Path, make_event: MakeEvent, tmp_path: Path
) -> Hall:
    environment = {
        "DATABASE_URL": database.url,
        "REDIS_URL": redis_url,
        "TOKEN_PUBLIC_KEYS": str(public_keys),
        "CODE_KEY": KEY,
        "PUBLIC_URL": "http://127.0.0.1",
        "PYTHONPATH": str(ROOT),
    }
    return Hall(database, environment, make_event, tmp_path / "log")


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz").status_code == 200
    except httpx.TransportError:
        return False


def send(url: str, scans: list[Scan]) -> list[httpx.Response | None]:
    """Scan all at once; None where no answer came."""

    def one(scan: Scan) -> httpx.Response | None:
        try:
            return httpx.post(
                f"{url}/api/v1/check-ins",
                json={"claim": scan.claim, "client_ref": str(scan.client_ref)},
                headers={"Authorization": f"Bearer {scan.token}"},
                timeout=30,
            )
        except httpx.TransportError:
            return None

    with ThreadPoolExecutor(CROWD) as pool:
        return list(pool.map(one, scans))


@pytest.mark.parametrize("point", ["check_in_before_write", "check_in_after_write"])
def test_killed_in_the_middle_of_writing(
    database: Database, hall: Hall, signer: TokenSigner, point: str
) -> None:
    scans = hall.crowd(signer)
    with hall.service(crash_at=point) as (url, _):
        lost = send(url, scans)
    assert lost == [None] * CROWD
    # What was written before the crash tells whether it happened where it should.
    written = len(check_ins(database))
    assert (written == 0) if point == "check_in_before_write" else (written > 0)
    with hall.service() as (url, _):
        answered = send(url, scans)
    assert [a and a.status_code for a in answered] == [201] * CROWD
    assert sum(a.json()["replayed"] for a in answered if a) == written
    assert_told_once(database, {a.json()["check_in"]["id"] for a in answered if a})


def test_asked_to_stop_it_answers_those_who_wait(
    database: Database, hall: Hall, signer: TokenSigner
) -> None:
    scans = hall.crowd(signer)
    with hall.service() as (url, child), ThreadPoolExecutor(1) as pool:
        sending = pool.submit(send, url, scans)
        while not check_ins(database):
            time.sleep(0.005)
        os.kill(child.pid, signal.SIGTERM)
        first = sending.result()
    assert all(a.status_code == 201 for a in first if a is not None)
    with hall.service() as (url, _):
        answered = send(url, scans)
    # Whoever had an answer gets it again; whoever came too late for the old process is in now.
    for before, after in zip(first, answered, strict=True):
        assert after is not None
        assert after.status_code == 201
        assert after.json()["replayed"] or before is None
        assert before is None or before.json()["check_in"] == after.json()["check_in"]
    assert_told_once(database, {a.json()["check_in"]["id"] for a in answered if a})


def assert_told_once(database: Database, answered: set[str]) -> None:
    assert len(answered) == CROWD
    assert sorted(str(row["id"]) for row in check_ins(database)) == sorted(answered)
    assert sorted(told["check_in_id"] for told in news(database)) == sorted(answered)
