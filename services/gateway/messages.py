"""Which streams the worker reads, as which group; a test holds this and the worker together."""

from typing import Final

from shared.contracts import notices, roster
from shared.messaging.monitor import Reader

READERS: Final = (
    Reader(roster.STREAM, "gateway"),
    Reader(notices.STREAM, "gateway"),
)
