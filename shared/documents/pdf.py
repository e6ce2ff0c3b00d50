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
_PALE, _FAINT, _LINE = (244, 240, 238), (170, 170, 170), (190,)
# Millimetres: the page's edge, beside and above a cell's text, a line and a half-width character of
# a table.
_MARGIN, _PADDING, _ABOVE, _LEADING, _CHARACTER = 15.0, 1.3, 0.8, 4.1, 1.68
# A table's title, with what stands around it.
_TITLED: Final = 11.0
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
        self.use(_BODY)
        widths = self._fitted(section)
        cells = [
            [
                self._wrapped(text, width - 2 * _PADDING - 0.2)
                for text, width in zip(row, widths, strict=True)
            ]
            for row in ([column.title for column in section.columns], *rows)
        ]
        self._begin_section(section, _height(cells))
        if rows:
            self._put_table(section, widths, cells)
        else:
            self._put_lines(_NOTHING[self._language], 6)

    def _begin_section(self, section: Section, height: float) -> None:
        """Put the title, on a new page where the table would be torn apart, or the title be alone."""
        whole = height + _TITLED
        if self.will_page_break(whole if whole <= self.eph else 25):
            self.add_page()
        self.ln(4)
        self.use(_HEADING, RED)
        self._put_lines(section.title, 7)
        self.use(_BODY)

    def _fitted(self, section: Section) -> list[float]:
        """Return the columns' widths, as wide as the page if they nearly are."""
        widths = _widths(section.columns)
        scale = min(1.0, self.epw / sum(widths))
        if sum(widths) > self.epw * 2 / 3:
            scale = self.epw / sum(widths)
        return [width * scale for width in widths]

    def _put_table(
        self, section: Section, widths: list[float], cells: list[list[list[str]]]
    ) -> None:
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
            padding=(_ABOVE, _PADDING),
            line_height=_LEADING,
            borders_layout=TableBordersLayout.ALL,
            headings_style=FontFace(fill_color=_PALE, color=RED),
            cell_fill_mode=TableCellFillMode.NONE,
        ) as table:
            for lines in cells:
                row = table.row()
                for column, text in zip(section.columns, map("\n".join, lines), strict=True):
                    # Where most months have nothing, what there is should be seen.
                    nothing = column.kind == "number" and text == "0"
                    row.cell(text, style=FontFace(color=_FAINT) if nothing else None)

    def _put_lines(self, text: str, height: float) -> None:
        for line in self.wrap(text, self.epw):
            self.cell(self.epw, height, line, new_x="LMARGIN", new_y="NEXT")


def _height(cells: list[list[list[str]]]) -> float:
    return sum(max(map(len, row)) * _LEADING + 2 * _ABOVE for row in cells)


def _widths(columns: Sequence[Column]) -> list[float]:
    return [column.width * _CHARACTER + 2 * _PADDING for column in columns]


def _width(section: Section) -> float:
    return sum(_widths(section.columns))
