"""Which streams the worker reads, as which group; a test holds this and the worker together."""

from typing import Final

from shared.contracts import roster, study
from shared.messaging.monitor import Reader

READERS: Final = (
    Reader(roster.STREAM, "events"),
    Reader(study.STREAM, "events"),
)
