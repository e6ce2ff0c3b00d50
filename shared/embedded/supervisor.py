"""Keeps processes running: started in order, restarted when they die, stopped in reverse.

All are foreground children, so that a death is seen at once and nothing is left behind.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from shared.embedded import child

_POLL_SECONDS = 0.05
_READY_SECONDS = 60.0
# One that dies as soon as it is started is started ever more slowly.
_STABLE_SECONDS = 5.0
_LONGEST_PAUSE = 5.0


def _always() -> bool:
    return True


@dataclass(slots=True)
class Process:
    """One process to keep running.

    `ready` tells whether it does its work; the next one is started only then. `stop_signal` asks
    it to end in good order.
    """

    name: str
    command: list[str]
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    ready: Callable[[], bool] = _always
    stop_signal: int = signal.SIGTERM
    child: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    pause: float = 0.0


class Supervisor:
    """Runs processes, each with a log of its own in `logs`."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._processes: list[Process] = []

    def add(self, process: Process) -> None:
        """Start a process and wait until it is ready.

        Raises:
            ServerFailedError: it is not ready within a minute; the message has its last words.
        """
        self._processes.append(process)
        self._spawn(process)
        deadline = time.monotonic() + _READY_SECONDS
        while not process.ready():
            if time.monotonic() > deadline or (process.child and process.child.poll() is not None):
                raise child.ServerFailedError(
                    f"{process.name} did not start: {self._tail(process)}"
                )
            time.sleep(_POLL_SECONDS)

    def watch(self, stopped: Callable[[], bool]) -> None:
        """Restart whatever dies, until told to stop."""
        while not stopped():
            for process in self._processes:
                if process.child is not None and process.child.poll() is not None:
                    self._mourn(process, process.child.returncode)
                elif process.child is None and time.monotonic() >= process.started + process.pause:
                    self._spawn(process)
            time.sleep(_POLL_SECONDS)

    def stop(self) -> None:
        """Stop everything, last started first."""
        if self._processes:
            print("Stopping …", flush=True)
        for process in reversed(self._processes):
            if process.child is not None:
                child.stop(process.child, process.stop_signal)
                process.child = None

    def _mourn(self, process: Process, code: int) -> None:
        lived = time.monotonic() - process.started
        process.pause = (
            0.0 if lived > _STABLE_SECONDS else min(process.pause * 2 + 0.1, _LONGEST_PAUSE)
        )
        process.child = None
        process.started = time.monotonic()
        print(
            f"{process.name} ended ({code}); starting it again", flush=True
        )  # the operator's line

    def _spawn(self, process: Process) -> None:
        with (self._logs / f"{process.name}.log").open("ab") as log:
            process.child = subprocess.Popen(
                _dying_with_parent(process.command),
                env=dict(process.environment),
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                # Ctrl-C reaches the supervisor alone, which stops the others in order.
                start_new_session=True,
            )
        process.started = time.monotonic()

    def _tail(self, process: Process) -> str:
        log = self._logs / f"{process.name}.log"
        with suppress(FileNotFoundError):
            return " | ".join(log.read_text(errors="replace").splitlines()[-5:])
        return "it wrote nothing"


def _dying_with_parent(command: list[str]) -> list[str]:
    """Have the kernel stop the process should the supervisor itself be killed.

    One killed before the child has asked the kernel is found by asking for the parent afterwards.
    """
    if shutil.which("setpriv") is None:
        return command
    checked = ["sh", "-c", 'test "$PPID" = "$0" && exec "$@"', str(os.getpid()), *command]
    return ["setpriv", "--pdeathsig", "TERM", *checked]
