"""What should become of an event's seats, told without a database: a list of people in order."""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta

SEATED = ("registered", "offered")
LIVE = ("waiting", *SEATED)


@dataclass
class Entry:
    who: int
    state: str
    reply_by: datetime | None = None


@dataclass
class Model:
    """An event with seats; every act returns the code it is refused with, or None."""

    starts_at: datetime
    now: datetime
    capacity: int | None = 2
    reply_hours: int | None = None
    entries: list[Entry] = field(default_factory=list)

    def ask(self, who: int, *, by_organiser: bool = False) -> str | None:
        standing = self._live(who)
        if standing and not self._overdue(standing):
            self._lapse()
            self._fill()
            return None
        if self.now >= self.starts_at and not by_organiser:
            return "registration_too_late"
        before = deepcopy(self.entries)
        self._lapse()
        entry = Entry(who, "waiting")
        self.entries.append(entry)
        self._fill(entry)
        if entry.state == "waiting" and self.now >= self.starts_at:
            self.entries = before
            return "seats_taken"
        return None

    def end(self, who: int, *, by_organiser: bool = False) -> str | None:
        entry = self._live(who)
        overdue = entry is not None and self._overdue(entry)
        if entry is None or overdue:
            return "not_registered"
        if entry.state == "registered" and self.now > self.starts_at and not by_organiser:
            return "cancel_too_late"
        self._lapse()
        declined = entry.state == "offered" and not by_organiser
        entry.state = "declined" if declined else "cancelled"
        self._fill()
        return None

    def accept(self, who: int) -> str | None:
        asked = [entry for entry in self.entries if entry.who == who]
        if not asked:
            return "not_registered"
        entry = asked[-1]
        if entry.state == "registered":
            self._lapse()
            self._fill()
            return None
        if entry.state == "lapsed" or self._overdue(entry):
            return "offer_lapsed"
        if entry.state != "offered":
            return "offer_none"
        self._lapse()
        entry.state = "registered"
        self._fill()
        return None

    def set_up(self, capacity: int | None, reply_hours: int | None) -> None:
        self.capacity, self.reply_hours = capacity, reply_hours
        self._lapse()
        self._fill()

    def worker(self) -> None:
        if any(self._overdue(entry) for entry in self.entries):
            self._lapse()
            self._fill()

    def _live(self, who: int) -> Entry | None:
        found = [entry for entry in self.entries if entry.who == who and entry.state in LIVE]
        return found[0] if found else None

    def _overdue(self, entry: Entry) -> bool:
        return (
            entry.state == "offered" and entry.reply_by is not None and entry.reply_by <= self.now
        )

    def _lapse(self) -> None:
        for entry in self.entries:
            if self._overdue(entry):
                entry.state = "lapsed"

    def _fill(self, asking: Entry | None = None) -> None:
        """Give seats away one by one, to whoever stands first."""
        while self.capacity is None or self._seated() < self.capacity:
            line = [entry for entry in self.entries if entry.state == "waiting"]
            if self.now >= self.starts_at:
                line = [entry for entry in line if entry is asking]
            if not line:
                return
            first = line[0]
            if self.reply_hours is None or first is asking:
                first.state = "registered"
            else:
                first.state = "offered"
                deadline = self.now + timedelta(hours=self.reply_hours)
                first.reply_by = min(deadline, self.starts_at)

    def _seated(self) -> int:
        return sum(entry.state in SEATED for entry in self.entries)
