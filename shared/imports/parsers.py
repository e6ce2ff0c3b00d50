"""Read one cell that is not empty: a value for the database, or the reason why not."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, LiteralString

from shared.spreadsheets import Cell, text_of
from shared.text import Text

_DAY: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)
_YES: Final = frozenset({"1", "true", "yes", "是", "y"})
_NO: Final = frozenset({"0", "false", "no", "否", "n"})


class BadCellError(Exception):
    """The cell cannot be read; `code` is reported."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Parser:
    """How a cell is read.

    Args:
        sql_type: of what comes out.
        read: raises `BadCellError` with a code of `refusals`.
        refusals: what is said of each.
        hint: what may be written, for the template.
    """

    sql_type: LiteralString
    read: Callable[[Cell], object]
    refusals: Mapping[str, Text]
    hint: Text


def text(longest: int) -> Parser:
    """Text of at most so many characters; numbers are taken as they are written."""

    def read(cell: Cell) -> str:
        value = text_of(cell)
        if len(value) > longest:
            raise BadCellError("text_too_long")
        if not value.isprintable():
            raise BadCellError("text_unprintable")
        return value

    return Parser(
        "text",
        read,
        {
            "text_too_long": Text(
                f"内容过长，请缩短到 {longest} 个字以内。",
                f"Too long; at most {longest} characters.",
            ),
            "text_unprintable": Text(
                "含有看不见的字符，请重新输入。", "It holds invisible characters; type it anew."
            ),
        },
        Text(f"文字，不超过 {longest} 字", f"text of at most {longest} characters"),
    )


def one_of(values: Mapping[str, str], code: str) -> Parser:
    """One of the words given (`values` maps each to what is stored), else `code`."""
    words = " ".join(values)

    def read(cell: Cell) -> str:
        try:
            return values[text_of(cell)]
        except KeyError:
            raise BadCellError(code) from None

    refusal = Text(
        f"「{{value}}」不在可填的词中，请改为其中之一：{words}。",
        f"“{{value}}” is not one of the words allowed; write one of: {words}.",
    )
    hint = Text(f"以下之一：{words}", f"one of: {words}")
    return Parser("text", read, {code: refusal}, hint)


def _day(cell: Cell) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    found = _DAY.fullmatch(text_of(cell))
    if found is None:
        raise BadCellError("date_invalid")
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise BadCellError("date_invalid") from None


def _flag(cell: Cell) -> bool:
    word = text_of(cell).lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise BadCellError("yes_or_no")


def _whole_number(cell: Cell) -> int:
    word = text_of(cell)
    if not re.fullmatch(r"-?\d{1,9}", word, re.ASCII):
        raise BadCellError("number_invalid")
    return int(word)


TEXT: Final = text(200)

day: Final = Parser(
    "date",
    _day,
    {
        "date_invalid": Text(
            "「{value}」不是有效日期，请写成 2026-11-23。",
            "“{value}” is no date; write it as 2026-11-23.",
        )
    },
    Text("日期，如 2026-11-23", "a day, e.g. 2026-11-23"),
)
"""A day: a date cell, 2026-11-23, 2026/11/23, 2026.11.23 or 2026年11月23日."""

flag: Final = Parser(
    "boolean",
    _flag,
    {"yes_or_no": Text("「{value}」请改为「是」或「否」。", "“{value}”: write yes or no.")},
    Text("是 或 否", "yes or no"),
)
"""是/否, yes/no, true/false, 1/0."""

whole_number: Final = Parser(
    "integer",
    _whole_number,
    {"number_invalid": Text("「{value}」请改为整数。", "“{value}”: write a whole number.")},
    Text("整数", "a whole number"),
)
"""A whole number of at most nine digits."""
