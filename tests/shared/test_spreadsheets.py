"""Rows come out of what people really send, and nothing dangerous comes with them."""

import io
import zipfile
from contextlib import suppress
from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from shared.spreadsheets import Cell, UnreadableError, is_formula, open_sheet, text_of


def xlsx(*rows: tuple[object, ...]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def rows(content: bytes) -> list[tuple[int, tuple[Cell, ...]]]:
    return list(open_sheet(content).rows)


def test_xlsx_gives_numbers_of_rows_as_people_see_them() -> None:
    content = xlsx(("编号", "日"), (), (1, datetime(2026, 11, 23)))  # noqa: DTZ001 - Excel has no zones
    assert rows(content) == [(1, ("编号", "日")), (3, (1, datetime(2026, 11, 23)))]  # noqa: DTZ001


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_comes_in_the_encodings_of_spreadsheet_programs(encoding: str) -> None:
    content = '编号,姓名\r\n\r\n1,"张, 三"\r\n'.encode(encoding)
    assert rows(content) == [(1, ("编号", "姓名")), (3, ("1", "张, 三"))]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "file_old_excel"),
        (b"\x89PNG\0\0", "file_not_spreadsheet"),
        (b"\xff\xff\xff", "file_not_spreadsheet"),
        (b"PK\x03\x04 and nothing more", "file_damaged"),
    ],
)
def test_what_is_no_spreadsheet_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        open_sheet(content)
    assert refused.value.code == code


def test_a_spreadsheet_cut_short_anywhere_is_refused_or_read() -> None:
    whole = xlsx(*[(n, f"text {n}") for n in range(50)])
    for end in range(4, len(whole), 97):
        with pytest.raises(UnreadableError):
            rows(whole[:end])


def test_a_zip_without_a_book_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("hello.txt", "hello")
    with pytest.raises(UnreadableError):
        open_sheet(file.getvalue())


def test_a_broken_sheet_inside_a_good_book_is_refused() -> None:
    source = zipfile.ZipFile(io.BytesIO(xlsx(("a",), ("b",))))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as target:
        for entry in source.infolist():
            data = source.read(entry)
            if entry.filename.endswith("sheet1.xml"):
                data = data[: len(data) // 2]
            target.writestr(entry, data)
    with pytest.raises(UnreadableError) as refused:
        rows(file.getvalue())
    assert refused.value.code == "file_damaged"


@pytest.mark.parametrize(
    ("name", "size"), [("xl/sharedStrings.xml", 49 * 2**20), ("xl/media/1.png", 601 * 2**20)]
)
def test_a_file_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(
    name: str, size: int
) -> None:
    file = io.BytesIO(xlsx(("a",)))
    with (
        zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open(name, "w") as big,
    ):
        for _ in range(size // 2**20):
            big.write(b"\0" * 2**20)
    with pytest.raises(UnreadableError) as refused:
        open_sheet(file.getvalue())
    assert refused.value.code == "file_too_large"


def test_formulas_of_every_kind_are_found() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "=1+1"
    sheet["B1"] = ArrayFormula("B1:B1", "=SUM(1,2)")
    sheet["C1"] = "plain"
    file = io.BytesIO()
    book.save(file)
    ((_, cells),) = rows(file.getvalue())
    assert [is_formula(cell) for cell in cells] == [True, True, False]


@pytest.mark.parametrize("cell", ["=1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1", "\r=1"])
def test_text_that_a_spreadsheet_would_run_is_found(cell: str) -> None:
    assert is_formula(cell)


@pytest.mark.parametrize("cell", ["-2", "+8613900000000", "-0.5", "张三", "a=b", "", None, -1, 2.5])
def test_numbers_and_plain_text_are_no_formulas(cell: Cell) -> None:
    assert not is_formula(cell)


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (None, ""),
        (1001.0, "1001"),
        (1.5, "1.5"),
        (" a ", "a"),
        (date(2026, 11, 23), "2026-11-23"),
        (datetime(2026, 11, 23), "2026-11-23"),  # noqa: DTZ001 - Excel has no zones
        (datetime(2026, 11, 23, 9, 30), "2026-11-23 09:30:00"),  # noqa: DTZ001
        (time(9, 30), "09:30:00"),
    ],
)
def test_cells_are_shown_as_people_see_them(cell: Cell, shown: str) -> None:
    assert text_of(cell) == shown


@given(st.binary(max_size=300), st.sampled_from([b"", b"PK\x03\x04"]))
def test_no_content_does_anything_but_give_rows_or_a_refusal(content: bytes, start: bytes) -> None:
    with suppress(UnreadableError):
        rows(start + content)
