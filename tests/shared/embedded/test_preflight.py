"""What would stop a start is said in a sentence that tells what to do."""

import shutil
import socket
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from shared.embedded import child, preflight
from shared.embedded.layout import Layout
from shared.embedded.preflight import CannotStartError
from shared.testing.plugin import ROOT

Usage = namedtuple("Usage", "total used free")  # noqa: PYI024 - as shutil's


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        # Below those the kernel gives out by itself.
        first = 20_000 + probe.getsockname()[1] % 9_000
    while any(child.answers(first + n) for n in range(8)):
        first += 7
    return Layout(var=tmp_path, port=first)


def test_nothing_stops_a_start_on_a_healthy_machine(layout: Layout) -> None:
    preflight.check(layout)


@pytest.mark.parametrize("name", ["edge", "points", "postgres", "wechat"])
def test_a_port_in_use_is_named_with_whom_it_is_for(layout: Layout, name: str) -> None:
    port = layout.ports[name]
    sentence = rf"Port {port} \(for {name}\) is in use.*PORT="
    taken = socket.create_server(("127.0.0.1", port))
    with taken, pytest.raises(CannotStartError, match=sentence):
        preflight.check(layout)
    preflight.check(layout)


def test_ports_of_servers_that_people_have_are_not_asked_for(tmp_path: Path) -> None:
    layout = Layout(tmp_path, 8000, "postgresql://x@db/postgres", "redis://cache:6379/0")
    assert set(layout.ports) == {"edge", "gateway", "events", "points", "wechat", "live"}


def test_a_full_disk_is_seen_before_anything_is_written(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 10**12, 30 * 1024 * 1024))
    with pytest.raises(CannotStartError, match=r"Only 30 MB are free.*at least 500 MB"):
        preflight.check(layout)
    assert not list(layout.var.iterdir())


def test_a_half_made_data_folder_is_named_and_left_alone(layout: Layout) -> None:
    data = layout.var / "postgres" / "data"
    data.mkdir(parents=True)
    preflight.check(layout)
    (data / "PG_VERSION").write_text("18\n")
    with pytest.raises(CannotStartError, match=rf"half-made.*rm -r {data}"):
        preflight.check(layout)
    assert (data / "PG_VERSION").exists()
    (data / "ready").touch()
    preflight.check(layout)


def test_a_folder_takes_one_suite_at_a_time_and_is_free_after_a_kill(tmp_path: Path) -> None:
    script = f"""
import time
from pathlib import Path
from shared.embedded import preflight
held = preflight.lock(Path({str(tmp_path)!r}))
print("held", flush=True)
time.sleep(60)
"""
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(CannotStartError, match="already running in"):
            preflight.lock(tmp_path)
        other.kill()
    preflight.lock(tmp_path).close()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotStartError, match="cannot be written"):
        preflight.lock(tmp_path / "file")


def test_a_refused_start_is_one_sentence_and_a_status(layout: Layout) -> None:
    with socket.create_server(("127.0.0.1", layout.port)):
        ran = subprocess.run(
            [sys.executable, "-m", "shared.embedded.run"],
            env={"PATH": "/usr/bin:/bin", "PORT": str(layout.port), "VAR_DIR": str(layout.var)},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    assert ran.returncode == 1
    assert ran.stdout == ""
    assert ran.stderr.strip().startswith(f"Port {layout.port} (for edge) is in use.")
    assert len(ran.stderr.strip().splitlines()) == 1
