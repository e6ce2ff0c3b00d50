"""A document as xlsx, written row by row: memory does not grow with the number of rows.

Each cell is written as what it is, text always as text: nothing in it can become a formula.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import chain, islice
from tempfile import TemporaryDirectory
from typing import BinaryIO, Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from shared.clock import SHANGHAI
from shared.documents.model import Document, Section, Value
from shared.documents.shown import in_words, starts_formula

# What the format allows a sheet, the heading included.
SHEET_ROWS: Final = 1_048_576
_TITLE_LENGTH: Final = 31
_NOT_IN_TITLES: Final = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
_ABOUT: Final = {"zh": "说明", "en": "About"}

_HEADING: Final = {
    "bold": True, "font_color": "#FFFFFF", "bg_color": "#8C1D18", "text_wrap": True,
    "valign": "vcenter", "border": 1, "border_color": "#BFBFBF",
}  # fmt: skip
_NUMBER_FORMATS: Final = {"percent": "0.0%", "day": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm"}

Put = Callable[[int, int, Value], None]


def write_xlsx(document: Document, file: BinaryIO, *, sheet_rows: int = SHEET_ROWS) -> None:
    """Write a document: a sheet that says what it is, and a sheet for each table.

    A table with more rows than a sheet holds goes on in further sheets.
    """
    with (
        TemporaryDirectory() as folder,
        Workbook(file, {"constant_memory": True, "tmpdir": folder}) as book,
    ):
        _write_about(book, document)
        heading = book.add_format(_HEADING)
        # Typed by a person, an apostrophe before the text sets the same mark: the text stays text
        # when somebody edits the cell.
        quoted = book.add_format({"quote_prefix": True})
        formats = {k: book.add_format({"num_format": f}) for k, f in _NUMBER_FORMATS.items()}
        for section in document.sections:
            _write_section(book, section, heading, (quoted, formats), sheet_rows)


def _write_about(book: Workbook, document: Document) -> None:
    sheet = _sheet(book, _ABOUT[document.language], (24, 60))
    sheet.write_string(0, 0, document.title, book.add_format({"bold": True, "font_size": 14}))
    for row, (label, value) in enumerate(document.about, start=2):
        sheet.write_string(row, 0, label)
        sheet.write_string(row, 1, in_words(value))


def _write_section(
    book: Workbook,
    section: Section,
    heading: Format,
    formats: tuple[Format, dict[str, Format]],
    sheet_rows: int,
) -> None:
    with section.read() as rows:
        number, more = 1, list(islice(rows, 1))
        while more or number == 1:
            sheet = _sheet(book, section.title, [c.width for c in section.columns], number)
            sheet.freeze_panes(1, 0)
            for place, column in enumerate(section.columns):
                sheet.write_string(0, place, column.title, heading)
            puts = [_put(sheet, *formats, column.kind) for column in section.columns]
            for at, row in enumerate(chain(more, islice(rows, sheet_rows - 2)), start=1):
                for place, (put, value) in enumerate(zip(puts, row, strict=True)):
                    put(at, place, value)
            number, more = number + 1, list(islice(rows, 1))


def _sheet(book: Workbook, title: str, widths: Sequence[int], number: int = 1) -> Worksheet:
    ending = f" ({number})" if number > 1 else ""
    named = title.translate(_NOT_IN_TITLES)[: _TITLE_LENGTH - len(ending)]
    sheet: Worksheet = book.add_worksheet(named + ending)
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width + 2)
    return sheet


def _put(sheet: Worksheet, quoted: Format, formats: dict[str, Format], kind: str) -> Put:
    """Return what writes a column's values; an empty one leaves the cell empty."""
    number_format = formats.get(kind)

    def put(row: int, place: int, value: Value) -> None:
        if value is None or value == "":
            return
        if isinstance(value, str):
            sheet.write_string(row, place, value, quoted if starts_formula(value) else None)
        elif isinstance(value, int | float):
            sheet.write_number(row, place, value, number_format)
        elif isinstance(value, datetime):
            local = value.astimezone(SHANGHAI).replace(tzinfo=None)
            sheet.write_datetime(row, place, local, number_format)
        else:
            sheet.write_datetime(row, place, value, number_format)

    return put
