"""Cells are read as people write them, or refused with a reason."""

from datetime import date, datetime

import pytest

from shared.imports import day, flag, one_of, text, whole_number
from shared.imports.parsers import BadCellError, Parser
from shared.spreadsheets import Cell


@pytest.mark.parametrize(
    ("parser", "cell", "value"),
    [
        (day, "2026-11-23", date(2026, 11, 23)),
        (day, "2026/1/3", date(2026, 1, 3)),
        (day, "2026.1.3", date(2026, 1, 3)),
        (day, "2026年1月3日", date(2026, 1, 3)),
        (day, datetime(2026, 11, 23, 9), date(2026, 11, 23)),  # noqa: DTZ001 - Excel has no zones
        (flag, "是", True),
        (flag, "NO", False),
        (flag, True, True),
        (flag, 0, False),
        (whole_number, "-12", -12),
        (whole_number, 12.0, 12),
        (text(3), 1.0, "1"),
        (text(3), " 张三 ", "张三"),
        (one_of({"正式": "full"}, "x"), "正式", "full"),
    ],
)
def test_a_good_cell(parser: Parser, cell: Cell, value: object) -> None:
    assert parser.read(cell) == value


@pytest.mark.parametrize(
    ("parser", "cell", "code"),
    [
        (day, "2026-02-30", "date_invalid"),
        (day, "23.11.2026", "date_invalid"),
        (day, 46349, "date_invalid"),
        (day, "٢٠٢٦-11-23", "date_invalid"),
        (flag, "maybe", "yes_or_no"),
        (whole_number, "1.5", "number_invalid"),
        (whole_number, "1e5", "number_invalid"),
        (whole_number, "١٢", "number_invalid"),
        (whole_number, "9999999999", "number_invalid"),
        (text(3), "abcd", "text_too_long"),
        (text(9), "a\u202eb", "text_unprintable"),
        (text(9), "a\0b", "text_unprintable"),
        (one_of({"正式": "full"}, "status_unknown"), "模范", "status_unknown"),
    ],
)
def test_a_bad_cell_says_why(parser: Parser, cell: Cell, code: str) -> None:
    with pytest.raises(BadCellError) as refused:
        parser.read(cell)
    assert refused.value.code == code
    assert code in parser.refusals
