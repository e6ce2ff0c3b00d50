"""Reads a date and time out of a cell."""

import re
from datetime import datetime
from functools import lru_cache
from typing import Final

from shared.clock import SHANGHAI
from shared.imports.parsers import BadCellError, Parser
from shared.spreadsheets import Cell, text_of
from shared.text import Text

_MOMENT: Final = re.compile(
    r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})[ T](\d{1,2}):(\d{2})(?::(\d{2}))?(Z|[+-]\d{2}:\d{2})?",
    re.ASCII,
)
# Nothing the suite holds happened outside these years: anything else is a slip of the finger.
_YEARS: Final = range(2000, 2100)


@lru_cache(maxsize=4096)  # the rows of one event repeat its times
def _read_text(text: str) -> datetime:
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise BadCellError("moment_invalid")
    *parts, offset = found.groups(default="0")
    try:
        read = datetime(*map(int, parts), tzinfo=SHANGHAI)  # type: ignore[misc,arg-type] # six ints
        if offset != "0":
            zone = datetime.fromisoformat(f"2000-01-01T00:00:00{offset}").tzinfo
            read = read.replace(tzinfo=zone)
    except ValueError:
        raise BadCellError("moment_invalid") from None
    return _in_range(read)


def _in_range(moment: datetime) -> datetime:
    if moment.year not in _YEARS:
        raise BadCellError("moment_invalid")
    return moment


def _read(cell: Cell) -> datetime:
    if isinstance(cell, datetime):
        return _in_range(cell if cell.tzinfo else cell.replace(tzinfo=SHANGHAI))
    return _read_text(text_of(cell))


moment: Final = Parser(
    "timestamptz",
    _read,
    {
        "moment_invalid": Text(
            "「{value}」不是有效的日期时间，请写成 2026-11-23 14:30。",
            "“{value}” is no date and time; write it as 2026-11-23 14:30.",
        )
    },
    Text("日期和时间，如 2026-11-23 14:30", "a day and time, e.g. 2026-11-23 14:30"),
)
"""A date cell with a time, or 2026-11-23 14:30, in Asia/Shanghai unless an offset is given."""
