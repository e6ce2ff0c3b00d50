"""The few calls that prepare a benchmark."""

import time
from typing import Any

import httpx


class Client:
    def __init__(self, base_url: str) -> None:
        self._http = httpx.Client(base_url=f"{base_url}/api/v1", timeout=120)

    def call(self, token: str, method: str, path: str, **arguments: Any) -> Any:
        headers = {"Authorization": f"Bearer {token}"}
        answer = self._http.request(method, path, headers=headers, **arguments)
        answer.raise_for_status()
        return answer.json()

    def import_file(self, token: str, kind: str, content: bytes) -> None:
        job = self.call(
            token, "POST", "/imports", data={"kind": kind}, files={"file": ("f.xlsx", content)}
        )
        while job["state"] in ("queued", "running"):
            time.sleep(0.2)
            job = self.call(token, "GET", f"/imports/{job['id']}")
        assert job["state"] == "done", job
