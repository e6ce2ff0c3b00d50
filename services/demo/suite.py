"""The suite as its clients see it: HTTP at the edge, and two commands for what has no door."""

import base64
import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pyotp

_POLL_SECONDS = 0.5
_TOTP_SECONDS = 30
_REUSED = "totp_reused"


class LoadFailedError(Exception):
    """The suite answered something the demo cannot go on from."""


def password_of(username: str) -> str:
    """Return a demo account's password; known to all, so good for a demo alone."""
    return f"demo-{username}-2026"


def totp_secret_of(username: str) -> str:
    """Return a demo account's TOTP secret."""
    return base64.b32encode(hashlib.sha256(username.encode()).digest()[:20]).decode()


class Suite:
    """A session of one signed-in account."""

    def __init__(self, base_url: str) -> None:
        self._http = httpx.Client(base_url=f"{base_url}/api/v1", timeout=120)
        self._username = ""
        self._totp = False
        self._expires = 0.0

    def sign_in(self, username: str, *, totp: bool = False) -> None:
        """Sign in; kept up for as long as the load takes."""
        self._username, self._totp = username, totp
        answer = self._ask_in()
        if answer.status_code == httpx.codes.UNAUTHORIZED and answer.json()["code"] == _REUSED:
            # A load that broke off has used this code, and each is good once.
            time.sleep(_TOTP_SECONDS - time.time() % _TOTP_SECONDS)
            answer = self._ask_in()
        if answer.status_code != httpx.codes.OK:
            raise LoadFailedError(f"{username} cannot sign in: {answer.text}")
        self._keep(answer.json())

    def _ask_in(self) -> httpx.Response:
        body = {"username": self._username, "password": password_of(self._username)}
        if self._totp:
            body["totp"] = pyotp.TOTP(totp_secret_of(self._username)).now()
        return self._http.post("/auth/password", json=body)

    def _keep(self, tokens: Mapping[str, Any]) -> None:
        self._http.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        self._refresh = tokens["refresh_token"]
        self._expires = time.monotonic() + tokens["expires_in"] - 60

    def call(self, method: str, path: str, **arguments: Any) -> Any:
        """Send a request and return the answer's body; anything but a success ends the load."""
        if self._expires and time.monotonic() > self._expires:
            self._keep(
                self._http.post("/auth/refresh", json={"refresh_token": self._refresh}).json()
            )
        answer = self._http.request(method, path, **arguments)
        if answer.is_error:
            raise LoadFailedError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json()

    def import_file(self, path: str, kind: str, name: str, content: bytes) -> None:
        """Send a file and wait until it is applied, telling how far it is."""
        began = time.monotonic()
        job = self.call("POST", path, data={"kind": kind}, files={"file": (name, content)})
        shown = -1
        while job["state"] in ("queued", "running"):
            time.sleep(_POLL_SECONDS)
            job = self.call("GET", f"{path}/{job['id']}")
            if job["processed_rows"] != shown:
                shown = job["processed_rows"]
                print(f"\r  {name}: {shown} rows", end="", flush=True)
        print(f"\r  {name}: {job['total_rows']} rows in {time.monotonic() - began:.1f} s")
        if job["state"] != "done":
            raise LoadFailedError(f"{name} was {job['state']}: {job['errors'][:3]}")


def manage(settings: Path, service: str, *arguments: str, text: str | None = None) -> str:
    """Run a service's command line with its settings; return what it printed."""
    lines = (settings / f"{service}.env").read_text(encoding="utf-8").splitlines()
    pairs = (line.removeprefix("export ").split("=", 1) for line in lines)
    environment = {name: value.strip("'") for name, value in pairs}
    result = subprocess.run(  # noqa: S603 - our own command line
        [sys.executable, "-m", f"services.{service}.manage", *arguments],
        env=environment,
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise LoadFailedError(f"{service} {arguments[0]}: {result.stderr.strip()[-500:]}")
    return result.stdout


def create_accounts(settings: Path, accounts: list[dict[str, Any]]) -> None:
    """Give members accounts."""
    manage(
        settings,
        "gateway",
        "create-accounts",
        text="\n".join(
            json.dumps(
                {
                    "username": account["username"],
                    "member_id": account["member_id"],
                    "password": account["password"],
                    "totp_secret": account["totp_secret"],
                }
            )
            for account in accounts
        ),
    )
