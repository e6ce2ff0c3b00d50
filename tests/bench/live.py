"""What live figures cost: fifty watch a hall that streams in, against the same hall unwatched."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Thread

import httpx

from services.demo.suite import manage
from services.events.codes import rotating
from shared.ids import new_id
from tests.bench.suite import Suite, hold_for_all, running, settle

WATCHERS = 50
RATE = 50
SECONDS = 20
_PATH = "/city/"
_QUIET = 5


@dataclass
class Watcher:
    """One browser that shows an event's figures; keeps when which count came."""

    url: str
    seen: list[tuple[float, int]] = field(default_factory=list)

    def watch(self) -> None:
        with httpx.stream("GET", self.url, timeout=60) as answer:
            for line in answer.iter_lines():
                if line.startswith("data: "):
                    self.seen.append((time.monotonic(), json.loads(line[6:])["present"]))
                    if self.seen[-1][1] >= RATE * SECONDS:
                        return


def measure() -> dict[str, float]:
    """Let as many come in twice, unwatched and watched; return CPU of each and how late it is shown."""
    with running() as suite:
        boss = json.loads(
            manage(
                suite.var / "env", "points", "bootstrap",
                "--member-no", "A0001", "--member-name", "高建国",
            )
        )["member_id"]  # fmt: skip
        settle(suite, "events", "SELECT count(*) >= 1 FROM roster_members")
        token = suite.token(boss, _PATH, ("city_admin", _PATH))
        before = suite.cpu()
        _stream_in(suite, hold_for_all(suite, token)["id"])
        unwatched = _since(suite, before)
        event = hold_for_all(suite, token)
        ticket = suite.client.call(token, "POST", f"/events/{event['id']}/live-tickets")
        watchers = [
            Watcher(f"http://127.0.0.1:{suite.port}{ticket['url']}") for _ in range(WATCHERS)
        ]
        threads = [Thread(target=watcher.watch, daemon=True) for watcher in watchers]
        for thread in threads:
            thread.start()
        settled = time.monotonic() + _QUIET
        while time.monotonic() < settled or not all(watcher.seen for watcher in watchers):
            time.sleep(0.1)
        before = suite.cpu()
        ended = _stream_in(suite, event["id"])
        watched = _since(suite, before)
        for thread in threads:
            thread.join(30)
    updates = sum(len(watcher.seen) for watcher in watchers) / WATCHERS
    return {
        "check_ins": RATE * SECONDS,
        "watchers": WATCHERS,
        "updates_each": updates,
        "last_shown_after_s": max(watcher.seen[-1][0] for watcher in watchers) - ended,
        "live_ms_a_watcher_s": watched["events-live"] / WATCHERS / SECONDS * 1000,
        "live_us_an_update": watched["events-live"] / WATCHERS / updates * 1e6,
        "postgres_unwatched_s": unwatched["postgres"],
        "postgres_watched_s": watched["postgres"],
    }


def _since(suite: Suite, before: dict[str, float]) -> dict[str, float]:
    time.sleep(_QUIET)
    return {name: spent - before[name] for name, spent in suite.cpu().items()}


def _stream_in(suite: Suite, event: str) -> float:
    """Let members come in at an even rate; return when the last one was in."""
    query = "SELECT short_id FROM event_sessions WHERE event_id = %s"
    short_id = int(suite.sql("events", query, event)[0][0])
    key = suite.settings("events")["CODE_KEY"].encode()
    client, began = suite.client, time.monotonic()

    def scan(place: int) -> None:
        time.sleep(max(0.0, began + place / RATE - time.monotonic()))
        code = rotating.issue(key, short_id, datetime.now(UTC))
        body = {"code": code, "client_ref": str(new_id())}
        client.call(suite.token(new_id(), _PATH), "POST", "/check-ins", json=body)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(scan, range(RATE * SECONDS)))
    return time.monotonic()
