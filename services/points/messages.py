"""Which streams the worker reads, as which group; a test holds this and the worker together."""

from typing import Final

from shared.contracts import attendance, points, results, roster
from shared.messaging.monitor import Reader

READERS: Final = (
    Reader(attendance.STREAM, "points"),
    Reader(results.STREAM, "points"),
    Reader(roster.STREAM, "points"),
    Reader(roster.STREAM, "boards"),
    Reader(points.STREAM, "boards"),
)
