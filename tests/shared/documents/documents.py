"""Documents to write, and reading back what was written."""

import io
from collections.abc import Sequence

import pypdfium2

from shared.documents import FORMATS, Column, Document, Section, Value

# What would run in a spreadsheet program, and what only looks so.
DANGEROUS = (
    '=HYPERLINK("http://example.org","党课")',
    "=1+1",
    "+86 138",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
)
COLUMNS = (Column("title", "事项", 20), Column("points", "得分", 8, "number"))


def document(
    rows: Sequence[Sequence[Value]],
    columns: Sequence[Column] = COLUMNS,
    *,
    title: str = "积分表",
    language: str = "zh",
) -> Document:
    about = [("党支部", "第一党支部")]
    return Document("x", title, about, [Section("rows", "明细", columns, rows)], language)


def written(what: Document, form: str) -> bytes:
    file = io.BytesIO()
    FORMATS[form].write(what, file)
    return file.getvalue()


def pages(pdf: bytes) -> list[str]:
    """The text of each page, lines joined as a reader joins them."""
    read = pypdfium2.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_bounded().replace("\r\n", "\n") for page in read]
    finally:
        read.close()
