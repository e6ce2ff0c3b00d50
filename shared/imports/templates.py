"""The spreadsheet people fill in: the headings, and a second sheet that explains them."""

import io
from typing import Final

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from shared.imports.kinds import Kind

_WIDE: Final = 20
# What spreadsheet programs call the format that leaves a number's leading zeros where they are.
_TEXT: Final = "@"


def template(kind: Kind) -> bytes:
    """Return an xlsx file; only its first sheet is read when it comes back."""
    book = Workbook(write_only=True)
    table = book.create_sheet(kind.name)
    for number, column in enumerate(kind.columns, start=1):
        place = table.column_dimensions[get_column_letter(number)]
        place.width = _WIDE
        if column.parser.sql_type == "text":
            place.number_format = _TEXT
    # A star marks what must be filled in; reading takes it off again.
    table.append([column.zh + ("*" if column.required else "") for column in kind.columns])
    notes = book.create_sheet("填写说明")
    notes.append(["列", "必填", "可填内容", "Column", "Required", "What may be written"])
    for column in kind.columns:
        hint = column.parser.hint
        required = ("是", "yes") if column.required else ("否", "no")
        notes.append([column.zh, required[0], hint.zh, column.name, required[1], hint.en])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
