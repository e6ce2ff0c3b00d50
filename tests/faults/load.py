"""A stream of people who check in, each as stubborn as a phone is."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock
from uuid import uuid4

import httpx

from tests.session import Json, Session

_THREADS = 16
_PATIENCE_SECONDS = 90
_RETRY_SECONDS = 0.2


class Screen:
    """A hall's screen: shows the event's code of now, asks again as long as nobody answers."""

    def __init__(self, organiser: Session, event: Json) -> None:
        self._organiser = organiser
        self._event = event
        self._lock = Lock()
        self._code, self._until = "", 0.0

    def code(self) -> str:
        with self._lock:
            while time.monotonic() >= self._until:
                try:
                    answer = self._organiser.request("GET", f"/events/{self._event['id']}/code")
                except httpx.TransportError:
                    time.sleep(_RETRY_SECONDS)
                    continue
                if answer.status_code == 200:
                    self._code = answer.json()["code"]
                    self._until = time.monotonic() + answer.json()["expires_in"]
                else:
                    time.sleep(_RETRY_SECONDS)
            return self._code


@dataclass(slots=True)
class Stream:
    """What became of the check-ins so far."""

    total: int
    accepted: dict[tuple[str, str], str] = field(default_factory=dict)  # → check-in's id
    retries: int = 0
    answered: Event = field(default_factory=Event)

    def wait_for(self, share: float, seconds: float = _PATIENCE_SECONDS) -> None:
        """Wait until that share of all has been accepted."""
        deadline = time.monotonic() + seconds
        while len(self.accepted) < self.total * share:
            assert time.monotonic() < deadline, f"{len(self.accepted)} of {self.total} are in"
            time.sleep(0.01)


@contextmanager
def check_ins(
    members: dict[str, Session], screens: dict[str, Screen], pause: float
) -> Iterator[Stream]:
    """Have every member check in at every event, while the body runs; then wait for the last.

    Args:
        members: by member id.
        screens: by event id.
        pause: seconds each of the sixteen phones waits between two check-ins, to last a while.
    """
    stream = Stream(len(members) * len(screens))

    def attend(event_id: str, member_id: str) -> None:
        check_in = _insist(members[member_id], screens[event_id].code, stream)
        stream.accepted[event_id, member_id] = check_in["id"]
        time.sleep(pause)

    with ThreadPoolExecutor(_THREADS) as pool:
        pending: list[Future[None]] = [
            pool.submit(attend, event_id, member_id)
            for event_id in screens
            for member_id in members
        ]
        try:
            yield stream
        finally:
            pool.shutdown(wait=True)
    for future in pending:
        future.result()


def _insist(member: Session, code: Callable[[], str], stream: Stream) -> Json:
    """Check in as the phone does: the same request until there is an answer."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    body = {"code": code(), "client_ref": str(uuid4())}
    while True:
        assert time.monotonic() < deadline, "nobody answered"
        try:
            answer = member.request("POST", "/check-ins", json=body)
        except httpx.TransportError:
            answer = None
        if answer is None or answer.status_code >= 500:
            stream.retries += 1
            time.sleep(_RETRY_SECONDS)
        elif answer.status_code == 410:
            # It never arrived while its code was good: the member scans anew.
            body = {"code": code(), "client_ref": str(uuid4())}
        else:
            assert answer.status_code in (200, 201), answer.text
            check_in: Json = answer.json()["check_in"]
            return check_in
