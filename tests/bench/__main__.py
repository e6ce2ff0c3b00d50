"""``make bench``: what the suite costs, against a bare Flask hello and bare SQL in the same run.

``python -m tests.bench check-in`` measures that alone; ``simulation`` a simulation of the full city;
``cadence`` the views of study hours and the branch calendar; ``offline`` what staff without network
noted; ``seats`` whether a rush for seats ever gives one too many; ``live`` what fifty who watch a
hall cost; ``members`` the console's lists over the full city; ``first-paint`` the members' app on a slow phone.

CPU µs a request of every process count, not wall time: they mean something on a busy machine.
Prints tables, and writes var/bench.json.
"""

import json
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

from shared.clock import SHANGHAI
from tests.bench import (
    bare_sql,
    boards,
    cadence,
    check_in,
    first_paint,
    lists,
    live,
    offline,
    posting,
    seats,
    simulation,
    visible,
)
from tests.bench.suite import Suite, fill, running

Figures = dict[str, float]


def main() -> None:
    """Measure everything, and print it."""
    report: dict[str, Figures] = {}
    report["check_in"] = scan()
    hello = report["check_in"]["hello"]
    print("\nThe full city …", flush=True)
    with running() as suite:
        fill(suite)
        print("Posting …", flush=True)
        first = posting.measure(suite, len(suite.members), "branch_meeting", 3)
        show("Posting, a member's first fact (µs of CPU a fact)", first)
        report["posting_first"] = first
        more = posting.measure(suite, 50_000, "lecture", 2)
        show("Posting, a later fact (µs of CPU a fact)", more)
        report["posting"] = more
        period = str(datetime.now(SHANGHAI).year)
        report["boards"] = boards.measure(suite, period)
        report["boards"]["ratio"] = report["boards"]["board_read"] / hello
        show(
            f"The city's board, {len(suite.members):,} members (µs of CPU a read)", report["boards"]
        )
        report["visible"] = visible.measure(suite)
        show("Scan to visible points at 500 check-ins a second", report["visible"])
        report["lists"] = look_through(suite)
    report["simulation"] = simulate()
    report["cadence"] = watch()
    report["offline"] = tell_offline()
    report["seats"] = rush()
    report["live"] = look_on()
    report["first_paint"] = look()
    write(report)


def scan() -> Figures:
    print("Check-in, against a bare Flask hello under the same gunicorn …", flush=True)
    figures = check_in.measure()
    figures["bare_sql"] = bare_sql.measure()
    show("Check-in (µs of CPU a request)", figures)
    return figures


def simulate() -> Figures:
    print("\nSimulating the full city's year …", flush=True)
    figures = simulation.measure()
    show("A simulation of the full city's year", figures)
    return figures


def watch() -> Figures:
    print("\nThe full city's year of events …", flush=True)
    figures = cadence.measure()
    show("Study hours and the branch calendar of the full city", figures)
    return figures


def tell_offline() -> Figures:
    print(f"\n{offline.MEMBERS:,} members noted by two devices without network …", flush=True)
    figures = offline.measure()
    show("Told by two devices, twice each, shuffled (seconds)", figures)
    return figures


def find() -> Figures:
    print("\nThe full city …", flush=True)
    with running() as suite:
        fill(suite)
        return look_through(suite)


def look_through(suite: Suite) -> Figures:
    lists.fill(suite)
    lines = lists.measure(suite)
    print("\nThe console's lists over the full city (ms an answer)")
    print(lists.table(lines), flush=True)
    return {f"{line.name}, {line.who}, p95": line.p95 for line in lines}


def rush() -> Figures:
    print("\nRushing for seats …", flush=True)
    figures = seats.measure()
    show("500 ask for 100 seats at once, 50 times", figures)
    return figures


def look() -> Figures:
    print("\nThe members' app on a slow phone …", flush=True)
    figures = first_paint.measure()
    show(f"The app's first opening, median of {first_paint.TIMES} (seconds)", figures)
    return figures


def look_on() -> Figures:
    print(f"\n{live.WATCHERS} watch a hall that streams in …", flush=True)
    figures = live.measure()
    show("Live figures", figures)
    return figures


ALONE = {
    "check-in": scan,
    "simulation": simulate,
    "cadence": watch,
    "offline": tell_offline,
    "seats": rush,
    "live": look_on,
    "members": find,
    "first-paint": look,
}


def show(title: str, figures: Figures) -> None:
    print(f"\n{title}")
    for name, value in figures.items():
        print(f"  {name:24} {value:12,.2f}", flush=True)


def write(report: dict[str, Figures]) -> None:
    path = Path("var") / "bench.json"
    path.parent.mkdir(exist_ok=True)
    machine = {"cores": os.cpu_count(), "python": platform.python_version()}
    document = {"at": datetime.now(UTC).isoformat(), "machine": machine, "figures": report}
    path.write_text(json.dumps(document, indent=1))
    print(f"\nWritten to {path}")


if __name__ == "__main__":
    ALONE[sys.argv[1]]() if sys.argv[1:] else main()
