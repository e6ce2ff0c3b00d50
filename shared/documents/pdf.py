"""A document as PDF: A4, tables that break between rows, a Chinese font in it, page numbers.

The whole document is in memory: this is for what people print, not for exports.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import BinaryIO, Final, Literal

from fpdf.enums import Align, TableBordersLayout, TableCellFillMode
from fpdf.fonts import FontFace

from shared.documents.model import Column, Document, Section
from shared.documents.paper import GREY, RED, Paper
from shared.documents.shown import in_words

_TITLE, _HEADING, _BODY, _SMALL = 16.0, 11.0, 8.5, 8.0
_PALE, _LINE = (244, 240, 238), (190,)
# Millimetres: the page's edge, around a cell's text, a half-width character of a table.
_MARGIN, _PADDING, _CHARACTER = 15.0, 1.3, 1.68
_PORTRAIT: Final = 210 - 2 * _MARGIN
_PAGE: Final = {"zh": "第 {} 页，共 {{nb}} 页", "en": "Page {} of {{nb}}"}
_COLON: Final = {"zh": "：", "en": ": "}
_NOTHING: Final = {"zh": "（无）", "en": "(none)"}


def write_pdf(document: Document, file: BinaryIO) -> None:
    """Write a document; a character that the font does not have is a box, never left out."""
    pages = _Pages(document)
    for section in document.sections:
        pages.put_section(section)
    pages.output(file)


class _Pages(Paper):
    def __init__(self, document: Document) -> None:
        wide = max((_width(section) for section in document.sections), default=0) > _PORTRAIT
        orientation: Literal["portrait", "landscape"] = "landscape" if wide else "portrait"
        super().__init__(document.title, document.language, _MARGIN, orientation)
        self._language = document.language
        self._title = self.legible(document.title)
        self._wrapped = lru_cache(4096)(self.wrap)
        self.set_auto_page_break(auto=True, margin=_MARGIN + 3)
        self.add_page()
        self._put_heading(document)

    def footer(self) -> None:
        """Put the title and the page's number beneath every page; fpdf calls it."""
        self.set_y(-_MARGIN)
        self.use(_SMALL, GREY)
        number = _PAGE[self._language].format(self.page_no())
        half = self.epw / 2
        self.cell(half, 6, self.cut(self._title, half))
        self.cell(half, 6, number, align=Align.R)

    def _put_heading(self, document: Document) -> None:
        self.use(_TITLE, RED)
        self._put_lines(self._title, 9)
        self.ln(1)
        self.use(_BODY)
        for label, value in document.about:
            self._put_lines(f"{label}{_COLON[self._language]}{in_words(value)}", 5)

    def put_section(self, section: Section) -> None:
        """Put a table beneath what is there; its heading stands on every page it runs over."""
        with section.read() as read:
            rows = [
                [
                    in_words(value, column)
                    for value, column in zip(row, section.columns, strict=True)
                ]
                for row in read
            ]
        # A title alone at the foot of a page says nothing.
        if self.will_page_break(25):
            self.add_page()
        self.ln(4)
        self.use(_HEADING, RED)
        self._put_lines(section.title, 7)
        self.use(_BODY)
        if not rows:
            self._put_lines(_NOTHING[self._language], 6)
            return
        self._put_table(section, rows)

    def _put_table(self, section: Section, rows: list[list[str]]) -> None:
        widths = _widths(section.columns)
        scale = min(1.0, self.epw / sum(widths))
        # Nearly as wide as the page: as wide as the page.
        if sum(widths) > self.epw * 2 / 3:
            scale = self.epw / sum(widths)
        widths = [width * scale for width in widths]
        aligns = [
            Align.R if column.kind in {"number", "percent"} else Align.L
            for column in section.columns
        ]
        self.set_draw_color(*_LINE)
        with self.table(
            width=min(sum(widths), self.epw),
            col_widths=widths,
            align=Align.L,
            text_align=aligns,
            padding=_PADDING,
            line_height=_BODY * 0.48,
            borders_layout=TableBordersLayout.ALL,
            headings_style=FontFace(fill_color=_PALE, color=RED),
            cell_fill_mode=TableCellFillMode.NONE,
        ) as table:
            for cells in ([column.title for column in section.columns], *rows):
                row = table.row()
                for text, width in zip(cells, widths, strict=True):
                    row.cell("\n".join(self._wrapped(text, width - 2 * _PADDING - 0.2)))

    def _put_lines(self, text: str, height: float) -> None:
        for line in self.wrap(text, self.epw):
            self.cell(self.epw, height, line, new_x="LMARGIN", new_y="NEXT")


def _widths(columns: Sequence[Column]) -> list[float]:
    return [column.width * _CHARACTER + 2 * _PADDING for column in columns]


def _width(section: Section) -> float:
    return sum(_widths(section.columns))
