"""An HTTP load driver light enough to share two cores with what it measures.

Each connection sends its next request as soon as its last answer is in; `concurrency` of them run
side by side in one thread.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field


@dataclass
class Result:
    """What came back: how often each status, each answer's seconds, and the whole run's."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    elapsed: float = 0.0

    @property
    def count(self) -> int:
        return len(self.seconds)

    def percentile(self, percent: float) -> float:
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def post(host: str, path: str, body: bytes, token: str | None = None) -> bytes:
    """Return the bytes of a POST with a JSON body."""
    authorization = f"Authorization: Bearer {token}\r\n" if token else ""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        f"{authorization}Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def get(host: str, path: str, token: str) -> bytes:
    """Return the bytes of a GET."""
    head = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\r\n"
    return head.encode()


def at_once(port: int, requests: Sequence[bytes]) -> list[tuple[int, bytes]]:
    """Send every request at the same moment, each on a connection of its own that is open already.

    Returns status and body of each answer, in the order of the requests.
    """
    # A caller may have a loop of its own in this thread, as after browser tests.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, _at_once(port, requests)).result()


async def _at_once(port: int, requests: Sequence[bytes]) -> list[tuple[int, bytes]]:
    open_ = [await asyncio.open_connection("127.0.0.1", port) for _ in requests]

    async def send(place: int) -> tuple[int, bytes]:
        reader, writer = open_[place]
        writer.write(requests[place])
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(content_length(head))
        writer.close()
        return int(head[9:12]), body

    return await asyncio.gather(*(send(place) for place in range(len(requests))))


def run(port: int, requests: Iterator[bytes], concurrency: int) -> Result:
    """Send every request to 127.0.0.1 and return once all are answered."""
    return asyncio.run(_run(port, requests, concurrency))


async def _run(port: int, requests: Iterator[bytes], concurrency: int) -> Result:
    result, loop = Result(), asyncio.get_running_loop()
    connections = [_Connection(requests, result, loop) for _ in range(concurrency)]
    start = time.perf_counter()
    for connection in connections:
        await loop.create_connection(lambda made=connection: made, "127.0.0.1", port)
    await asyncio.gather(*(connection.finished for connection in connections))
    result.elapsed = time.perf_counter() - start
    return result


class _Connection(asyncio.Protocol):
    def __init__(
        self, requests: Iterator[bytes], result: Result, loop: asyncio.AbstractEventLoop
    ) -> None:
        self._requests = requests
        self._result = result
        self.finished: asyncio.Future[None] = loop.create_future()
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def _send(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self._transport.close()
            self.finished.set_result(None)
            return
        self._sent = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, separator, body = self._received.partition(b"\r\n\r\n")
        if not separator or len(body) < content_length(head):
            return
        self._received = b""
        self._result.statuses[int(head[9:12])] += 1
        self._result.seconds.append(time.perf_counter() - self._sent)
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.finished.done():
            self.finished.set_exception(exc or ConnectionResetError("closed before the answer"))


def content_length(head: bytes) -> int:
    """Return how long the body is that a head announces."""
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise ValueError("an answer without Content-Length")
