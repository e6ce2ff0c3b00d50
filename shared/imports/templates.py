"""The spreadsheet people fill in: the headings, and a second sheet that explains them."""

import io

from openpyxl import Workbook

from shared.imports.kinds import Kind


def template(kind: Kind) -> bytes:
    """Return an xlsx file; only its first sheet is read when it comes back."""
    book = Workbook(write_only=True)
    # A star marks what must be filled in; reading takes it off again.
    book.create_sheet(kind.name).append(
        [column.zh + ("*" if column.required else "") for column in kind.columns]
    )
    notes = book.create_sheet("填写说明")
    notes.append(["列", "必填", "可填内容", "Column", "Required", "What may be written"])
    for column in kind.columns:
        hint = column.parser.hint
        required = ("是", "yes") if column.required else ("否", "no")
        notes.append([column.zh, required[0], hint.zh, column.name, required[1], hint.en])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
