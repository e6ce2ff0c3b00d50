"""Tables as csv and xlsx: what people typed stays text, whatever it begins with."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.documents import Column, Value
from shared.documents.xlsx import write_xlsx
from shared.spreadsheets import is_formula
from tests.shared.documents.documents import COLUMNS, DANGEROUS, document, written


def sheets(content: bytes) -> dict[str, list[list[object]]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {
        sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book
    }


def lines(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_a_cell_that_looks_like_a_formula_is_text_in_xlsx() -> None:
    content = written(document([(text, 20) for text in DANGEROUS]), "xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(content))["明细"]
    for row, text in enumerate(DANGEROUS, start=2):
        cell = sheet.cell(row, 1)
        assert cell.data_type == "s", text
        assert cell.quotePrefix, text
        # Spaces and line ends are kept; carriage returns come back as the format writes them.
        assert str(cell.value).replace("_x000D_", "\r") == text
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            assert b"<f>" not in archive.read(name), name


def test_a_title_that_looks_like_a_formula_is_text_too() -> None:
    columns = (Column("a", "=1+1"), Column("b", "@x"))
    content = written(document([("党课", "x")], columns, title="=cmd()"), "xlsx")
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert {cell.data_type for sheet in book for row in sheet for cell in row} <= {"s", "n"}
    assert lines(written(document([], columns), "csv"))[0] == ["'=1+1", "'@x"]


def test_a_cell_that_looks_like_a_formula_is_marked_as_text_in_csv() -> None:
    content = written(document([(text, 20) for text in DANGEROUS]), "csv")
    for row, text in zip(lines(content)[1:], DANGEROUS, strict=True):
        assert row == [f"'{text}", "20"]
        assert not is_formula(row[0])


@given(st.text())
def test_no_text_at_all_becomes_a_formula_in_csv(text: str) -> None:
    columns = (Column("a", "a"), Column("b", "b"))
    _, (cell, _) = lines(written(document([(text, "x")], columns), "csv"))
    assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert cell.removeprefix("'") == text or cell == text


def test_harmless_text_and_numbers_stay_as_they_are() -> None:
    rows: list[tuple[Value, ...]] = [("党课-1", -2.5), ("𬭎", 3), ("", None), ("x", 0)]
    assert sheets(written(document(rows), "xlsx"))["明细"][1:] == [
        ["党课-1", -2.5],
        ["𬭎", 3],
        [None, None],
        ["x", 0],
    ]
    assert lines(written(document(rows), "csv"))[1:] == [
        ["党课-1", "-2.5"],
        ["𬭎", "3"],
        ["", ""],
        ["x", "0"],
    ]


def test_days_moments_and_percentages_are_values_in_local_time() -> None:
    columns = (
        Column("a", "日", 10, "day"),
        Column("b", "时", 16, "moment"),
        Column("c", "率", 8, "percent"),
    )
    late = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)
    content = written(document([(date(2026, 11, 20), late, 0.8333)], columns), "xlsx")
    day, moment, share = openpyxl.load_workbook(io.BytesIO(content))["明细"][2]
    assert (day.value, day.number_format) == (datetime(2026, 11, 20), "yyyy-mm-dd")  # noqa: DTZ001 - a cell's
    assert moment.value == datetime(2026, 11, 23, 1, 30)  # noqa: DTZ001 - a cell's
    assert (share.value, share.number_format) == (0.8333, "0.0%")
    assert lines(written(document([(date(2026, 11, 20), late, 0.8333)], columns), "csv"))[1] == [
        "2026-11-20",
        "2026-11-23 01:30",
        "0.8333",
    ]


def test_headings_stay_in_sight_and_columns_are_wide_enough() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(written(document([("党课", 1)]), "xlsx")))["明细"]
    assert sheet.freeze_panes == "A2"
    assert sheet.column_dimensions["A"].width > 20
    assert [cell.font.bold for cell in sheet[1]] == [True, True]


def test_the_first_sheet_says_what_the_file_is() -> None:
    about = sheets(written(document([]), "xlsx"))["说明"]
    assert about[0][0] == "积分表"
    assert about[2] == ["党支部", "第一党支部"]
    assert "About" in sheets(written(document([], language="en"), "xlsx"))


@pytest.mark.parametrize(("rows", "expected"), [(0, [1]), (3, [4]), (4, [4, 2]), (9, [4, 4, 4])])
def test_a_long_table_goes_on_in_further_sheets(rows: int, expected: list[int]) -> None:
    file = io.BytesIO()
    write_xlsx(document([(f"第{n}项", n) for n in range(rows)]), file, sheet_rows=4)
    read = sheets(file.getvalue())
    tables = {title: cells for title, cells in read.items() if title.startswith("明细")}
    assert list(tables) == ["明细", "明细 (2)", "明细 (3)"][: len(expected)]
    assert [len(cells) for cells in tables.values()] == expected
    assert [row[1] for cells in tables.values() for row in cells[1:]] == list(range(rows))
    assert {tuple(cells[0]) for cells in tables.values()} == {tuple(c.title for c in COLUMNS)}


def test_writing_that_breaks_off_leaves_no_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def rows() -> object:
        yield ("党课", 1)
        assert list(tmp_path.rglob("*")), "nothing was begun"
        raise RuntimeError("broken off")

    with pytest.raises(RuntimeError, match="broken off"):
        written(document(rows()), "xlsx")  # type: ignore[arg-type] # rows may be an iterator
    assert list(tmp_path.rglob("*")) == []


def test_json_names_every_value() -> None:
    content = written(document([("=1+1", 2.5), ("党课", None)]), "json")
    read = orjson.loads(content)
    assert read["about"] == [{"label": "党支部", "value": "第一党支部"}]
    (section,) = read["sections"]
    assert [column["name"] for column in section["columns"]] == ["title", "points"]
    assert section["rows"] == [
        {"title": "=1+1", "points": 2.5},
        {"title": "党课", "points": None},
    ]
