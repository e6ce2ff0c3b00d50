"""Sessions remembered by the process, so that a check-in reads nothing before it writes.

Remembering is safe because nothing is decided on it alone: a write is guarded by the session's
version (see `writer`), and a refusal is given only on a session read within the last second.
"""

from collections import OrderedDict
from threading import Lock
from time import monotonic
from typing import Final

from services.events.catalogue.models import SessionRow
from services.events.catalogue.snapshot import SessionSnapshot, read_snapshots
from shared.database import Database

_REMEMBERED: Final = 20_000
FRESH_SECONDS: Final = 1.0


class Sessions:
    """Snapshots by short id."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: OrderedDict[int, tuple[SessionSnapshot, float]] = OrderedDict()
        self._lock = Lock()

    def get(self, short_id: int, max_age: float | None = None) -> SessionSnapshot | None:
        """Return a session, read again if what is remembered is older than `max_age` seconds."""
        known = self._known.get(short_id)
        if known is not None and (max_age is None or monotonic() - known[1] <= max_age):
            return known[0]
        with self._database.unit_of_work() as uow:
            found = read_snapshots(uow, SessionRow.short_id == short_id)
        if not found:
            return None
        with self._lock:
            self._known[short_id] = (found[0], monotonic())
            self._known.move_to_end(short_id)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return found[0]
