"""The supervisor over small real processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from threading import Event, Thread

import psutil
import pytest

from shared.embedded import child
from shared.embedded.supervisor import Process, Supervisor
from shared.testing.plugin import ROOT


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor(tmp_path)
    yield supervisor
    supervisor.stop()


def shell(name: str, script: str, ready: Callable[[], bool] = lambda: True) -> Process:
    return Process(name, ["sh", "-c", script], ready=ready)


def pid_of(process: Process) -> int | None:
    return process.child.pid if process.child else None


def until(told: Callable[[], object], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not told():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@contextmanager
def watching(supervisor: Supervisor) -> Iterator[None]:
    stopped = Event()
    watch = Thread(target=supervisor.watch, args=[stopped.is_set])
    watch.start()
    try:
        yield
        # All that was started dies with the thread that started it, so it is stopped before.
        stopped.set()
    finally:
        stopped.set()
        watch.join()


def test_what_is_killed_is_started_again(supervisor: Supervisor) -> None:
    victim, other = shell("victim", "exec sleep 60"), shell("other", "exec sleep 60")
    supervisor.add(victim)
    supervisor.add(other)
    first, untouched = pid_of(victim), pid_of(other)
    assert first
    with watching(supervisor):
        os.kill(first, signal.SIGKILL)
        until(lambda: pid_of(victim) not in (None, first), seconds=3)
        assert psutil.pid_exists(pid_of(victim) or 0)
        assert pid_of(other) == untouched


def test_what_dies_at_once_is_started_ever_more_slowly(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    began = tmp_path / "began"
    began.touch()
    supervisor.add(shell("dying", f"date +%s.%N >> {began}; exit 3"))
    with watching(supervisor):
        until(lambda: len(began.read_text().splitlines()) >= 4)
    moments = [float(line) for line in began.read_text().splitlines()]
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert gaps[0] >= 0.1
    assert gaps[2] > gaps[1] > gaps[0]


def test_the_next_starts_only_when_the_one_before_is_ready(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    done = tmp_path / "done"
    supervisor.add(shell("slow", f"sleep 0.3; touch {done}; exec sleep 60", ready=done.exists))
    supervisor.add(shell("next", f"test -e {done} && touch {done}.seen; exec sleep 60"))
    until(Path(f"{done}.seen").exists)


def test_what_does_not_start_says_its_last_words(supervisor: Supervisor) -> None:
    with pytest.raises(child.ServerFailedError, match="broken did not start: no such key"):
        supervisor.add(shell("broken", "echo no such key; exit 1", ready=lambda: False))


def test_all_stop_last_started_first(supervisor: Supervisor, tmp_path: Path) -> None:
    order = tmp_path / "order"
    for name in ("first", "second", "third"):
        up = tmp_path / name
        script = f"trap 'sleep 0.2; echo {name} >> {order}; exit' TERM; touch {up}; while :; do sleep 0.05; done"
        supervisor.add(shell(name, script, ready=up.exists))
    supervisor.stop()
    assert order.read_text().split() == ["third", "second", "first"]


def test_a_process_is_asked_to_stop_in_its_own_way(supervisor: Supervisor, tmp_path: Path) -> None:
    up, how = tmp_path / "up", tmp_path / "how"
    script = (
        f"trap 'echo INT > {how}; exit' INT; trap 'echo TERM > {how}; exit' TERM;"
        f" touch {up}; while :; do sleep 0.05; done"
    )
    process = shell("postgres", script, ready=up.exists)
    process.stop_signal = signal.SIGINT
    # A shell ignores SIGINT if it was ignored when the shell began, as in the background.
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        supervisor.add(process)
    finally:
        signal.signal(signal.SIGINT, previous)
    supervisor.stop()
    assert how.read_text().strip() == "INT"


def test_what_will_not_stop_is_made_to(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "_STOP_SECONDS", 0.3)
    up = tmp_path / "up"
    process = shell(
        "deaf", f"trap '' TERM; touch {up}; while :; do sleep 0.05; done", ready=up.exists
    )
    supervisor.add(process)
    pid = pid_of(process)
    supervisor.stop()
    assert pid
    assert not psutil.pid_exists(pid)


def test_nothing_outlives_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    script = f"""
import time
from pathlib import Path
from shared.embedded.supervisor import Process, Supervisor
supervisor = Supervisor(Path({str(tmp_path)!r}))
process = Process("sleeper", ["sleep", "60"])
supervisor.add(process)
print(process.child.pid, flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE) as own:
        assert own.stdout
        sleeper = psutil.Process(int(own.stdout.readline()))
        assert sleeper.is_running()
        own.kill()
    until(lambda: not sleeper.is_running() or sleeper.status() == psutil.STATUS_ZOMBIE)
