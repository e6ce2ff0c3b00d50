"""Cells that only tables of events have; moments are in `moments`."""

import re
from datetime import datetime, time
from typing import Final

from services.events.catalogue.categories import CATEGORIES
from shared.imports import one_of
from shared.imports.parsers import BadCellError, Parser
from shared.spreadsheets import Cell, text_of
from shared.text import Text

_NAMES: Final = {c.name.zh: c.code for c in CATEGORIES.values()} | {c: c for c in CATEGORIES}
_BETWEEN: Final = re.compile(r"[、，,;；/\s]+")
_MOST_TAGS: Final = 5
_TIME: Final = re.compile(r"(\d{1,2})[:：](\d{2})(?:[:：]\d{2})?", re.ASCII)

category: Final = one_of(_NAMES, "category_unknown")
"""A category of events, by its Chinese name or its code."""


def _categories(cell: Cell) -> list[str]:
    # The name of one holds the mark that stands between two.
    rest, found = text_of(cell), []
    for name in sorted(_NAMES, key=len, reverse=True):
        if name in rest:
            rest = rest.replace(name, " ")
            found.append(_NAMES[name])
    if _BETWEEN.sub("", rest) or not found or len(found) > _MOST_TAGS:
        raise BadCellError("categories_unknown")
    return sorted(found)


categories: Final = Parser(
    "text[]",
    _categories,
    {
        "categories_unknown": Text(
            f"「{{value}}」中有不认识的类别；最多 {_MOST_TAGS} 个，用顿号分开。",
            f"“{{value}}” names a category that is not known; at most {_MOST_TAGS},"
            " with commas between.",
        )
    },
    Text("活动类别，可填多个，用顿号分开", "categories of events, with commas between"),
)
"""What else a co-held event counts as."""


def _time_of_day(cell: Cell) -> time:
    if isinstance(cell, datetime):
        return cell.time()
    if isinstance(cell, time):
        return cell
    found = _TIME.fullmatch(text_of(cell))
    if found is None:
        raise BadCellError("time_invalid")
    try:
        return time(int(found[1]), int(found[2]))
    except ValueError:
        raise BadCellError("time_invalid") from None


time_of_day: Final = Parser(
    "time",
    _time_of_day,
    {
        "time_invalid": Text(
            "「{value}」不是有效时间，请写成 14:30。", "“{value}” is no time; write it as 14:30."
        )
    },
    Text("时间，如 14:30", "a time of day, e.g. 14:30"),
)
"""A time cell, or 14:30."""
