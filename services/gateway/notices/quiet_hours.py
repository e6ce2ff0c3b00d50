"""The hours of the night in which nobody is disturbed. Pure."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Self

from shared.clock import SHANGHAI


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `start` until before `end` in Asia/Shanghai, over midnight where `end` is earlier.

    Two equal times are no hours at all.
    """

    start: time
    end: time

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a setting such as ``22:00-07:00``.

        Raises:
            ValueError: it is not of that form.
        """
        try:
            start, end = (time.fromisoformat(part) for part in text.split("-"))
        except ValueError as error:
            message = f"QUIET_HOURS is {text!r}; write it as 22:00-07:00."
            raise ValueError(message) from error
        return cls(start, end)

    def hold(self, moment: datetime) -> bool:
        """Tell whether a moment lies in them."""
        now = moment.astimezone(SHANGHAI).time()
        if self.start <= self.end:
            return self.start <= now < self.end
        return now >= self.start or now < self.end
