"""Rows out of the spreadsheets people have: xlsx, and csv in UTF-8 or GB 18030.

Rows stream: a sheet of 200,000 rows is never in memory as a whole. What a file may unpack to is
bounded before anything is unpacked.
"""

import csv
import io
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final, TextIO
from zipfile import BadZipFile, ZipFile

import openpyxl
from openpyxl.cell.rich_text import CellRichText
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

Cell = (
    str | int | float | bool | Decimal | date | time | timedelta
    | ArrayFormula | DataTableFormula | CellRichText | None
)  # fmt: skip

# A sheet of 200,000 rows and ten columns unpacks to some 100 MB, its texts to some 15 MB.
_MAX_UNPACKED: Final = 600 * 1024 * 1024
_MAX_SHARED_STRINGS: Final = 48 * 1024 * 1024
_MAX_COLUMNS: Final = 100

# What a spreadsheet program takes for a formula when it opens an export of ours.
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
_NUMBER: Final = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)


class UnreadableError(Exception):
    """The content is no spreadsheet that can be read; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Sheet:
    """The first sheet of a file.

    Attributes:
        row_count: rows as the file itself states it, to show progress by; it may be wrong.
        rows: (number as spreadsheet programs show it, cells) of each row that is not empty.
    """

    row_count: int | None
    rows: Iterator[tuple[int, tuple[Cell, ...]]]


def open_sheet(content: bytes) -> Sheet:
    """Open a file by what it holds; its name does not matter.

    Raises:
        UnreadableError: at once, or while rows are read from a damaged file.
    """
    if content.startswith(b"PK\x03\x04"):
        return _open_xlsx(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableError("file_old_excel")
    return _open_csv(content)


def is_formula(cell: Cell) -> bool:
    """Tell whether a cell is a formula, or text that becomes one when opened again."""
    if isinstance(cell, str):
        return cell.startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(cell)
    return isinstance(cell, ArrayFormula | DataTableFormula)


def text_of(cell: Cell) -> str:
    """Return a cell as people see it: 12.0 is 12, a moment at midnight is a day."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell).strip()


def _open_xlsx(content: bytes) -> Sheet:
    try:
        _refuse_bombs(content)
        with warnings.catch_warnings():
            # About styles and extensions that do not concern the rows.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        sheet = book.worksheets[0]
    except UnreadableError:
        raise
    except _BROKEN as error:
        raise UnreadableError("file_damaged") from error
    row_count = sheet.max_row
    # Some programs state a wrong extent; read what is there instead.
    sheet.reset_dimensions()
    return Sheet(row_count, _xlsx_rows(sheet.iter_rows(values_only=True)))


# What openpyxl lets through from its parsers when a file is not what it claims to be.
_BROKEN: Final = (
    BadZipFile, InvalidFileException, KeyError, ValueError, TypeError, IndexError, EOFError,
    SyntaxError, AttributeError, OSError, NotImplementedError,
)  # fmt: skip


def _refuse_bombs(content: bytes) -> None:
    # Declared sizes may be trusted: zipfile never unpacks more than an entry declares.
    with ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
    shared = sum(e.file_size for e in entries if e.filename.lower().endswith("sharedstrings.xml"))
    if sum(e.file_size for e in entries) > _MAX_UNPACKED or shared > _MAX_SHARED_STRINGS:
        raise UnreadableError("file_too_large")


def _xlsx_rows(rows: Iterator[tuple[Cell, ...]]) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    try:
        for number, row in enumerate(rows, start=1):
            if any(cell is not None and cell != "" for cell in row):
                yield number, row[:_MAX_COLUMNS]
    except _BROKEN as error:
        raise UnreadableError("file_damaged") from error


def _open_csv(content: bytes) -> Sheet:
    if b"\0" in content:
        raise UnreadableError("file_not_spreadsheet")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Read piece by piece: as one text in memory a file takes up to four times its size.
        lines = io.TextIOWrapper(io.BytesIO(content), encoding, newline="")
        return Sheet(content.count(b"\n") or None, _csv_rows(lines))
    raise UnreadableError("file_not_spreadsheet")


def _csv_rows(lines: TextIO) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    # A row's number counts records, as a spreadsheet program shows them.
    try:
        for number, row in enumerate(csv.reader(lines), start=1):
            if any(row):
                yield number, tuple(row[:_MAX_COLUMNS])
    except csv.Error as error:
        raise UnreadableError("file_damaged") from error
