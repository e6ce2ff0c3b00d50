"""The whole suite as people run it: every process under its supervisor, seen only from outside.

Tests speak HTTP to the edge and use the services' command lines; nothing is imported from them.
"""

import io
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psutil
import psycopg
from openpyxl import Workbook

from shared.auth import Grant, Principal, TokenSigner
from shared.auth.keys import read_jwks
from shared.clock import SHANGHAI
from shared.testing.plugin import ROOT
from tests.session import Json, Session, SignedIn, eventually

Child = subprocess.Popen[bytes]

_PORTS = 8
_READY_SECONDS = 240
_STOP_SECONDS = 60
# What each process is known by in its command line.
_MARKS = {
    "points-worker": "services.points.worker",
    "events-worker": "services.events.worker",
    "points": "services.points.wsgi:app",
    "events": "shared/gunicorn.py services.events.wsgi:app",
    "events-live": "events-live",
    "gateway": "services.gateway.wsgi:app",
    "postgres": "postgres/data",
    "valkey": "valkey-server",
}


class Suite:
    """A running suite. Made by `running_suite`."""

    def __init__(self, var: Path, port: int, process: Child) -> None:
        self.var = var
        self.port = port
        self.base_url = f"http://127.0.0.1:{port}"
        self.process = process
        self._sessions: dict[str, Session] = {}
        self._serial = 0

    @cached_property
    def demo(self) -> Json:
        demo: Json = json.loads((self.var / "demo.json").read_text(encoding="utf-8"))
        return demo

    def account(self, username: str) -> Json:
        found: Json = next(a for a in self.demo["accounts"] if a["username"] == username)
        return found

    # --- Sessions

    def sign_in(self, username: str) -> Session:
        """Return the session of a demo account, signed in by password (and TOTP) the first time."""
        if username not in self._sessions:
            keeper = SignedIn(self.base_url, self.account(username))
            self._sessions[username] = Session(self.base_url, keeper.token)
        return self._sessions[username]

    def member_session(self, member_id: str, path: str, *roles: tuple[str, str]) -> Session:
        """Return the session of a member of the roster."""
        token = self.token(member_id, path, *roles)
        return Session(self.base_url, lambda: token)

    def token(self, member_id: str, path: str, *roles: tuple[str, str]) -> str:
        """Return a member's access token, signed with the run's key."""
        grants = (Grant("member", path), *(Grant(role, at) for role, at in roles))
        principal = Principal(UUID(member_id), "测试党员", path, grants)
        return self._signer.sign(principal, datetime.now(UTC), timedelta(hours=1))

    @cached_property
    def _signer(self) -> TokenSigner:
        keys = self.var / "secrets"
        (key_id,) = read_jwks(keys / "token_public_keys.json")
        return TokenSigner((keys / "token_private_key.pem").read_bytes(), key_id)

    # --- What tests need from a city

    def organisation(self, code: str) -> Json:
        items = self.sign_in("city1").get("/organisations", q=code, limit=200)["items"]
        found: Json = next(item for item in items if item["code"] == code)
        return found

    def import_roster(self, rows: Sequence[Sequence[object]]) -> Json:
        """Send a roster as an xlsx and return the finished job."""
        city = self.sign_in("city1")
        book = Workbook()
        sheet = book.active
        sheet.append(("编号", "姓名", "支部代码", "状态", "入党日期"))
        for row in rows:
            sheet.append(row)
        file = io.BytesIO()
        book.save(file)
        answer = city.request(
            "POST", "/imports", data={"kind": "roster"},
            files={"file": ("roster.xlsx", file.getvalue())},
        )  # fmt: skip
        assert answer.status_code == 202, answer.text
        place = f"/imports/{answer.json()['id']}"
        return eventually(
            lambda: city.get(place), lambda job: job["state"] not in ("queued", "running"), 30
        )

    def newcomers(self, branch_code: str, count: int) -> list[Json]:
        """Add members without a past to a branch; return them as the roster shows them."""
        self._serial += 1
        prefix = f"N{self._serial:03d}-"
        rows = [
            (f"{prefix}{n:04d}", f"新同志{_chinese(n)}", branch_code, "正式党员", "2020-07-01")
            for n in range(count)
        ]
        job = self.import_roster(rows)
        assert job["state"] == "done", job
        members = self.sign_in("city1").items("/members", q=prefix)
        assert len(members) == count
        return sorted(members, key=lambda member: str(member["member_no"]))

    def newcomer(self, branch_code: str = "u001-b01") -> Session:
        """Return the session of somebody without a past, whom every service knows by now."""
        (member,) = self.newcomers(branch_code, 1)
        for service, copy in (("gateway", "members"), ("events", "roster_members")):
            known = partial(
                self.rows, service, f"SELECT id FROM {copy} WHERE id = %s", member["id"]
            )
            eventually(known, bool)
        return self.member_session(member["id"], self.organisation(branch_code)["path"])

    def hold_event(
        self,
        by: Session,
        branch_code: str = "u001-b01",
        category: str = "study_session",
        since: timedelta = timedelta(minutes=10),
        **more: Any,
    ) -> Json:
        """Create and publish an event that is on now."""
        now = datetime.now(SHANGHAI)
        body = {
            "title": f"测试活动 {category}",
            "category": category,
            "organisation_id": self.organisation(branch_code)["id"],
            "place": "三楼会议室",
            "starts_at": (now - since).isoformat(),
            "ends_at": (now + timedelta(hours=2)).isoformat(),
        }
        event = by.post("/events", body | more)
        return by.post(f"/events/{event['id']}/publish", status=200)

    # --- Command lines, databases, processes

    def settings(self, service: str) -> dict[str, str]:
        lines = (self.var / "env" / f"{service}.env").read_text(encoding="utf-8").splitlines()
        pairs = (line.removeprefix("export ").split("=", 1) for line in lines)
        return {name: value.strip("'") for name, value in pairs}

    def manage(self, service: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a service's command line with the run's settings."""
        return subprocess.run(
            [sys.executable, "-m", f"services.{service}.manage", *arguments],
            env=os.environ | self.settings(service),
            capture_output=True, text=True, check=False, cwd=ROOT, timeout=120,
        )  # fmt: skip

    def rows(self, service: str, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run a statement in a service's database; return its rows, if it has any."""
        url = self.settings(service)["DATABASE_URL"].replace("+psycopg", "")
        with psycopg.connect(url, autocommit=True) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def prove(self, seconds: float = 20) -> Json:
        """Prove that the ledger, the boards and the check-ins agree, once the news have arrived.

        Waits for nothing but the truth: as long as news are on their way the proof fails, and is
        tried again until `seconds` are over.
        """

        def proof() -> Json:
            told = self.manage("events", "attendance")
            if told.returncode != 0:
                return {"ok": False, "untold": told.stderr}
            path = self.var / "attendance.jsonl"
            path.write_text(told.stdout)
            proven = self.manage("points", "check", "--attendance", str(path))
            assert proven.stdout, proven.stderr
            found: Json = json.loads(proven.stdout)
            assert found["ok"] == (proven.returncode == 0)
            return found

        return eventually(proof, lambda found: found["ok"], seconds)

    def processes(self, name: str) -> list[psutil.Process]:
        """Return the processes of that name, the oldest first."""
        found = []
        for process in psutil.Process(self.process.pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                if _MARKS[name] in " ".join(process.cmdline()):
                    found.append(process)
        return sorted(found, key=lambda process: process.create_time())

    @contextmanager
    def replaced(self, name: str, module: Sequence[str], **environment: str) -> Iterator[Child]:
        """Run one process ourselves for a while, with more in its environment.

        The supervisor sleeps meanwhile. Afterwards it finds its own process dead and starts it
        again, as after any death.
        """
        supervisor = psutil.Process(self.process.pid)
        mine = None
        supervisor.suspend()
        try:
            for process in self.processes(name):
                process.kill()
            eventually(lambda: self._living(name), lambda living: not living)
            service = name.removesuffix("-worker")
            mine = subprocess.Popen(
                [sys.executable, "-m", *module],
                env=os.environ | self.settings(service) | environment,
                cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            yield mine
        finally:
            if mine and mine.poll() is None:
                for process in psutil.Process(mine.pid).children(recursive=True):
                    process.kill()
                mine.kill()
                mine.wait()
            supervisor.resume()

    def _living(self, name: str) -> list[psutil.Process]:
        return [p for p in self.processes(name) if p.status() != psutil.STATUS_ZOMBIE]

    def ready(self) -> bool:
        with suppress(httpx.HTTPError):
            return httpx.get(f"{self.base_url}/readyz", timeout=5).status_code == 200
        return False


@contextmanager
def running_suite(var: Path, demo: str = "small") -> Iterator[Suite]:
    """Start a suite of its own; stop it, and fail if anything of it is left behind."""
    port = free_ports(_PORTS)
    log = var / "supervisor.log"
    environment = os.environ | {"VAR_DIR": str(var), "PORT": str(port), "DEMO": demo}
    command = [sys.executable, "-m", "shared.embedded.run"]
    if shutil.which("setpriv"):
        # Should the test run itself be killed, its suite goes with it.
        command = ["setpriv", "--pdeathsig", "TERM", *command]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=environment, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
    try:
        suite = Suite(var, port, process)
        _wait_until_ready(suite, log)
        assert demo == "none" or suite.demo["screens"], "ready before the demo city was loaded"
        yield suite
    finally:
        family = psutil.Process(process.pid).children(recursive=True)
        process.terminate()
        try:
            status = process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            status = None
            process.kill()
            process.wait()
        _, alive = psutil.wait_procs(family, timeout=5)
        left = [p for p in alive if p.status() != psutil.STATUS_ZOMBIE]
        names = [" ".join(p.cmdline())[:200] for p in left]
        for leftover in left:
            leftover.kill()
        listening = [port + n for n in range(_PORTS) if _answers(port + n)]
    assert status == 0, log.read_text()[-2000:]
    assert not names, f"left behind: {names}"
    assert not listening, f"still listening: {listening}"


def _wait_until_ready(suite: Suite, log: Path) -> None:
    """Wait for /readyz alone, as a monitor would; all that is to be loaded is there from then on."""
    deadline = time.monotonic() + _READY_SECONDS
    while not suite.ready():
        assert suite.process.poll() is None, log.read_text()[-2000:]
        assert time.monotonic() < deadline, log.read_text()[-2000:]
        time.sleep(0.1)


def free_ports(count: int) -> int:
    """Return the first of consecutive free ports, below those the kernel gives out by itself."""
    while True:
        first = random.randrange(18_000, 32_000)
        if not any(_answers(first + n) or not _bindable(first + n) for n in range(count)):
            return first


def _bindable(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _chinese(number: int) -> str:
    """Return a number as a name's ending, so that no two newcomers are called the same."""
    return "".join("甲乙丙丁戊己庚辛壬癸"[int(digit)] for digit in str(number))
