"""Runs a service's background loops as threads of one process."""

import gc
import logging
import signal
import sys
from collections.abc import Callable, Mapping
from threading import Event, Thread

from sqlalchemy.exc import OperationalError

from shared.database import Database, UnitOfWork

_log = logging.getLogger(__name__)

Loop = Callable[[Event], None]


def repeated(database: Database, work: Callable[[UnitOfWork], object], every: float) -> Loop:
    """Return a loop that does some work in a transaction, again and again.

    As long as the work finds something to do (returns true) it goes on at once, otherwise it waits
    `every` seconds; while the database is away it waits as well.
    """

    def loop(stop: Event) -> None:
        pause = 0.0
        while not stop.wait(pause):
            try:
                with database.unit_of_work() as uow:
                    found = work(uow)
                    uow.commit()
                pause = 0.0 if found else every
            except OperationalError as error:
                _log.warning("%s waits for the database: %s", work.__name__, error)
                pause = max(2.0, every)

    return loop


def run_loops(loops: Mapping[str, Loop]) -> None:
    """Run the loops until SIGTERM or SIGINT; leave with 1 as soon as any of them dies.

    Whoever started the process starts it again: a half-alive worker is worse than a dead one.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # What was imported stays; the garbage collector need not walk through it again and again.
    gc.freeze()
    stop, failed = Event(), Event()

    def guarded(name: str, loop: Loop) -> None:
        try:
            loop(stop)
        except Exception:
            _log.exception("%s died", name)
            failed.set()
        finally:
            stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threads = [
        Thread(target=guarded, args=(name, loop), name=name, daemon=True)
        for name, loop in loops.items()
    ]
    for thread in threads:
        thread.start()
    # A wait without a timeout would not let the signal handlers run.
    while not stop.wait(3600):
        pass
    for thread in threads:
        thread.join(timeout=10)
    sys.exit(1 if failed.is_set() else 0)
