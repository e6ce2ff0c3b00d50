"""A server as a foreground child: started, waited for, stopped."""

import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_READY_SECONDS = 30.0
_STOP_SECONDS = 20.0


class ServerFailedError(Exception):
    """A server did not start; the message says what its log said last."""


def free_port() -> int:
    """Return a port on 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(
    command: list[str], log: Path, ready: Callable[[], bool], name: str
) -> subprocess.Popen[bytes]:
    """Start a server and return once it is ready.

    Raises:
        ServerFailedError: it ended, or was not ready within 30 seconds.
    """
    with log.open("ab") as output:
        child = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        if child.poll() is not None:
            break
        if ready():
            return child
        time.sleep(0.02)
    stop(child)
    tail = log.read_text(errors="replace").splitlines()[-5:]
    raise ServerFailedError(f"{name} did not start: " + " | ".join(tail))


def stop(child: subprocess.Popen[bytes], signal_number: int = 15) -> None:
    """Ask a child to end and wait for it; make it end if it does not."""
    with suppress(ProcessLookupError):
        child.send_signal(signal_number)
    try:
        child.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def answers(port: int) -> bool:
    """Tell whether somebody listens on the port."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0
