"""Cells that only tables of results have."""

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from shared.imports.parsers import BadCellError, Parser, day
from shared.spreadsheets import Cell, text_of
from shared.text import Text

DAY_MINUTES: Final = 24 * 60
_MINUTES: Final = 60
_MOST_HOURS: Final = 24
_MOST_DAYS: Final = 366
_HOURS: Final = re.compile(r"\d{1,2}(\.\d{1,4})?", re.ASCII)
_QUARTER: Final = re.compile(
    r"(20\d{2})(?:-?Q|年第?)([1-4一二三四])(?:季度?)?", re.ASCII | re.IGNORECASE
)
_NUMBERS: Final = {"一": 1, "二": 2, "三": 3, "四": 4}


def _hours(cell: Cell) -> int:
    written = text_of(cell)
    if not _HOURS.fullmatch(written):
        raise BadCellError("hours_invalid")
    minutes = Decimal(written) * _MINUTES
    if minutes != int(minutes) or not 0 < minutes <= _MOST_HOURS * _MINUTES:
        raise BadCellError("hours_invalid")
    return int(minutes)


def _whole_days(cell: Cell) -> int:
    written = text_of(cell)
    if not re.fullmatch(r"\d{1,3}", written, re.ASCII) or not 1 <= int(written) <= _MOST_DAYS:
        raise BadCellError("days_invalid")
    return int(written) * DAY_MINUTES


def _quarter(cell: Cell) -> date:
    found = _QUARTER.fullmatch(text_of(cell).replace(" ", ""))
    if found is None:
        raise BadCellError("quarter_invalid")
    year, quarter = int(found[1]), _NUMBERS.get(found[2]) or int(found[2])
    last_month = quarter * 3
    after = date(year + last_month // 12, last_month % 12 + 1, 1)
    return after - timedelta(days=1)


hours: Final = Parser(
    "integer",
    _hours,
    {
        "hours_invalid": Text(
            "「{value}」不是有效时长，请填 0 到 24 之间的小时数，如 1.5。",
            "“{value}” is no length of time; write hours between 0 and 24, e.g. 1.5.",
        )
    },
    Text("小时数，大于 0，不超过 24，如 1.5", "hours above 0 and up to 24, e.g. 1.5"),
)
"""Hours as people write them, stored as minutes."""

whole_days: Final = Parser(
    "integer",
    _whole_days,
    {
        "days_invalid": Text(
            f"「{{value}}」不是有效天数，请填 1 到 {_MOST_DAYS} 之间的整数。",
            f"“{{value}}” is no number of days; write a whole number from 1 to {_MOST_DAYS}.",
        )
    },
    Text("天数，整数，如 5", "whole days, e.g. 5"),
)
"""Days, stored as minutes: how long it lasted, as with everything else."""

first_day: Final = replace(
    day, hint=Text("开班第一天，如 2026-11-23", "the first day of the course, e.g. 2026-11-23")
)

quarter: Final = Parser(
    "date",
    _quarter,
    {
        "quarter_invalid": Text(
            "「{value}」不是有效季度，请写成 2026-Q3 或 2026年第三季度。",
            "“{value}” is no quarter; write it as 2026-Q3.",
        )
    },
    Text("季度，如 2026-Q3 或 2026年第三季度", "a quarter, e.g. 2026-Q3"),
)
"""A quarter, stored as its last day."""
