"""Somebody's requests at the edge of a running suite."""

import time
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import uuid4

import httpx
import pyotp

T = TypeVar("T")
Json = dict[str, Any]

# Sessions are refreshed well before their ten minutes are over.
_FRESH_SECONDS = 400
_TOTP_SECONDS = 30


def eventually(read: Callable[[], T], good: Callable[[T], object], seconds: float = 15) -> T:
    """Read until what is read is good; return it. Fails with what was read last."""
    deadline = time.monotonic() + seconds
    while True:
        found = read()
        if good(found):
            return found
        assert time.monotonic() < deadline, f"after {seconds} s it is still {found}"
        time.sleep(0.05)


class Session:
    """Somebody's requests at the edge."""

    def __init__(self, base_url: str, token: Callable[[], str] | None) -> None:
        self.http = httpx.Client(base_url=f"{base_url}/api/v1", timeout=30)
        self._token = token

    def request(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        headers = dict(arguments.pop("headers", {}))
        if self._token:
            headers["Authorization"] = f"Bearer {self._token()}"
        return self.http.request(method, path, headers=headers, **arguments)

    def get(self, path: str, **query: Any) -> Json:
        answer = self.request("GET", path, params=query)
        assert answer.status_code == 200, (path, answer.text)
        body: Json = answer.json()
        return body

    def items(self, path: str, **query: Any) -> list[Json]:
        """Return what a list holds, all its pages."""
        page = self.get(path, limit=200, **query)
        found: list[Json] = page["items"]
        while cursor := page["next_cursor"]:
            page = self.get(path, limit=200, cursor=cursor, **query)
            found += page["items"]
        return found

    def post(self, path: str, body: Json | None = None, status: int = 201) -> Json:
        """Send a body and return the answer's; fails unless the status is the one expected."""
        answer = self.request("POST", path, json=body)
        assert answer.status_code == status, (path, answer.status_code, answer.text)
        found: Json = answer.json()
        return found

    def refused(self, status: int, code: str, method: str, path: str, body: Any = None) -> Json:
        """Send what must be refused; return the problem."""
        answer = self.request(method, path, json=body)
        problem: Json = answer.json()
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert (answer.status_code, problem["code"]) == (status, code), problem
        return problem

    def points(self) -> float:
        return float(self.get("/me/points")["points"])

    def ledger_of(self, check_in: Json) -> list[Json]:
        """Return the own entries about a check-in, oldest first."""
        items = self.get("/me/ledger", limit=200)["items"]
        return [entry for entry in reversed(items) if entry["fact_id"] == check_in["id"]]

    def scan(self, code: str, client_ref: str | None = None) -> httpx.Response:
        body = {"code": code, "client_ref": client_ref or str(uuid4())}
        return self.request("POST", "/check-ins", json=body)

    def receipt(self, check_in: Json, seconds: float = 5) -> Json:
        """Return the receipt of a check-in once it is posted."""
        return eventually(
            lambda: self.get(f"/me/receipts/{check_in['id']}"),
            lambda receipt: receipt["state"] != "pending",
            seconds,
        )


class SignedIn:
    """Keeps an account signed in."""

    def __init__(self, base_url: str, account: Json) -> None:
        self._http = httpx.Client(base_url=f"{base_url}/api/v1", timeout=30)
        self._account = account
        self._tokens: Json | None = None
        self._since = 0.0

    def token(self) -> str:
        if self._tokens is None:
            self._keep(self._sign_in())
        elif time.monotonic() - self._since > _FRESH_SECONDS:
            body = {"refresh_token": self._tokens["refresh_token"]}
            answer = self._http.post("/auth/refresh", json=body)
            # An administrator who did nothing for a while is signed out, as it should be.
            self._keep(answer if answer.status_code != 401 else self._sign_in())
        assert self._tokens
        return str(self._tokens["access_token"])

    def _sign_in(self) -> httpx.Response:
        account = self._account
        body = {"username": account["username"], "password": account["password"]}
        if account["totp_secret"]:
            body["totp"] = pyotp.TOTP(account["totp_secret"]).now()
        answer = self._http.post("/auth/password", json=body)
        if answer.status_code == 401 and answer.json()["code"] == "totp_reused":
            # Whoever loaded the demo used this step's code; each is good once.
            time.sleep(_TOTP_SECONDS - time.time() % _TOTP_SECONDS)
            body["totp"] = pyotp.TOTP(account["totp_secret"]).now()
            answer = self._http.post("/auth/password", json=body)
        return answer

    def _keep(self, answer: httpx.Response) -> None:
        assert answer.status_code == 200, answer.text
        self._tokens, self._since = answer.json(), time.monotonic()
