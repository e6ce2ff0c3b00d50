"""What would stop a start, said in a clear sentence before anything is touched."""

import fcntl
import shutil
from pathlib import Path
from typing import IO

from shared.embedded import child
from shared.embedded.layout import Layout

_LEAST_FREE = 500 * 1024 * 1024


class CannotStartError(Exception):
    """The suite cannot start; the message says why and what to do."""


def lock(var: Path) -> IO[str]:
    """Hold the folder for this process; the lock goes with the process, however it ends.

    Raises:
        CannotStartError: another suite runs in it, or it cannot be written.
    """
    try:
        var.mkdir(parents=True, exist_ok=True)
        file = (var / "lock").open("w")
    except OSError as error:
        raise CannotStartError(f"The folder {var} cannot be written: {error.strerror}.") from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise CannotStartError(
            f"A suite is already running in {var}. Stop it first,"
            " or give this one a folder of its own: VAR_DIR=… PORT=… make run"
        ) from error
    return file


def check(layout: Layout) -> None:
    """Raise CannotStartError for the first thing that would stop a start."""
    for name, port in layout.ports.items():
        if child.answers(port):
            raise CannotStartError(
                f"Port {port} (for {name}) is in use. Stop what uses it,"
                f" or choose other ports: PORT={layout.port + 100} make run"
            )
    free = shutil.disk_usage(layout.var).free
    if free < _LEAST_FREE:
        raise CannotStartError(
            f"Only {free // 1024 // 1024} MB are free where {layout.var} lies; at least"
            f" {_LEAST_FREE // 1024 // 1024} MB are needed. Make room and start again."
        )
    data = layout.var / "postgres" / "data"
    if data.exists() and any(data.iterdir()) and not (data / "ready").exists():
        raise CannotStartError(
            f"The data folder {data} is half-made: an earlier start was interrupted."
            f" Nothing of yours is in it; remove it and start again: rm -r {data}"
        )
