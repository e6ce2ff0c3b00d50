"""``make run``: the whole suite on this machine, under one supervisor.

Settings: PORT (8000), VAR_DIR (var), DEMO (small, full or none), DATABASE_URL and REDIS_URL for
servers that people already have.
"""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from urllib.error import URLError

from shared.embedded import child, preflight
from shared.embedded.databases import create_databases
from shared.embedded.layout import SERVICES, Layout, manage
from shared.embedded.nginx import nginx_command
from shared.embedded.page import page
from shared.embedded.postgres import PostgresServer
from shared.embedded.supervisor import Process, Supervisor
from shared.embedded.valkey import ValkeyServer

# A thread each.
_WATCHERS = 300
_GUNICORN = ["-m", "gunicorn", "-c", "shared/gunicorn.py"]


def main() -> int:
    """Run until Ctrl-C or SIGTERM; return the exit status."""
    layout = Layout(
        var=Path(os.environ.get("VAR_DIR", "var")).resolve(),
        port=int(os.environ.get("PORT", "8000")),
        admin_database_url=os.environ.pop("DATABASE_URL", None),
        external_redis_url=os.environ.pop("REDIS_URL", None),
    )
    demo = os.environ.get("DEMO", "small")
    stopping = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        if stopping:
            return
        stopping = True
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    supervisor = Supervisor(layout.var / "log")
    began = time.monotonic()
    try:
        held = preflight.lock(layout.var)
        preflight.check(layout)
        loading = layout.folders["edge"] / "loading"
        loading.touch()
        _start(layout, supervisor)
        if demo != "none":
            _load_demo(layout, demo)
        # From now on the edge's /readyz says so.
        loading.unlink()
        print(page(layout, time.monotonic() - began), flush=True)
        supervisor.watch(lambda: stopping)
    except KeyboardInterrupt:
        pass
    except (preflight.CannotStartError, child.ServerFailedError) as error:
        print(f"\n{error}\n", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"\nThe suite cannot go on: {error.strerror or error}.\n", file=sys.stderr)
        return 1
    finally:
        supervisor.stop()
    held.close()
    return 0


def _start(layout: Layout, supervisor: Supervisor) -> None:
    folders = layout.folders
    if not layout.admin_database_url:
        postgres = PostgresServer(folders["postgres"] / "data", layout.ports["postgres"])
        if not postgres.initialised:
            _say("Making the database …")
            postgres.initialise()
        supervisor.add(
            Process("postgres", postgres.command(), ready=postgres.ready, stop_signal=signal.SIGINT)
        )
    if not layout.external_redis_url:
        valkey = ValkeyServer(folders["valkey"], layout.ports["valkey"])
        supervisor.add(Process("valkey", valkey.command(), ready=_listening(valkey.port)))
    _say("Bringing the databases up to date …")
    create_databases(layout)
    layout.write_settings()
    keys = folders["secrets"]
    _run(
        layout, "gateway", "keys",
        "--private-key", str(keys / "token_private_key.pem"),
        "--public-keys", str(keys / "token_public_keys.json"),
    )  # fmt: skip
    for service in SERVICES:
        _run(layout, service, "migrate")
    _say("Starting the services …")
    python = sys.executable
    wechat = layout.environment("gateway") | {"PORT": str(layout.ports["wechat"])}
    supervisor.add(Process("wechat-stand-in", [python, "-m", "services.demo.wechat"], wechat))
    for service in SERVICES:
        environment = layout.environment(service)
        command = [python, *_GUNICORN, f"services.{service}.wsgi:app"]
        ready = _answering(f"http://127.0.0.1:{layout.ports[service]}/readyz")
        supervisor.add(Process(service, command, environment, ready))
        command = [python, "-m", f"services.{service}.worker"]
        supervisor.add(Process(f"{service}-worker", command, environment))
    watched = layout.environment("events") | {
        "BIND": f"127.0.0.1:{layout.ports['live']}",
        "THREADS": str(_WATCHERS),
        "GRACEFUL_TIMEOUT": "1",
    }
    # Named, so that the two can be told apart.
    live = [python, *_GUNICORN, "--name", "events-live", "services.events.wsgi:app"]
    supervisor.add(Process("events-live", live, watched))
    jobs = [python, "-m", "services.points.jobs"]
    supervisor.add(Process("points-jobs", jobs, layout.environment("points")))
    supervisor.add(Process("edge", _edge(layout), ready=_listening(layout.ports["edge"])))


def _edge(layout: Layout) -> list[str]:
    """Render the edge's configuration; return the command that runs it."""
    configuration = layout.folders["edge"] / "nginx.conf"
    address = {name: f"127.0.0.1:{port}" for name, port in layout.ports.items()}
    command = [
        sys.executable, "-m", "services.gateway.edge.render", "--listen", address["edge"],
        "--gateway", address["gateway"], "--events", address["events"],
        "--live", address["live"], "--points", address["points"], "--var", str(layout.folders["edge"]),
        "--output", str(configuration),
    ]  # fmt: skip
    subprocess.run(command, check=True)
    return nginx_command(configuration)


def _load_demo(layout: Layout, size: str) -> None:
    """Fill an empty suite with the demo city, and see to it that something is on today."""
    done = layout.var / "demo.json"
    if not done.exists():
        _say("Loading the demo city …")
    command = [
        sys.executable, "-m", "services.demo", "load", "--base-url", layout.base_url,
        "--size", size, "--settings", str(layout.folders["env"]), "--out", str(done),
    ]  # fmt: skip
    if subprocess.run(command, check=False).returncode != 0:
        raise child.ServerFailedError("The demo city could not be loaded; see above.")


def _run(layout: Layout, service: str, *arguments: str) -> None:
    result = subprocess.run(
        manage(service, *arguments),
        env=layout.environment(service),
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        last = (result.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise child.ServerFailedError(f"{service} {arguments[0]} failed: {last}")


def _listening(port: int) -> Callable[[], bool]:
    return lambda: child.answers(port)


def _answering(url: str) -> Callable[[], bool]:
    def answers() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own service
                return bool(answer.status == 200)  # noqa: PLR2004 - HTTP's OK
        except (URLError, ConnectionError, TimeoutError):
            return False

    return answers


def _say(sentence: str) -> None:
    print(sentence, flush=True)


if __name__ == "__main__":
    sys.exit(main())
