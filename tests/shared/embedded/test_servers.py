"""The embedded servers: what they keep, who may read what."""

import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from redis import Redis

from shared.embedded import PostgresServer, ValkeyServer, child, postgres
from shared.embedded.databases import create_databases
from shared.embedded.layout import SERVICES, Layout


def connect(server: PostgresServer) -> "psycopg.Connection[tuple[int]]":
    url = f"postgresql://postgres@127.0.0.1:{server.port}/postgres"
    return psycopg.connect(url, autocommit=True)


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Layout]:
    folder = tmp_path_factory.mktemp("var")
    with PostgresServer(folder / "cluster", durable=False) as server:
        url = f"postgresql://postgres@127.0.0.1:{server.port}/postgres"
        yield Layout(folder, 8000, url, "redis://127.0.0.1:6379/0")


def test_a_second_start_keeps_the_data_even_after_a_kill(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with PostgresServer(data) as first:
        with connect(first) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        for process in psutil.process_iter(["cmdline"]):
            if str(data) in (process.info["cmdline"] or []):
                process.kill()
    with PostgresServer(data) as second, connect(second) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_root_without_user_namespaces_runs_it_as_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "_namespaces_work", lambda: False)
    # Like /root: nobody but root may enter.
    tmp_path.chmod(0o700)
    for _ in range(2):
        with PostgresServer(tmp_path / "data", durable=False) as server, connect(server):
            owners = [
                process.uids().effective
                for process in psutil.process_iter(["cmdline"])
                if str(server.data) in (process.info["cmdline"] or [])
            ]
            assert owners == [65534]


def test_what_valkey_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    server = ValkeyServer(tmp_path / "valkey")
    for round_ in range(2):
        with server, Redis(port=server.port) as redis:
            assert redis.xlen("stream") == round_
            redis.xadd("stream", {"n": round_})
            for process in psutil.process_iter(["cmdline"]):
                if str(tmp_path / "valkey") in (process.info["cmdline"] or []):
                    process.kill()


def test_a_server_that_fails_says_why(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with pytest.raises(child.ServerFailedError, match="It did not start: out of luck"):
        child.start(["sh", "-c", "echo out of luck; exit 1"], log, lambda: False, "It")


def test_settings_and_secrets_are_their_owners_alone(layout: Layout) -> None:
    layout.write_settings()
    layout.write_settings()
    files = [*layout.folders["env"].iterdir(), *layout.folders["secrets"].iterdir()]
    assert {f"{service}.env" for service in SERVICES} <= {file.name for file in files}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    folders = (layout.folders["env"], layout.folders["secrets"])
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}


def test_settings_are_read_back_by_a_shell(layout: Layout) -> None:
    layout.write_settings()
    script = f'. {layout.folders["env"]}/events.env; printf %s "$DATABASE_URL"'
    read = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    assert read.stdout == layout.settings("events")["DATABASE_URL"]


def test_each_service_has_a_database_that_no_other_enters(layout: Layout) -> None:
    create_databases(layout)
    create_databases(layout)
    for service in SERVICES:
        url = layout.settings(service)["DATABASE_URL"].replace("+psycopg", "")
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE own (id int)")
        for other in set(SERVICES) - {service}:
            with pytest.raises(psycopg.OperationalError, match="permission denied"):
                psycopg.connect(url.rpartition("/")[0] + f"/{other}")
