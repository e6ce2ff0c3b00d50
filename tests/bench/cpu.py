"""CPU time of processes, as the kernel counts it."""

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def seconds(pid: int) -> float:
    """Return the CPU seconds of a process, of its descendants, and of those that have ended."""
    children = _children()
    waiting, ticks = [pid], 0
    while waiting:
        process = waiting.pop()
        waiting += children.get(process, ())
        # utime, stime, cutime, cstime: fields 14 to 17, counted behind the name in parentheses.
        ticks += sum(int(field) for field in _stat(process)[11:15])
    return ticks / _TICKS


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            fields = _stat(int(folder.name))
            if fields:
                found.setdefault(int(fields[1]), []).append(int(folder.name))
    return found


def _stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
